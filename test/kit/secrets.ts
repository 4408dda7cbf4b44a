import { appendFileSync } from 'node:fs';

/** Shorter values would appear in any output by chance, so recording them would prove nothing. */
const SHORTEST_SECRET = 6;

/**
 * Records a secret value that a test makes or uses, and returns it unchanged.
 *
 * After the run the output of the tests and all files in `PASSFOB_OUTPUT_DIR` are searched for every recorded value
 * in every spelling of `spellings` (`runner/spellings.ts`). Nothing is recorded when `PASSFOB_SECRETS_FILE` is not
 * set.
 *
 * @param value bytes, or a string of 6 characters or more; shorter ones are returned and not recorded
 */
export function secret<T extends Uint8Array | string>(value: T): T {
  const path = process.env.PASSFOB_SECRETS_FILE;
  if (path && value.length >= SHORTEST_SECRET) {
    const record =
      typeof value === 'string' ? { text: value } : { bytes: Buffer.from(value).toString('base64') };
    appendFileSync(path, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  }
  return value;
}
