import type { Db } from '../../storage/database/database.ts';

/** How many accounts there are, and how many of them are disabled. It reads an index from end to end. */
export async function countUsers(db: Db): Promise<{ readonly all: number; readonly disabled: number }> {
  const all = await db
    .selectFrom('users')
    .select(query => query.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const disabled = await db
    .selectFrom('users')
    .select(query => query.fn.countAll<number>().as('count'))
    .where('disabled_ms', 'is not', null)
    .executeTakeFirstOrThrow();
  return { all: Number(all.count), disabled: Number(disabled.count) };
}
