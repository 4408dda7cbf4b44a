import { createHash } from 'node:crypto';
import { badInput } from '../../enrol/enrolment.ts';
import { type ImportRow, isText, type ReadAids, type SourceFile, textOf } from '../base/row.ts';
import { openGcm, pbkdf2Key, wrongPassword } from '../base/sealed.ts';
import { readEntries } from './entries.ts';
import { parseJsonList, textIn } from './json.ts';

/** Bytes of an encrypted backup before its ciphertext: iterations, salt and nonce. */
const HEADER = { iterations: 4, salt: 12, nonce: 12 } as const;
const HEADER_BYTES = HEADER.iterations + HEADER.salt + HEADER.nonce;

/** The app draws the number of iterations from this range for each backup. */
const ITERATIONS = { least: 140_000, most: 160_000 } as const;

/** Reads a backup of andOTP, plain (JSON) or encrypted with a password. */
export async function readAndOtp(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const text = isText(file) ? textOf(file) : await decrypted(file, aids);
  return readEntries(parseJsonList(text), 'entry', aids.work, entry => ({
    type: textIn(entry, 'type'),
    secret: { as: 'base32', text: textIn(entry, 'secret') },
    algorithm: entry.algorithm,
    digits: entry.digits,
    period: entry.period,
    counter: entry.counter,
    issuer: textIn(entry, 'issuer'),
    label: textIn(entry, 'label'),
  }));
}

/** Whether the file is a backup that the app has encrypted; the form has no other mark than its iterations. */
export function isEncryptedAndOtp({ bytes }: SourceFile): boolean {
  const iterations = iterationsOf(bytes);
  return bytes.length > HEADER_BYTES && iterations >= ITERATIONS.least && iterations <= ITERATIONS.most;
}

function iterationsOf(bytes: Uint8Array): number {
  return bytes.length < HEADER.iterations ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

async function decrypted(file: SourceFile, aids: ReadAids): Promise<string> {
  const { bytes } = file;
  if (bytes.length <= HEADER_BYTES) throw badInput('The backup of andOTP is cut off.', 'Export it again.');
  const salt = bytes.subarray(HEADER.iterations, HEADER.iterations + HEADER.salt);
  const cost = { salt, iterations: iterationsOf(bytes), keyBytes: 32, hash: 'sha1' } as const;
  // Early versions used a bare hash of the password, without iterations and salt.
  const isOld = !isEncryptedAndOtp(file);
  if (!isOld) aids.work.takePbkdf2(cost);
  const password = await aids.password(file.name);
  const key = isOld
    ? new Uint8Array(createHash('sha256').update(password).digest())
    : await aids.work.unlessEnded(pbkdf2Key(password, cost));
  const from = isOld ? 0 : HEADER.iterations + HEADER.salt;
  const nonce = bytes.subarray(from, from + HEADER.nonce);
  const opened = openGcm(key, nonce, bytes.subarray(from + HEADER.nonce));
  if (opened === undefined) throw wrongPassword();
  return textOf({ name: file.name, bytes: opened });
}
