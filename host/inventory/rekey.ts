import { join } from 'node:path';
import type { Transaction } from 'kysely';
import { REKEY_ROWS_MAX } from '../limits.ts';
import { accountPlace } from './accounts.ts';
import type { Inventory } from './inventory.ts';
import { addKey, dropOldKeys, type SealingKeys } from './key-file.ts';
import { secretPlace } from './pairings.ts';
import type { Schema } from './schema.ts';
import { keyIdOf, type Place, seal, unseal } from './seal.ts';

const SECRETS = ['device_secret', 'pairing_key', 'recovery_key'] as const;

/**
 * Seals every secret under a new key, in small transactions, so that others go on meanwhile; then the old keys are
 * forgotten. Cut off anywhere it leaves an inventory that opens: both keys are in the file until nothing needs the old.
 * A passfob that started before and still holds the old key alone can add nothing from here on: the database refuses.
 * @returns how many values were sealed anew
 * @throws FobError `inventory`
 */
export async function rekey(inventory: Inventory): Promise<number> {
  const path = join(inventory.directory, 'inventory.key');
  const keys = addKey(path);
  const row = { id: 1, key_id: keys.currentId } as const;
  await inventory.db
    .insertInto('sealing')
    .values(row)
    .onConflict(conflict => conflict.column('id').doUpdateSet(row))
    .execute();
  const count = (await resealSecrets(inventory, keys)) + (await resealAccounts(inventory, keys));
  dropOldKeys(path);
  return count;
}

function reseal(keys: SealingKeys, place: Place, sealed: Uint8Array): Buffer {
  return seal(keys, place, unseal(keys, place, sealed));
}

const isOld = (keys: SealingKeys, sealed: Uint8Array) => keyIdOf(sealed) !== keys.currentId;

async function resealSecrets({ db }: Inventory, keys: SealingKeys): Promise<number> {
  const ids = await db.selectFrom('secrets').select('pairing_id').orderBy('pairing_id').execute();
  return inTransactions(db, ids, async (transaction, { pairing_id: id }) => {
    const row = await transaction
      .selectFrom('secrets')
      .selectAll()
      .where('pairing_id', '=', id)
      .executeTakeFirst();
    if (row === undefined || !SECRETS.some(column => isOld(keys, row[column]))) return 0;
    const renewed = SECRETS.map(
      column => [column, reseal(keys, secretPlace(column, id), row[column])] as const,
    );
    await transaction
      .updateTable('secrets')
      .set(Object.fromEntries(renewed))
      .where('pairing_id', '=', id)
      .execute();
    return SECRETS.length;
  });
}

async function resealAccounts({ db }: Inventory, keys: SealingKeys): Promise<number> {
  const ids = await db.selectFrom('accounts').select(['pairing_id', 'account_id']).execute();
  return inTransactions(db, ids, async (transaction, { pairing_id, account_id }) => {
    const row = await transaction
      .selectFrom('accounts')
      .select('sealed_key')
      .where('pairing_id', '=', pairing_id)
      .where('account_id', '=', account_id)
      .executeTakeFirst();
    if (row === undefined || !isOld(keys, row.sealed_key)) return 0;
    await transaction
      .updateTable('accounts')
      .set({ sealed_key: reseal(keys, accountPlace(pairing_id, account_id), row.sealed_key) })
      .where('pairing_id', '=', pairing_id)
      .where('account_id', '=', account_id)
      .execute();
    return 1;
  });
}

async function inTransactions<T>(
  db: Inventory['db'],
  rows: readonly T[],
  work: (transaction: Transaction<Schema>, row: T) => Promise<number>,
): Promise<number> {
  let count = 0;
  for (let at = 0; at < rows.length; at += REKEY_ROWS_MAX) {
    count += await db.transaction().execute(async transaction => {
      let some = 0;
      for (const row of rows.slice(at, at + REKEY_ROWS_MAX)) some += await work(transaction, row);
      return some;
    });
  }
  return count;
}
