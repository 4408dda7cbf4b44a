import type { Db } from './schema/store.ts';

/** Returns the named value, or undefined if it was never set. The caller has to validate it. */
export async function readSetting<T>(db: Db, name: string): Promise<T | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.value) as T);
}

/** The same with the time when it was set, in milliseconds since 1970. */
export async function readSettingWithTime<T>(
  db: Db,
  name: string,
): Promise<{ readonly value: T; readonly changedMs: number } | undefined> {
  const row = await db
    .selectFrom('settings')
    .select(['value', 'changed_ms'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row && { value: JSON.parse(row.value) as T, changedMs: row.changed_ms };
}

/** Sets the named value, in the caller's transaction. Not for secrets: the value is stored unencrypted. */
export async function writeSetting(db: Db, name: string, value: unknown, nowMs: number): Promise<void> {
  const row = { value: JSON.stringify(value), changed_ms: nowMs };
  await db
    .insertInto('settings')
    .values({ name, ...row })
    .onConflict(conflict => conflict.column('name').doUpdateSet(row))
    .execute();
}
