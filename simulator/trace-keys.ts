import { readFileSync, statSync } from 'node:fs';
import { MAX_TRACE_KEY_FILE_BYTES, MAX_TRACE_KEYS, PAIRING_KEY_BYTES } from './control/limits.ts';

/**
 * Reads pairing keys of a test: 64 hexadecimal digits on a line each; lines that begin with `#` are comments, as for
 * `passfob trace --key`.
 * @throws Error with what is wrong, without a line of the file
 */
export function readTraceKeys(path: string): Uint8Array[] {
  if (statSync(path).size > MAX_TRACE_KEY_FILE_BYTES)
    throw new Error(`${path} is too long for a file of keys.`);
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
  const isKey = (line: string) => /^[0-9a-f]+$/i.test(line) && line.length === 2 * PAIRING_KEY_BYTES;
  if (lines.length < 1 || lines.length > MAX_TRACE_KEYS || !lines.every(isKey)) {
    throw new Error(
      `${path} holds no pairing keys. Write 1 to ${MAX_TRACE_KEYS} of them into it, 64 hexadecimal digits on a line each.`,
    );
  }
  return lines.map(line => new Uint8Array(Buffer.from(line, 'hex')));
}
