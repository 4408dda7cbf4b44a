import { type Kysely, sql } from 'kysely';
import { isBeyondAscii, skeletonOf } from '../../base/skeleton.ts';
import { rowsAsTable } from '../queries/rows.ts';
import { exactText } from './columns.ts';

/** Rows that one statement fills. */
const AT_ONCE = 500;

/**
 * The skeletons of user names, so that another name that looks the same is found. Existing names that look alike
 * stay.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('users')
    .addColumn('skeleton', exactText(db), column => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('users')
    .addColumn('beyond_ascii', 'integer', column => column.notNull().defaultTo(0))
    .execute();
  for (let after: string | undefined = ''; after !== undefined; ) after = await fill(db, after);
  await db.schema.createIndex('users_skeleton').on('users').column('skeleton').execute();
}

/** @returns the last id if there may be more */
async function fill(db: Kysely<unknown>, after: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from users where id > ${after} order by id limit ${sql.lit(AT_ONCE)}`.execute(db);
  if (rows.length === 0) return undefined;
  const columns = { id: 'text', skeleton: 'text', beyond_ascii: 'integer' } as const;
  const values = rows.map(({ id, name }) => [id, skeletonOf(name), isBeyondAscii(name) ? 1 : 0]);
  await sql`update users set skeleton = shown.skeleton, beyond_ascii = shown.beyond_ascii
    from ${rowsAsTable(db, columns, values)} as shown where users.id = shown.id`.execute(db);
  return rows.length < AT_ONCE ? undefined : rows.at(-1)?.id;
}
