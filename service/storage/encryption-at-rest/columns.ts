import { sql } from 'kysely';
import type { SealedValue } from 'passfob/encryption-at-rest/rekey';
import type { Db } from '../database/database.ts';
import type { Sealed, SealLocation } from './seal.ts';
import { parseSealed, SECRET_PREFIX } from './secret-settings.ts';

/** An encrypted value of a column, and its location. */
export interface ColumnValue extends SealedValue<SealLocation, Sealed> {
  readonly key: readonly (string | number)[];
}

/** A column with encrypted values. */
export interface SealedColumn {
  readonly table:
    | 'tokens'
    | 'fobs'
    | 'fob_pairings'
    | 'fob_recovery'
    | 'job_items'
    | 'service_keys'
    | 'mails'
    | 'radius_clients'
    | 'radius_challenges'
    | 'push_keys';
  readonly column: string;
  /** The columns of its primary key; their values joined by colons are the location's id. */
  readonly key: readonly string[];
}

/** Every encrypted column; the encrypted settings are separate. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'tokens', column: 'sealed_secret', key: ['id'] },
  { table: 'fobs', column: 'sealed_secrets', key: ['id'] },
  { table: 'fob_pairings', column: 'sealed_secrets', key: ['id'] },
  { table: 'fob_recovery', column: 'sealed_key', key: ['fob_id'] },
  { table: 'job_items', column: 'sealed_payload', key: ['job_id', 'number'] },
  { table: 'service_keys', column: 'sealed_key', key: ['name'] },
  { table: 'mails', column: 'sealed_content', key: ['id'] },
  { table: 'radius_clients', column: 'sealed_secret', key: ['id'] },
  { table: 'radius_challenges', column: 'sealed_awaited', key: ['id'] },
  { table: 'push_keys', column: 'sealed_secret', key: ['fob_id'] },
];

/** Returns the ids of the keys under which values of a column are encrypted. */
async function keyIdsOf(db: Db, { table }: SealedColumn): Promise<string[]> {
  const { rows } = await sql<{ key_id: string }>`select distinct key_id from ${sql.table(table)}
    where key_id is not null`.execute(db);
  return rows.map(row => row.key_id);
}

/** Returns the ids of all keys under which values in the database are encrypted. */
export async function keyIdsInUse(db: Db): Promise<Set<string>> {
  const found = new Set<string>();
  for (const column of sealedColumns) for (const id of await keyIdsOf(db, column)) found.add(id);
  for (const { sealed } of await sealedSettings(db)) found.add(sealed.keyId);
  return found;
}

/** Returns some values of a column under one key, in the order of their primary keys. */
export async function sealedUnder(
  db: Db,
  { table, column, key }: SealedColumn,
  {
    keyId,
    after,
    limit,
  }: {
    readonly keyId: string;
    readonly after: readonly (string | number)[] | undefined;
    readonly limit: number;
  },
): Promise<ColumnValue[]> {
  const names = sql.join(key.map(name => sql.ref(name)));
  const later = after === undefined ? sql`1 = 1` : sql`(${names}) > (${sql.join(after)})`;
  const { rows } = await sql<Record<string, string | number>>`
    select ${names}, ${sql.ref(column)} as box from ${sql.table(table)}
    where key_id = ${keyId} and ${sql.ref(column)} is not null and ${later}
    order by ${names} limit ${limit}`.execute(db);
  return rows.map(row => {
    const values = key.map(name => row[name] ?? '');
    return { place: { table, id: values.join(':') }, key: values, sealed: { keyId, box: String(row.box) } };
  });
}

/** Replaces an encrypted value; false if it has changed meanwhile. */
export async function replaceSeal(
  db: Db,
  { table, column, key }: SealedColumn,
  { before, after }: { readonly before: ColumnValue; readonly after: Sealed },
): Promise<boolean> {
  const names = sql.join(key.map(name => sql.ref(name)));
  const { numAffectedRows } = await sql`update ${sql.table(table)}
    set ${sql.ref(column)} = ${after.box}, key_id = ${after.keyId}
    where (${names}) = (${sql.join(before.key)}) and key_id = ${before.sealed.keyId}
      and ${sql.ref(column)} = ${before.sealed.box}`.execute(db);
  return numAffectedRows === 1n;
}

/** An encrypted value of the settings. */
export interface SettingValue extends SealedValue<SealLocation, Sealed> {
  readonly name: string;
  /** The stored text. */
  readonly value: string;
}

/** Returns the encrypted settings, which are few. */
export async function sealedSettings(db: Db): Promise<SettingValue[]> {
  const rows = await db
    .selectFrom('settings')
    .select(['name', 'value'])
    .where('name', 'like', `${SECRET_PREFIX}%`)
    .execute();
  return rows.flatMap(({ name, value }) => {
    const sealed = parseSealed(value);
    return sealed === undefined ? [] : [{ name, value, sealed, place: { table: 'settings', id: name } }];
  });
}

/** Replaces an encrypted value of a setting; false if it has changed meanwhile. */
export async function replaceSetting(
  db: Db,
  { before, after }: { readonly before: SettingValue; readonly after: Sealed },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('settings')
    .set({ value: JSON.stringify(after) })
    .where('name', '=', before.name)
    .where('value', '=', before.value)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
