import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { PATIENCE_MS } from './patience.ts';
import { within } from './within.ts';

/** A pty that the interpreter opens by its path; this end is the child's standard streams. */
export class Pty {
  readonly path: string;
  readonly child: ChildProcess;

  constructor(path: string) {
    this.path = path;
    this.child = spawn('socat', ['-', `pty,rawer,link=${path}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  }

  /** Waits until the link is there. */
  async ready(): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!existsSync(this.path)) {
      if (Date.now() > end) throw new Error(`socat made no pty at ${this.path} within 30 s`);
      await new Promise(setImmediate);
    }
  }

  write(text: string): void {
    this.child.stdin?.write(text, 'latin1');
  }

  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    await within(once(this.child, 'exit'), PATIENCE_MS, () => 'socat did not end');
  }
}
