import { createDecipheriv, pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { badInput } from '../enrol/enrolment.ts';
import { GCM_TAG_BYTES, ITERATIONS_MAX, SCRYPT_MEMORY_BYTES_MAX, SCRYPT_TURNS_MAX } from './limits.ts';

/** Keys from passwords, and AES-GCM, with bounds: how much work they are, the file says. */

/** @throws FobError `bad-input` for a number of iterations that no honest file has */
export async function pbkdf2Key(
  password: string,
  { salt, iterations, keyBytes, hash }: Pbkdf2,
): Promise<Uint8Array> {
  checkIterations(iterations);
  return new Uint8Array(await promisify(pbkdf2)(password, salt, iterations, keyBytes, hash));
}

/** To be asked before a person is asked for a password. @throws FobError `bad-input` */
export function checkIterations(iterations: number): void {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > ITERATIONS_MAX) throw tooMuchWork();
}

export interface Pbkdf2 {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly keyBytes: number;
  readonly hash: 'sha1' | 'sha256' | 'sha512';
}

export interface Scrypt {
  readonly salt: Uint8Array;
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** 32 bytes. @throws FobError `bad-input` for settings that no honest file has */
export async function scryptKey(password: string, { salt, n, r, p }: Scrypt): Promise<Uint8Array> {
  const isPower = Number.isInteger(n) && n > 1 && Number.isInteger(Math.log2(n));
  const areWhole = Number.isInteger(r) && r > 0 && Number.isInteger(p) && p > 0;
  const memory = 128 * n * r;
  if (!isPower || !areWhole || memory > SCRYPT_MEMORY_BYTES_MAX || p > SCRYPT_TURNS_MAX) throw tooMuchWork();
  const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
  return new Uint8Array(await derive(password, salt, 32, { N: n, r, p, maxmem: 2 * memory + 128 * r * p }));
}

function tooMuchWork(): Error {
  return badInput(
    'The file asks for far more work to make a key of the password than any program writes.',
    'Do not trust it; export it again.',
  );
}

/** AES-256-GCM with its tag behind the ciphertext; undefined where the key is not the right one. */
export function openGcm(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const end = sealed.length - GCM_TAG_BYTES;
  if (nonce.length === 0 || end < 0) return undefined;
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: GCM_TAG_BYTES });
    cipher.setAuthTag(sealed.subarray(end));
    return new Uint8Array(Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()]));
  } catch {
    return undefined;
  }
}

export function wrongPassword(): Error {
  return badInput(
    'The password does not open the file, or the file was changed.',
    'Run the command again with the password that the file was exported with.',
  );
}

export function damagedSeal(): Error {
  return badInput('The encrypted part of the file is damaged.', 'Export it again.');
}
