import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '@passfob/service/storage/database/database';
import { backedUpTables } from '@passfob/service/subjects/operations/tables';
import { sql } from 'kysely';
import type { Rig } from '../kit.ts';

/** Creates a folder beside a rig's own, with the same key file. */
export function copyKeys(rig: Rig, name: string): string {
  const directory = join(rig.directory, name);
  mkdirSync(directory, { mode: 0o700 });
  copyFileSync(join(rig.directory, 'service.key'), join(directory, 'service.key'));
  return directory;
}

/** Returns every row that a backup contains, by table. */
export async function everything({ db }: Store): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const { table, key } of backedUpTables) {
    const order = sql.join(key.map(name => sql.ref(name)));
    found[table] = (await sql`select * from ${sql.table(table)} order by ${order}`.execute(db)).rows;
  }
  return found;
}
