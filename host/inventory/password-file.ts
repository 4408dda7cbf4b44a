import { randomBytes, scrypt } from 'node:crypto';
import { openBox, sealBox } from '../encryption-at-rest/box.ts';
import { SEAL_KEY_BYTES, SEAL_NONCE_BYTES, SEAL_TAG_BYTES } from '../encryption-at-rest/limits.ts';
import { FobError, systemCode } from '../errors.ts';
import {
  PASSWORD_CHARACTERS_MIN,
  PASSWORD_SALT_BYTES,
  PASSWORD_SCRYPT_LOG_N,
  PASSWORD_SCRYPT_LOG_N_MAX,
  PASSWORD_SCRYPT_R,
} from '../limits.ts';
import { createWhole } from '../private-file.ts';

/**
 * Encrypts a file under a password: a line with its kind, log2 N, salt, nonce, ciphertext, tag. The key is scrypt's
 * (RFC 7914) over the password as UTF-8 in normal form C; the seal is AES-256-GCM with everything before the
 * ciphertext as associated data.
 */
/** @param what names the file's kind, such as `backup`: a file of another kind is refused */
export async function sealWithPassword(what: string, plain: Uint8Array, password: string): Promise<Buffer> {
  return (await passwordSealer(what, password))(plain);
}

/** Derives the key, which takes most of a second. @returns what seals with it @throws FobError `bad-input` */
export async function passwordSealer(what: string, password: string) {
  checkNewPassword(password);
  const salt = randomBytes(PASSWORD_SALT_BYTES);
  const start = Buffer.concat([heading(what), Buffer.of(PASSWORD_SCRYPT_LOG_N), salt]);
  const key = await keyOf(password, salt, PASSWORD_SCRYPT_LOG_N);
  return (plain: Uint8Array) =>
    Buffer.concat([start, sealBox(key, nonce => Buffer.concat([start, nonce]), plain)]);
}

/** @throws FobError `bad-input`: another kind of file, damaged, or another password */
export async function openWithPassword(what: string, sealed: Uint8Array, password: string): Promise<Buffer> {
  const bytes = Buffer.from(sealed);
  const start = heading(what);
  const logN = bytes[start.length] ?? 0;
  const saltAt = start.length + 1;
  const boxAt = saltAt + PASSWORD_SALT_BYTES;
  const bodyAt = boxAt + SEAL_NONCE_BYTES;
  if (!bytes.subarray(0, start.length).equals(start)) throw unlike(what);
  if (bytes.length < bodyAt + SEAL_TAG_BYTES) throw unlike(what);
  if (logN < 1 || logN > PASSWORD_SCRYPT_LOG_N_MAX) throw unlike(what);
  const key = await keyOf(password, bytes.subarray(saltAt, boxAt), logN);
  const plain = openBox(key, bytes.subarray(0, bodyAt), bytes.subarray(boxAt));
  if (plain !== undefined) return Buffer.from(plain.buffer, plain.byteOffset, plain.length);
  throw new FobError('bad-input', {
    sentence: 'The password does not open the file, or the file is damaged.',
    next: 'Try the password again, or take another copy of the file.',
  });
}

/** @throws FobError `bad-input` */
export function checkNewPassword(password: string): void {
  if ([...password].length >= PASSWORD_CHARACTERS_MIN) return;
  throw new FobError('bad-input', {
    sentence: `The password has fewer than ${PASSWORD_CHARACTERS_MIN} characters.`,
    next: 'Choose a longer one: anyone who has the file can try passwords without limit.',
  });
}

function heading(what: string): Buffer {
  return Buffer.from(`passfob ${what} 1\n`, 'latin1');
}

function unlike(what: string): FobError {
  return new FobError('bad-input', {
    sentence: `The file is not a passfob ${what}, or a later passfob made it.`,
    next: 'Name the right file, or update passfob.',
  });
}

function keyOf(password: string, salt: Uint8Array, logN: number): Promise<Buffer> {
  const N = 2 ** logN;
  // Twice the need, because Node refuses an exact fit.
  const options = { N, r: PASSWORD_SCRYPT_R, p: 1, maxmem: 256 * N * PASSWORD_SCRYPT_R };
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFC'), salt, SEAL_KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );
}

/**
 * Writes a new file, readable only by its owner: whole and on the disk, or absent. @throws FobError `bad-input`
 */
export function writeNewFile(path: string, bytes: Uint8Array): void {
  try {
    createWhole(path, bytes);
  } catch (error) {
    const isThere = systemCode(error) === 'EEXIST';
    throw new FobError('bad-input', {
      sentence: isThere ? `The file ${path} exists already.` : `The file ${path} cannot be made.`,
      next: isThere
        ? 'Name a new file: passfob overwrites none.'
        : 'Check the folder and the space on its disk.',
      cause: error,
    });
  }
}
