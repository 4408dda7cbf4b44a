import { keysOfText } from '@passfob/protocol/trace/keys';
import { TRACE_KEY_FILE_BYTES_MAX, TRACE_KEYS_MAX } from '@passfob/protocol/trace/limits';
import { readAtMost } from '../base/node/read-at-most.ts';

/**
 * Reads the file of pairing keys of a test, as `passfob trace --key` does.
 * @throws Error with what is wrong, without a line of the file
 */
export function readTraceKeys(path: string): Uint8Array[] {
  const bytes = readAtMost(path, TRACE_KEY_FILE_BYTES_MAX);
  if (bytes === undefined) throw new Error(`${path} is too long for a file of keys.`);
  const keys = keysOfText(Buffer.from(bytes).toString('latin1'));
  if (keys !== undefined) return keys;
  throw new Error(
    `${path} holds no pairing keys. Write 1 to ${TRACE_KEYS_MAX} of them into it, 64 hexadecimal digits on a line each.`,
  );
}
