import { type Db, validating } from '@passfob/service/storage/database/database';
import { lockUsers } from '@passfob/service/subjects/validation/facts';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { codeNow, isOnPostgres } from '../kit.ts';
import { testOfOffice as it, type Office } from '../users/kit.ts';

interface Prepared {
  readonly name: string;
  /** Uses of a plan that PostgreSQL made for any parameters. */
  readonly kept: number;
}

/** Our statements that are prepared on one connection: that of the log-ins, while no two of them run at once. */
async function preparedOn(db: Db): Promise<readonly Prepared[]> {
  const query = sql<Prepared>`select name, generic_plans as kept from pg_prepared_statements
    where name like 'passfob%' and cardinality(parameter_types) > 0`;
  return (await query.execute(db)).rows;
}

/** Opens an office with a user of one token. @returns logs her in, with a new passcode each time */
async function openWithAda(office: Office) {
  const decide = await office.logIns();
  const token = await office.token('ada');
  return async () => {
    office.nowMs += 60_000;
    return decide({ user: 'ada', passcode: codeNow(token, office.nowMs) });
  };
}

it.runIf(isOnPostgres)(
  'log-ins prepare few statements, and PostgreSQL plans them for each use (only on PostgreSQL)',
  async office => {
    const logIn = await openWithAda(office);
    await logIn();
    const first = await preparedOn(office.store.db);
    expect(first.length).toBeGreaterThan(5);
    // From the sixth use on PostgreSQL would keep a plan.
    for (let turn = 0; turn < 8; turn++) expect(await logIn()).toBe('accepted');
    const { db } = office.store;
    await validating(db, transaction => lockUsers(transaction, ['ada', 'bob', 'carol']));
    const last = await preparedOn(db);
    expect(last.map(({ name }) => name).sort()).toEqual(first.map(({ name }) => name).sort());
    expect(last.filter(({ kept }) => kept > 0)).toEqual([]);
  },
);

it.runIf(isOnPostgres)(
  'a log-in is decided once where a proxy lends a connection without its prepared statements (only on PostgreSQL)',
  async office => {
    const logIn = await openWithAda(office);
    await logIn();
    await sql`deallocate all`.execute(office.store.db);
    expect(await logIn()).toBe('accepted');
    expect(await office.store.db.selectFrom('events').select('outcome').execute()).toHaveLength(2);
    expect(await preparedOn(office.store.db)).toEqual([]);
    expect(await logIn()).toBe('accepted');
  },
);

it.runIf(isOnPostgres)(
  'a log-in is decided once where a connection has a statement of the same name (only on PostgreSQL)',
  async office => {
    const logIn = await openWithAda(office);
    await logIn();
    const { db } = office.store;
    const named = await preparedOn(db);
    // A new connection, on which another client has prepared all of them.
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db).catch(() => undefined);
    for (const { name } of named)
      await sql`prepare ${sql.id(name)} as select 'of another client'`.execute(db);
    expect(await logIn()).toBe('accepted');
    expect(await db.selectFrom('events').select('outcome').execute()).toHaveLength(2);
  },
);

it.runIf(isOnPostgres)(
  'a log-in is decided once after the type of a column has changed (only on PostgreSQL)',
  async office => {
    const logIn = await openWithAda(office);
    await logIn();
    const { db } = office.store;
    await sql`alter table users alter column display_name type varchar(200)`.execute(db);
    expect(await logIn()).toBe('accepted');
    expect(await db.selectFrom('events').select('outcome').execute()).toHaveLength(2);
  },
);
