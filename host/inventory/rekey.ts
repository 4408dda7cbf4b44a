import { sql } from 'kysely';
import { SEAL_KEY_ID_BYTES } from '../encryption-at-rest/limits.ts';
import { reseal, type SealedValue, type SealedValues } from '../encryption-at-rest/rekey.ts';
import type { EncryptionKeys } from '../encryption-at-rest/seal.ts';
import { REKEY_ROWS_MAX } from '../limits.ts';
import { accountSealLocation } from './accounts.ts';
import { cannotOpen, type InventorySealLocation, SEAL_FORMAT } from './encryption.ts';
import { type Inventory, keyPath } from './inventory.ts';
import { changeInventoryKeys } from './key-file.ts';
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
 * keys that nothing needs. Only one passfob does this at a time. After an interruption the inventory still opens,
 * because a key stays in the file while a value needs it, and the next call finishes. A passfob that started before and
 * has only the old key cannot add values from now on: the database refuses them.
 * @returns how many values were re-encrypted
 * @throws FobError `inventory`; if the file lacks a key that a value needs, before anything is changed
 */
export function rekey({ db, directory }: Inventory): Promise<number> {
  return changeInventoryKeys(keyPath(directory), async file => {
    const before = await keyIdsInUse(db);
    file.demand(before.values);
    file.keepOnly(new Set([...before.values, before.fresh ?? file.read().currentKeyId]));
    const keys = file.add('seal');
    const row = { id: 1, key_id: keys.currentKeyId } as const;
    await db
      .insertInto('sealing')
      .values(row)
      .onConflict(conflict => conflict.column('id').doUpdateSet(row))
      .execute();
    let count = 0;
    for (const column of COLUMNS) count += await resealColumn(db, keys, column);
    const after = await keyIdsInUse(db);
    file.keepOnly(new Set([...after.values, keys.currentKeyId]));
    return count;
  });
}

/** Returns the keys of the stored values, and the key under which the database takes new ones. */
async function keyIdsInUse(
  db: Db,
): Promise<{ readonly values: Set<string>; readonly fresh: string | undefined }> {
  const columns = COLUMNS.map(
    ({ table, column }) => sql`select ${keyIdIn(column)} as key_id from ${sql.table(table)}`,
  );
  const { rows } = await sql<{ key_id: string }>`${sql.join(columns, sql` union `)}`.execute(db);
  const sealing = await db.selectFrom('sealing').select('key_id').executeTakeFirst();
  return { values: new Set(rows.map(({ key_id }) => key_id)), fresh: sealing?.key_id };
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
