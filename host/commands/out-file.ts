import { existsSync, rmSync, unlinkSync } from 'node:fs';
import type { Enrolment } from '../enrol/enrolment.ts';
import { FobError, systemCode } from '../errors.ts';
import type { Token } from '../formats/write/token.ts';
import { type Output, writeTokens } from '../formats/write/write.ts';
import { createWhole, leftoversOf } from '../private-file.ts';
import type { Context } from './context.ts';

/** A file that hands on a seed. */
export type OutFile = Output & { readonly path: string };

/**
 * Writes a new file of tokens that only this user may read, and replaces no other. The file is whole or absent. A
 * command killed while writing leaves a temporary file beside it, which the next one with this path deletes.
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

/** Formats the entry of the history about an export. Never holds the secret. */
export function exportDetail(
  { issuer, label }: Pick<Enrolment, 'issuer' | 'label'>,
  format: string,
  operator = 'unknown',
): string {
  return `${issuer === '' ? label : `${issuer}:${label}`}, for ${format}, by ${operator}`;
}

/**
 * Before long work whose result goes into a new file: also deletes what a killed command left beside it.
 * @throws FobError `bad-input` if there is such a file, or no such folder
 */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw unwritable(path, 'exists already, and it is not overwritten');
  try {
    for (const leftover of leftoversOf(path)) rmSync(leftover, { force: true });
  } catch (cause) {
    throw unwritable(path, 'cannot be written', cause);
  }
}

/** @throws FobError `bad-input` */
export function saveNew(path: string, text: string): void {
  try {
    createWhole(path, text);
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
