import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { FINGERPRINT_BYTES } from 'passfob/activation/limits';
import { ServiceError } from '../../base/errors.ts';
import { texts } from '../../base/texts/texts.ts';
import { type Db, writing } from '../database/database.ts';
import type { Keys } from './key-file.ts';
import { seal, unseal } from './seal.ts';

const NAME = 'identity';

/** The service's identity key (Ed25519, RFC 8032); the same for all its nodes. */
export interface Identity {
  /** The public key, 32 bytes in base64url. */
  readonly publicKey: string;
  readonly fingerprint: string;
  /** For signing inside this process; it cannot be printed or serialised by mistake. */
  readonly privateKey: KeyObject;
}

/**
 * Returns the service's identity, created at the first run; its private part is encrypted.
 *
 * @throws ServiceError `key_file_damaged` if it is encrypted under a key that the key file does not hold
 */
export async function ensureIdentity(db: Db, keys: Keys, nowMs: number): Promise<Identity> {
  return (await readIdentity(db, keys)) ?? (await makeIdentity(db, keys, nowMs));
}

/**
 * Returns the service's identity; undefined before the first run created it. @throws ServiceError `key_file_damaged`
 */
export async function readIdentity(db: Db, keys: Keys): Promise<Identity | undefined> {
  const row = await db.selectFrom('service_keys').selectAll().where('name', '=', NAME).executeTakeFirst();
  if (row === undefined) return undefined;
  const sealed = { keyId: row.key_id, box: row.sealed_key };
  const key = unseal(keys, { table: 'service_keys', id: NAME }, sealed);
  if (key === undefined) throw new ServiceError('key_file_damaged', texts.records.identityUnreadable);
  const privateKey = createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' });
  key.fill(0);
  return { publicKey: row.public_key, fingerprint: fingerprintOfKey(row.public_key), privateKey };
}

async function makeIdentity(db: Db, keys: Keys, nowMs: number): Promise<Identity> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealed = seal(keys, { table: 'service_keys', id: NAME }, key);
  key.fill(0);
  const made = { publicKey: publicKey.export({ format: 'jwk' }).x ?? '', privateKey };
  const kept = await writing(db, async transaction => {
    const present = await readIdentity(transaction, keys);
    if (present !== undefined) return present;
    await transaction
      .insertInto('service_keys')
      .values({
        name: NAME,
        public_key: made.publicKey,
        sealed_key: sealed.box,
        key_id: sealed.keyId,
        created_ms: nowMs,
      })
      .execute();
    return undefined;
  });
  return kept ?? { ...made, fingerprint: fingerprintOfKey(made.publicKey) };
}

/**
 * Returns the fingerprint of the service's identity, for users to compare; undefined before the first run created it.
 */
export async function identityFingerprint(db: Db): Promise<string | undefined> {
  const row = await db
    .selectFrom('service_keys')
    .select('public_key')
    .where('name', '=', NAME)
    .executeTakeFirst();
  return row === undefined ? undefined : fingerprintOfKey(row.public_key);
}

/** Returns the part of the public key's SHA-256 that activation strings contain: 16 bytes. */
export function fingerprintInStrings(publicKey: string): Uint8Array {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  return new Uint8Array(digest.subarray(0, FINGERPRINT_BYTES));
}

/**
 * Returns the fingerprint that users compare: SHA-256 of the public key's 32 bytes, in hexadecimal, in groups of four
 * digits.
 */
export function fingerprintOfKey(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
  return digest.match(/.{4}/g)?.join(' ') ?? '';
}
