import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { systemCode } from '../../base/errors.ts';
import { type Statement, Together, WithNext } from '../queries/together.ts';
import { isPostgresLoss } from './postgres-loss.ts';

/** The part of a result of the driver that Kysely reads. */
type Result = Pick<pg.QueryResult, 'command' | 'rowCount' | 'rows'>;

const NOTHING: Result = { command: '', rowCount: null, rows: [] };
const BEGIN = 'begin';
const COMMIT = 'commit';
const ROLLBACK = 'rollback';

/**
 * A statement is not prepared under its name (26000), or was already (42P05): something between lends its own
 * connections in turn, such as PgBouncer before 1.21 by transaction. Or it no longer gives the columns of when it was
 * prepared (0A000), because somebody has changed a table.
 */
const NAME_FAULTS = new Set(['26000', '42P05', '0A000']);

/** Named statements do not work: nothing was committed, and statements are sent without names from now on. */
export class NamesUnusable extends Error {}

/**
 * Lends the connections of a pool so that statements which wait for no result of each other share a round trip. `begin`
 * goes with the first statement.
 *
 * A connection on which PostgreSQL was lost is never lent again: the server first reports that it ends a session, and
 * closes the connection afterwards. A borrower between the two would get an error that is not its own, or no response
 * if something in between hides the close.
 */
export function pipelined(pool: pg.Pool): PostgresPool {
  const names: StatementNames = { areUsed: true };
  return {
    connect: async () => lent(await pool.connect(), names),
    end: () => pool.end(),
  };
}

interface StatementNames {
  areUsed: boolean;
}

/** Sends a statement, with its name only in a transaction, which can be repeated. */
function send(
  client: pg.PoolClient,
  { sql, parameters, name }: Statement,
  isNamed: boolean,
): Promise<Result> {
  const values = [...parameters];
  return isNamed && name !== undefined
    ? client.query({ text: sql, values, name })
    : client.query(sql, values);
}

function lent(client: pg.PoolClient, names: StatementNames): PostgresPoolClient {
  let loss: Error | undefined;
  /** Statements of the open transaction that go with its next one. */
  let ahead: WithNext[] = [];
  let isOpen = false;

  /** Sends the statements that wait, and these. @throws the first error in their order */
  const run = async (statements: readonly Statement[], isWithin = isOpen): Promise<Result[]> => {
    const areNamed = isWithin && names.areUsed;
    const waiting = ahead;
    ahead = [];
    const all = [...waiting.map(({ statement }) => statement), ...statements];
    // The driver sends all of them before it waits; the server runs one after the other, and none after an error.
    const settled = await Promise.allSettled(all.map(statement => send(client, statement, areNamed)));
    const results: Result[] = [];
    for (const [at, result] of settled.entries()) {
      if (result.status === 'rejected') {
        if (isPostgresLoss(result.reason)) loss = result.reason;
        const isNameFault =
          areNamed && all[at]?.name !== undefined && NAME_FAULTS.has(systemCode(result.reason));
        if (!isNameFault) throw result.reason;
        names.areUsed = false;
        throw new NamesUnusable('', { cause: result.reason });
      }
      waiting[at]?.check?.(result.value.rows);
      results.push(result.value);
    }
    return results.slice(waiting.length);
  };
  const query = async (text: string, parameters: readonly unknown[]): Promise<Result> => {
    // A lost connection needs no rollback: its end rolled the transaction back.
    if (loss !== undefined) throw loss;
    const [only] = parameters;
    if (only instanceof Together) {
      const results = await run(only.statements);
      return { ...NOTHING, rows: results.map(({ rows }) => rows) };
    }
    if (only instanceof WithNext || text === BEGIN) {
      ahead.push(only instanceof WithNext ? only : new WithNext({ sql: text, parameters }, undefined));
      isOpen ||= text === BEGIN;
      if (!isOpen) await run([]);
      return NOTHING;
    }
    if (text === COMMIT || text === ROLLBACK) isOpen = false;
    if (text === ROLLBACK) {
      const hasBegun = ahead[0]?.statement.sql !== BEGIN;
      ahead = [];
      if (!hasBegun) return NOTHING;
    }
    // Nothing may be committed before it was checked.
    if (text === COMMIT && ahead.some(({ check }) => check !== undefined)) await run([]);
    const [result = NOTHING] = await run([{ sql: text, parameters }], isOpen || text === COMMIT);
    return result;
  };
  return {
    // The other signature is for cursors, which are not used.
    query: query as unknown as PostgresPoolClient['query'],
    release: isDiscarded => client.release(isDiscarded === true || loss !== undefined),
  };
}
