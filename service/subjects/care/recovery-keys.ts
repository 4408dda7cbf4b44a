import { RECOVERY_KEY_BYTES } from '@passfob/protocol/limits';
import type { RecoveryKeys } from 'passfob/owner/recovery';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { seal, unseal } from '../../storage/encryption-at-rest/seal.ts';
import { sealSecrets } from '../tokens/fob-secrets.ts';
import { fobSecretsOf } from '../tokens/fobs.ts';

/** Runs work in a transaction that checks the lease of the run. */
export type Holding = <T>(work: (db: Db, atMs: number) => Promise<T>) => Promise<T>;

/**
 * The recovery keys of one fob in the database: the one among its secrets, and the next one, which the fob may hold
 * already.
 */
export function recoveryKeysOf(
  { keys, random }: { readonly keys: Keys; readonly random: (length: number) => Uint8Array },
  fobId: string,
  holding: Holding,
): RecoveryKeys {
  return {
    held: () =>
      holding(async db => {
        const next = await readNext(db, keys, fobId);
        const current = await readSecrets(db, keys, fobId);
        return [next, current?.recoveryKey].filter(key => key !== undefined);
      }),
    next: () =>
      holding(async (db, atMs) => {
        const present = await readNext(db, keys, fobId);
        if (present !== undefined) return present;
        const made = random(RECOVERY_KEY_BYTES);
        const { box, keyId } = seal(keys, { table: 'fob_recovery', id: fobId }, made);
        const row = { sealed_key: box, key_id: keyId, created_ms: atMs };
        await db
          .insertInto('fob_recovery')
          .values({ fob_id: fobId, ...row })
          // One that cannot be decrypted is of no use.
          .onConflict(conflict => conflict.column('fob_id').doUpdateSet(row))
          .execute();
        return made;
      }),
    confirm: () =>
      holding(async db => {
        const recoveryKey = await readNext(db, keys, fobId);
        const secrets = await readSecrets(db, keys, fobId);
        if (recoveryKey === undefined || secrets === undefined) return;
        const sealed = sealSecrets(keys, { table: 'fobs', id: fobId }, { ...secrets, recoveryKey });
        const columns = { sealed_secrets: sealed.box, key_id: sealed.keyId };
        await db.updateTable('fobs').set(columns).where('id', '=', fobId).execute();
        await db.deleteFrom('fob_recovery').where('fob_id', '=', fobId).execute();
      }),
  };
}

async function readNext(db: Db, keys: Keys, fobId: string): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom('fob_recovery').selectAll().where('fob_id', '=', fobId).executeTakeFirst();
  if (row === undefined) return undefined;
  return unseal(keys, { table: 'fob_recovery', id: fobId }, { box: row.sealed_key, keyId: row.key_id });
}

async function readSecrets(db: Db, keys: Keys, fobId: string) {
  const row = await db.selectFrom('fobs').selectAll().where('id', '=', fobId).executeTakeFirst();
  return row && fobSecretsOf(keys, row);
}
