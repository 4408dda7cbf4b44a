import type { Db } from '../database/database.ts';
import type { Keys } from './key-file.ts';
import { seal, unseal } from './seal.ts';

/** Prefix of the names of settings with encrypted values; re-keying finds them by it. */
export const SECRET_PREFIX = 'secret:';

/** Encrypts a secret into the settings under `secret:` and a name. */
export async function putSecret(
  db: Db,
  keys: Keys,
  { name, secret, nowMs }: { readonly name: string; readonly secret: Uint8Array; readonly nowMs: number },
): Promise<void> {
  const full = `${SECRET_PREFIX}${name}`;
  const value = JSON.stringify(seal(keys, { table: 'settings', id: full }, secret));
  await db
    .insertInto('settings')
    .values({ name: full, value, changed_ms: nowMs })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ value, changed_ms: nowMs }))
    .execute();
}

/**
 * Returns a secret of the settings; undefined if there is none or it cannot be decrypted. The caller clears it after
 * use.
 */
export async function readSecret(db: Db, keys: Keys, name: string): Promise<Uint8Array | undefined> {
  const full = `${SECRET_PREFIX}${name}`;
  const row = await db.selectFrom('settings').select('value').where('name', '=', full).executeTakeFirst();
  const sealed = row === undefined ? undefined : parseSealed(row.value);
  return sealed && unseal(keys, { table: 'settings', id: full }, sealed);
}

export async function removeSecret(db: Db, name: string): Promise<void> {
  await db.deleteFrom('settings').where('name', '=', `${SECRET_PREFIX}${name}`).execute();
}

/** Parses an encrypted value of the settings. */
export function parseSealed(text: string): { keyId: string; box: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('keyId' in value) || !('box' in value))
      return undefined;
    const { keyId, box } = value;
    return typeof keyId === 'string' && typeof box === 'string' ? { keyId, box } : undefined;
  } catch {
    return undefined;
  }
}
