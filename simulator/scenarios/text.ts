import type { Readable } from 'node:stream';
import { readAtMost } from '../base/node/read-at-most.ts';
import { FILE_CHARS_MAX } from './base/limits.ts';
import { ScenarioError } from './base/place.ts';

/** A character of UTF-8 has four bytes at most. */
const FILE_BYTES_MAX = 4 * FILE_CHARS_MAX;

/**
 * Returns the text of a scenario file.
 * @throws ScenarioError if it is too long; the system's error if it cannot be read
 */
export function scenarioText(path: string): string {
  const bytes = readAtMost(path, FILE_BYTES_MAX);
  if (bytes !== undefined) return new TextDecoder().decode(bytes);
  throw tooLong();
}

/** Returns the text of a scenario from a stream. @throws as `scenarioText` */
export async function streamedText(stream: Readable): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > FILE_BYTES_MAX) throw tooLong();
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

function tooLong(): ScenarioError {
  return new ScenarioError({ line: 1, column: 1 }, `A scenario has ${FILE_CHARS_MAX} characters at most.`);
}
