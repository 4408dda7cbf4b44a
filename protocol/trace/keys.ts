import { PAIRING_KEY_CHARS, TRACE_KEYS_MAX } from './limits.ts';

/**
 * Reads the pairing keys of a test: 64 hexadecimal digits on a line each; empty lines, and lines that begin with `#`,
 * are skipped.
 * @returns undefined if another line is in the text, no key, or more than `TRACE_KEYS_MAX`
 */
export function keysOfText(text: string): Uint8Array[] | undefined {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
  const isKey = (line: string) => line.length === PAIRING_KEY_CHARS && /^[\da-f]+$/i.test(line);
  if (lines.length < 1 || lines.length > TRACE_KEYS_MAX || !lines.every(isKey)) return undefined;
  return lines.map(line =>
    Uint8Array.from({ length: line.length / 2 }, (_, at) =>
      Number.parseInt(line.slice(2 * at, 2 * at + 2), 16),
    ),
  );
}
