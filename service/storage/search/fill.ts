import { sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
import { engineOf } from '../schema/engine.ts';
import type { SearchKind } from '../schema/schema.ts';
import type { Db } from '../schema/store.ts';
import { addParts, type Searched, textsOfToken, textsOfUser, type UserTexts } from './rows.ts';

/**
 * Fills the empty search index with all users and tokens: in the transaction of an upgrade or of a restore. Inserting
 * into an index in its own order is many times faster than in any other, so the database sorts the rows first, which
 * needs as much space in its temporary files as the table takes.
 */
export async function fillParts(db: Db): Promise<void> {
  if (engineOf(db) === 'postgres') {
    await sql`alter table search_parts drop constraint search_parts_pkey`.execute(db);
    await makeAll(db, 'search_parts');
    await sql`alter table search_parts add constraint search_parts_pkey primary key (kind, part, name)`.execute(
      db,
    );
    return;
  }
  await sql`create temporary table made_parts (kind text, part text, name text)`.execute(db);
  await makeAll(db, 'made_parts');
  await sql`insert into search_parts (kind, part, name)
    select kind, part, name from made_parts order by kind, part, name`.execute(db);
  await sql`drop table made_parts`.execute(db);
}

async function makeAll(db: Db, table: string): Promise<void> {
  await make(db, { kind: 'user', table }, async after => {
    const { rows } = await sql<UserTexts>`select name, display_name, email from users
      where name > ${after} order by name limit ${sql.lit(administrationLimits.searchFillRows)}`.execute(db);
    return rows.map(row => ({ name: row.name, texts: textsOfUser(row) }));
  });
  await make(db, { kind: 'token', table }, async after => {
    const { rows } = await sql<{ serial: string; label: string }>`select serial, label from tokens
      where serial > ${after} order by serial limit ${sql.lit(administrationLimits.searchFillRows)}`.execute(
      db,
    );
    return rows.map(row => ({ name: row.serial, texts: textsOfToken(row) }));
  });
}

async function make(
  db: Db,
  { kind, table }: { readonly kind: SearchKind; readonly table: string },
  read: (after: string) => Promise<Searched[]>,
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows = await read(after);
    await addParts(db, kind, rows, table);
    after = rows.at(-1)?.name;
  }
}
