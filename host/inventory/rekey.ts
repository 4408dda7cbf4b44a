import { join } from 'node:path';
import { sql } from 'kysely';
import { SEAL_KEY_ID_BYTES } from '../encryption-at-rest/limits.ts';
import { reseal, type SealedValue, type SealedValues } from '../encryption-at-rest/rekey.ts';
import type { EncryptionKeys } from '../encryption-at-rest/seal.ts';
import { REKEY_ROWS_MAX } from '../limits.ts';
import { accountSealLocation } from './accounts.ts';
import { cannotOpen, type InventorySealLocation, SEAL_FORMAT } from './encryption.ts';
import type { Inventory } from './inventory.ts';
import { addInventoryKey, dropOldKeys } from './key-file.ts';
import { pairingSealLocation } from './pairings.ts';
import { nextKeySealLocation } from './recovery-keys.ts';

type Db = Inventory['db'];

/** A sealed column. */
interface SealedColumn {
  readonly table: 'secrets' | 'next_recovery_keys' | 'accounts';
  readonly column: string;
  /** The columns of its primary key. */
  readonly key: readonly string[];
  placeOf(key: Key): InventorySealLocation;
}

type Key = readonly (string | number)[];

/** Every sealed column, with the places defined by accounts, pairings and recovery keys. */
const COLUMNS: readonly SealedColumn[] = [
  ...(['device_secret', 'pairing_key', 'recovery_key'] as const).map(column => ({
    table: 'secrets' as const,
    column,
    key: ['pairing_id'],
    placeOf: ([pairing]: Key) => pairingSealLocation(column, Number(pairing)),
  })),
  {
    table: 'next_recovery_keys',
    column: 'recovery_key',
    key: ['pairing_id'],
    placeOf: ([pairing]) => nextKeySealLocation(Number(pairing)),
  },
  {
    table: 'accounts',
    column: 'sealed_key',
    key: ['pairing_id', 'account_id'],
    placeOf: ([pairing, account]) => accountSealLocation(Number(pairing), String(account)),
  },
];

/**
 * Re-encrypts every secret under a new key, in small transactions so that others can work meanwhile, then deletes the
 * old keys. After an interruption the inventory still opens, because both keys stay in the file until no value needs
 * the old one. A passfob that started before and has only the old key cannot add values from now on: the database
 * refuses them.
 * @returns how many values were re-encrypted
 * @throws FobError `inventory`
 */
export async function rekey(inventory: Inventory): Promise<number> {
  const { db, directory } = inventory;
  const path = join(directory, 'inventory.key');
  const keys = addInventoryKey(path);
  const row = { id: 1, key_id: keys.currentKeyId } as const;
  await db
    .insertInto('sealing')
    .values(row)
    .onConflict(conflict => conflict.column('id').doUpdateSet(row))
    .execute();
  let count = 0;
  for (const column of COLUMNS) count += await resealColumn(db, keys, column);
  dropOldKeys(path);
  return count;
}

/** @returns how many values were re-encrypted */
async function resealColumn(db: Db, keys: EncryptionKeys, column: SealedColumn): Promise<number> {
  let count = 0;
  for (;;) {
    const { resealed, unreadable, changed } = await reseal(SEAL_FORMAT, keys, oldValues(db, keys, column));
    if (unreadable > 0) throw cannotOpen();
    count += resealed;
    // Another re-keying at the same time may have used an older key than this one.
    if (changed === 0) return count;
  }
}

interface OldValue extends SealedValue<InventorySealLocation, Uint8Array> {
  readonly key: Key;
}

/** Iterates over the values of a column under other keys than the current one. */
function oldValues(
  db: Db,
  { currentKeyId }: EncryptionKeys,
  { table, column, key, placeOf }: SealedColumn,
): SealedValues<Uint8Array, OldValue> {
  const names = sql.join(key.map(name => sql.ref(name)));
  return {
    async next(last) {
      const later = last === undefined ? sql`true` : sql`(${names}) > (${sql.join(last.key)})`;
      const { rows } = await sql<Record<string, string | number> & { sealed: Uint8Array }>`
        select ${names}, ${sql.ref(column)} as sealed from ${sql.table(table)}
        where ${keyIdIn(column)} != ${currentKeyId} and ${later}
        order by ${names} limit ${REKEY_ROWS_MAX}`.execute(db);
      return rows.map(row => {
        const values = key.map(name => row[name] ?? '');
        return { key: values, place: placeOf(values), sealed: row.sealed };
      });
    },
    replace: pairs =>
      db.transaction().execute(async transaction => {
        let replaced = 0n;
        for (const { before, after } of pairs) {
          const { numAffectedRows } = await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${after}
            where (${names}) = (${sql.join(before.key)}) and ${sql.ref(column)} = ${before.sealed}`.execute(
            transaction,
          );
          replaced += numAffectedRows ?? 0n;
        }
        return Number(replaced);
      }),
  };
}

/** The key id at the beginning of a column's values. */
function keyIdIn(column: string) {
  return sql<string>`lower(hex(substr(${sql.ref(column)}, 1, ${sql.lit(SEAL_KEY_ID_BYTES)})))`;
}
