import { existsSync } from 'node:fs';
import { dirname, normalize } from 'node:path';

/** Something that the person can put right; the message says what happened and what to do next. */
export class StartRefused extends Error {
  constructor(sentence: string, next: string) {
    super(`${sentence} ${next}`);
    this.name = 'StartRefused';
  }
}

/** @throws StartRefused if there is no folder for that file */
export function refuseMissingFolder(file: string): void {
  const folder = dirname(file);
  if (existsSync(folder)) return;
  const all = existsSync(dirname(folder)) || process.platform === 'win32' ? '' : '-p ';
  throw new StartRefused(`The folder ${folder} does not exist.`, `Make it: mkdir ${all}${normalize(folder)}`);
}

/** Runs a start that listens on a socket at `path`; if that cannot be made, says what to do. */
export async function onSocket<T>(path: string, listen: Promise<T>): Promise<T> {
  try {
    return await listen;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EADDRINUSE') {
      throw new StartRefused(
        `${path} exists already.`,
        'If another simulated fob uses it as its control socket, end that one; else remove the file. Or name another path.',
      );
    }
    if (code === 'EACCES' || code === 'ENOENT') refuseMissingFolder(path);
    throw error;
  }
}

/** Runs a start that listens on `port`; if that port is taken, says which option chooses another. */
export async function onPort<T>(option: string, port: number, listen: Promise<T>): Promise<T> {
  try {
    return await listen;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new StartRefused(
      `Port ${port} is in use.`,
      `End the other program, or choose another port: --${option} 0 picks a free one.`,
    );
  }
}
