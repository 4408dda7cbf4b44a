import { createDecipheriv, pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { badInput } from '../../enrol/enrolment.ts';
import { GCM_TAG_BYTES, TURN_MS } from './limits.ts';
import type { Argon2Cost, Pbkdf2Cost, ScryptCost } from './work.ts';

/**
 * Derives keys from passwords, and opens AES-GCM. The file sets the cost of a key, so the reader counts it in `Work`
 * first.
 */

export interface Pbkdf2 extends Pbkdf2Cost {
  readonly salt: Uint8Array;
}

export async function pbkdf2Key(
  password: string,
  { salt, iterations, keyBytes, hash }: Pbkdf2,
): Promise<Uint8Array> {
  return new Uint8Array(await promisify(pbkdf2)(password, salt, iterations, keyBytes, hash));
}

export interface Scrypt extends ScryptCost {
  readonly salt: Uint8Array;
}

/** 32 bytes. */
export async function scryptKey(password: string, { salt, n, r, p }: Scrypt): Promise<Uint8Array> {
  const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
  const maxmem = 256 * n * r + 128 * r * p;
  return new Uint8Array(await derive(password, salt, 32, { N: n, r, p, maxmem }));
}

export interface Argon2 extends Argon2Cost {
  readonly salt: Uint8Array;
}

/** 32 bytes of Argon2id, version 0x13 (RFC 9106). Other work gets turns meanwhile. */
export async function argon2Key(
  password: string,
  { salt, memoryKib, passes, lanes }: Argon2,
): Promise<Uint8Array> {
  return argon2idAsync(password, salt, {
    m: memoryKib,
    t: passes,
    p: lanes,
    dkLen: 32,
    asyncTick: TURN_MS,
  });
}

/**
 * Opens AES-256-GCM with the tag after the ciphertext; undefined for a wrong key.
 * @param context authenticated with it
 */
export function openGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  context: Uint8Array = new Uint8Array(0),
): Uint8Array | undefined {
  const end = sealed.length - GCM_TAG_BYTES;
  if (nonce.length === 0 || end < 0) return undefined;
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: GCM_TAG_BYTES });
    cipher.setAAD(context);
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
