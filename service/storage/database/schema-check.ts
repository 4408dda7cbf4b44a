import { sql } from 'kysely';
import { ServiceError } from '../../base/errors.ts';
import { texts } from '../../base/texts/texts.ts';
import { migrationNames } from '../migrations/list.ts';
import type { Db } from '../schema/store.ts';

/**
 * Refuses to go on if the tables are not those of this program: a node of another version has changed them meanwhile,
 * and this version's effects on them are untested.
 *
 * @throws ServiceError `schema_changed`
 */
export async function checkSchema(db: Db): Promise<void> {
  const { rows } = await sql<{ made: number; newest: string }>`
    select count(*) as made, max(name) as newest from kysely_migration`.execute(db);
  const [{ made = 0, newest = '' } = {}] = rows;
  if (made !== migrationNames.length || newest !== migrationNames.at(-1))
    throw new ServiceError('schema_changed', texts.startup.schemaChanged);
}
