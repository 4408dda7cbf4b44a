import { sql } from 'kysely';
import { ServiceError } from '../../base/errors.ts';
import { texts } from '../../base/texts/texts.ts';
import { migrationNames } from '../migrations/list.ts';
import { keptQuery } from '../queries/kept.ts';
import { withNext } from '../queries/together.ts';
import type { Db } from '../schema/store.ts';

interface Made {
  readonly made: number;
  readonly newest: string;
}

const question = sql<Made>`select count(*) as made, max(name) as newest from kysely_migration`;

const keptQuestion = keptQuery((db: Db) => question.compile(db));

/**
 * Refuses to go on if the tables are not those of this program: a node of another version has changed them meanwhile,
 * and this version's effects on them are untested.
 *
 * @throws ServiceError `schema_changed`
 */
export async function checkSchema(db: Db): Promise<void> {
  refuseOthers((await question.execute(db)).rows);
}

/** The same in a transaction; on PostgreSQL its first statement throws, to save a round trip. */
export async function checkSchemaWithNext(transaction: Db): Promise<void> {
  await withNext(transaction, keptQuestion(transaction, undefined).compile(), refuseOthers);
}

function refuseOthers([found]: readonly Made[]): void {
  const { made, newest } = found ?? { made: 0, newest: '' };
  if (made !== migrationNames.length || newest !== migrationNames.at(-1))
    throw new ServiceError('schema_changed', texts.startup.schemaChanged);
}
