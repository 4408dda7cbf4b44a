import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Event } from './agent-phrases.ts';

/** The output of a program at its end. */
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

/** Programs that run beside each other, by the numbers that the tests give them. */
export class Programs {
  private readonly running = new Map<number, ChildProcess>();
  private readonly say: (event: Event) => void;

  constructor(say: (event: Event) => void) {
    this.say = say;
  }

  async start(program: number, [path = '', ...args]: readonly string[]): Promise<void> {
    const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    this.running.set(program, child);
    // A write may reach a program that has just ended; `close` reports its end.
    child.stdin.on('error', () => undefined);
    for (const [stream, from] of [
      ['out', child.stdout],
      ['err', child.stderr],
    ] as const) {
      from.setEncoding('utf8');
      from.on('data', text => this.say({ event: 'said', program, stream, text }));
    }
    child.on('close', code => {
      this.running.delete(program);
      this.say({ event: 'ended', program, code });
    });
  }

  tell(program: number, text: string | null): void {
    const input = this.running.get(program)?.stdin;
    if (text === null) input?.end();
    else input?.write(text);
  }

  kill(program: number): void {
    this.running.get(program)?.kill('SIGKILL');
  }
}
