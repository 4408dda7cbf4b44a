import { closeSync, existsSync, fsyncSync, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { FobError, systemCode } from '../errors.ts';
import type { Token } from '../formats/write/token.ts';
import { type Output, writeTokens } from '../formats/write/write.ts';
import type { Context } from './context.ts';

/** A file that hands on a seed. */
export type OutFile = Output & { readonly path: string };

/**
 * Writes a new file of tokens that only this user may read, and replaces no other. No copy of a seed exists outside
 * this file, however the command ends; a command killed while writing leaves a part of it.
 * @returns the function that removes it again
 * @throws FobError `bad-input` if the file exists already or cannot be written, or its format cannot hold a token
 */
export async function handOn(
  { random }: Pick<Context, 'random'>,
  out: OutFile,
  tokens: readonly Token[],
): Promise<() => void> {
  const text = await writeTokens(out, tokens, random);
  saveNew(out.path, text);
  return () => unlinkSync(out.path);
}

/** Before long work whose result goes into a new file. @throws FobError `bad-input` if there is such a file */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw unwritable(path, 'exists already, and it is not overwritten');
}

/** @throws FobError `bad-input` */
export function saveNew(path: string, text: string): void {
  try {
    writeWhole(path, text);
  } catch (cause) {
    const exists = systemCode(cause) === 'EEXIST';
    throw unwritable(path, exists ? 'exists already, and it is not overwritten' : 'cannot be written', cause);
  }
}

function unwritable(path: string, why: string, cause?: unknown): FobError {
  return new FobError('bad-input', {
    sentence: `The file ${path} ${why}.`,
    next: 'Name a new file in a folder that may be written to.',
    cause,
  });
}

function writeWhole(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } catch (error) {
    // Removes our incomplete file; most likely the disk is full.
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
