import { randomBytes } from 'node:crypto';
import { closeSync, openSync, realpathSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { TEMPORARY_NAME_BYTES } from '../limits.ts';

/** Between the name of a file and what makes its temporary name unique. */
export const TEMPORARY = '.passfob-temporary.';

/**
 * Opens a file for writing that begins anew. A program that still writes the former file of this name goes on in that
 * one, so the two never mix. A pipe or a terminal is opened as it is.
 * @throws the system's error
 */
export function openAnew(path: string, mode?: number): number {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts !== undefined && !facts.isFile()) return openSync(path, 'w');
  const real = facts === undefined ? path : realpathSync(path);
  const temporary = `${real}${TEMPORARY}${randomBytes(TEMPORARY_NAME_BYTES).toString('hex')}`;
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    renameSync(temporary, real);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    unlinkSync(temporary);
    throw error;
  }
}

/** Writes a file anew as a whole. @throws the system's error */
export function writeAnew(path: string, content: string | Uint8Array): void {
  const descriptor = openAnew(path);
  try {
    writeFileSync(descriptor, content);
  } finally {
    closeSync(descriptor);
  }
}
