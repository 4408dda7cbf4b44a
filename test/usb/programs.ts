import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** What a program said by its end. */
export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs Node with these arguments to its end. */
export function ran(args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { output: '', errors: '' };
    child.stdout.on('data', data => {
      said.output += data;
    });
    child.stderr.on('data', data => {
      said.errors += data;
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code: code ?? 1, ...said }));
  });
}

/** Node with these arguments, which is spoken to in lines. */
export class Program {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly output: Interface;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.output = createInterface({ input: this.child.stdout });
  }

  async firstWords(): Promise<string> {
    const [line] = await once(createInterface({ input: this.child.stderr }), 'line');
    return line;
  }

  async tell(line: string): Promise<string> {
    const answer = once(this.output, 'line');
    this.child.stdin.write(`${line}\n`);
    return (await answer)[0];
  }

  async finish(): Promise<number | null> {
    const closed = once(this.child, 'close');
    this.child.stdin.end();
    return (await closed)[0];
  }
}
