import {
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
  spawn,
} from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

/** Returns a function that reads the next line of JSON. */
export function jsonLines(stream: Readable): () => Promise<Record<string, unknown>> {
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value ?? 'null');
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** What it has printed so far. */
  readonly said: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Waits for words on standard output. @throws where it ends without them */
  until(words: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program, which ends with the test at the latest. */
export function started(
  program: string,
  args: readonly string[],
  { endsBy = 'SIGKILL', ...options }: SpawnOptionsWithoutStdio & { endsBy?: NodeJS.Signals } = {},
): Started {
  const child = spawn(program, args, options);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', text => {
      said[name] += text;
    });
  const ended = once(child, 'close').then(([code]) => ({ code, ...said }));
  const isOver = once(child, 'exit');
  onTestFinished(async () => {
    child.kill(endsBy);
    // A program that it has started may keep its output open.
    await isOver;
  });
  return {
    child,
    pid: child.pid ?? -1,
    said,
    ended,
    until: words =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = words.exec(said.stdout);
          if (found) resolve(found);
        };
        child.stdout.on('data', look);
        child.once('close', () => reject(new Error(`${program} ended: ${said.stderr}`)));
        look();
      }),
    kill: signal => void child.kill(signal),
  };
}

/** Runs a program to its end, without input. */
export function ran(
  program: string,
  args: readonly string[],
  options?: SpawnOptionsWithoutStdio,
): Started['ended'] {
  const { child, ended } = started(program, args, options);
  child.stdin.end();
  return ended;
}
