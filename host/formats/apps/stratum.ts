import { createDecipheriv } from 'node:crypto';
import { ARGON2_SALT_BYTES, GCM_NONCE_BYTES } from '../base/limits.ts';
import { lookUp } from '../base/look-up.ts';
import { type ImportRow, isText, type ReadAids, type SourceFile, textOf } from '../base/row.ts';
import { argon2Key, damagedSeal, openGcm, pbkdf2Key, wrongPassword } from '../base/sealed.ts';
import { readEntries } from './entries.ts';
import { listIn, parseJson, textIn } from './json.ts';

/** First bytes of an encrypted backup. */
const MARK = 'AUTHENTICATORPRO';
/** Of versions before Argon2id. */
const OLD_MARK = 'AuthenticatorPro';

/** The app's fixed costs, which its files do not contain. */
const ARGON2 = { memoryKib: 65_536, passes: 3, lanes: 4 } as const;
const OLD_ITERATIONS = 64_000;

/** Bytes before the ciphertext of the old form. */
const OLD = { salt: 20, iv: 16 } as const;

/** Numbers of kinds and hashes in its files; 3 is mOTP, 5 Yandex. */
const TYPES: Readonly<Record<string, string>> = { 1: 'hotp', 2: 'totp', 4: 'steam' };
const ALGORITHMS: Readonly<Record<string, string>> = { 0: 'SHA1', 1: 'SHA256', 2: 'SHA512' };

export function isEncryptedStratum({ bytes }: SourceFile): boolean {
  const mark = markOf(bytes);
  return mark === MARK || mark === OLD_MARK;
}

function markOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, MARK.length)).toString('latin1');
}

/** Reads a backup of Stratum (Authenticator Pro), plain (JSON) or encrypted. */
export async function readStratum(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const text = isEncryptedStratum(file) ? await decrypted(file, aids) : textOf(file);
  return readEntries(listIn(parseJson(text), 'Authenticators'), 'entry', aids.work, entry => ({
    type: lookUp(TYPES, String(entry.Type)) ?? '',
    secret: { as: 'base32', text: textIn(entry, 'Secret') },
    algorithm: lookUp(ALGORITHMS, String(entry.Algorithm ?? 0)) ?? '?',
    digits: entry.Digits,
    period: entry.Period,
    counter: entry.Counter,
    issuer: textIn(entry, 'Issuer'),
    label: textIn(entry, 'Username'),
  }));
}

async function decrypted(file: SourceFile, aids: ReadAids): Promise<string> {
  const sealed = file.bytes.subarray(MARK.length);
  const isOld = markOf(file.bytes) === OLD_MARK;
  const opened = isOld ? await openOld(sealed, file, aids) : await open(sealed, file, aids);
  const text = opened && { name: file.name, bytes: opened };
  // In one of 256 cases the padding of the old form is right by accident.
  if (text === undefined || !isText(text)) throw wrongPassword();
  return textOf(text);
}

async function open(
  sealed: Uint8Array,
  file: SourceFile,
  { work, password }: ReadAids,
): Promise<Uint8Array | undefined> {
  if (sealed.length <= ARGON2_SALT_BYTES + GCM_NONCE_BYTES) throw damagedSeal();
  const cost = { ...ARGON2, salt: sealed.subarray(0, ARGON2_SALT_BYTES) };
  work.takeArgon2(cost);
  const key = await work.unlessEnded(argon2Key(await password(file.name), cost));
  const nonce = sealed.subarray(ARGON2_SALT_BYTES, ARGON2_SALT_BYTES + GCM_NONCE_BYTES);
  return openGcm(key, nonce, sealed.subarray(ARGON2_SALT_BYTES + GCM_NONCE_BYTES));
}

/** AES-256-CBC without authentication; a wrong password is noticed by the padding or the JSON. */
async function openOld(
  sealed: Uint8Array,
  file: SourceFile,
  { work, password }: ReadAids,
): Promise<Uint8Array | undefined> {
  if (sealed.length < OLD.salt + 2 * OLD.iv) throw damagedSeal();
  const salt = sealed.subarray(0, OLD.salt);
  const cost = { salt, iterations: OLD_ITERATIONS, keyBytes: 32, hash: 'sha1' } as const;
  work.takePbkdf2(cost);
  const key = await work.unlessEnded(pbkdf2Key(await password(file.name), cost));
  const iv = sealed.subarray(OLD.salt, OLD.salt + OLD.iv);
  const aes = createDecipheriv('aes-256-cbc', key, iv);
  try {
    const text = [aes.update(sealed.subarray(OLD.salt + OLD.iv)), aes.final()];
    return new Uint8Array(Buffer.concat(text));
  } catch {
    return undefined;
  }
}
