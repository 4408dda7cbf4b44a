import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { type Statement, Together, WithNext } from '../queries/together.ts';
import { isPostgresLoss } from './postgres-loss.ts';

/** The part of a result of the driver that Kysely reads. */
type Result = Pick<pg.QueryResult, 'command' | 'rowCount' | 'rows'>;

const NOTHING: Result = { command: '', rowCount: null, rows: [] };
const BEGIN = 'begin';
const COMMIT = 'commit';
const ROLLBACK = 'rollback';

/**
 * Lends the connections of a pool so that statements which wait for no result of each other share a round trip. `begin`
 * goes with the first statement.
 *
 * A connection on which PostgreSQL was lost is never lent again: the server first reports that it ends a session, and
 * closes the connection afterwards. A borrower between the two would get an error that is not its own, or no response
 * if something in between hides the close.
 */
export function pipelined(pool: pg.Pool): PostgresPool {
  return {
    connect: async () => lent(await pool.connect()),
    end: () => pool.end(),
  };
}

function lent(client: pg.PoolClient): PostgresPoolClient {
  let loss: Error | undefined;
  /** Statements of the open transaction that go with its next one. */
  let ahead: WithNext[] = [];
  let isOpen = false;

  /** Sends the statements that wait, and these. @throws the first error in their order */
  const run = async (statements: readonly Statement[]): Promise<Result[]> => {
    const waiting = ahead;
    ahead = [];
    const all = [...waiting.map(({ statement }) => statement), ...statements];
    // The driver sends all of them before it waits; the server runs one after the other, and none after an error.
    const sent = all.map(({ sql, parameters }) => client.query(sql, [...parameters]));
    const settled = await Promise.allSettled(sent);
    const results: Result[] = [];
    for (const [at, result] of settled.entries()) {
      if (result.status === 'rejected') {
        if (isPostgresLoss(result.reason)) loss = result.reason;
        throw result.reason;
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
    const [result = NOTHING] = await run([{ sql: text, parameters }]);
    return result;
  };
  return {
    // The other signature is for cursors, which are not used.
    query: query as unknown as PostgresPoolClient['query'],
    release: isDiscarded => client.release(isDiscarded === true || loss !== undefined),
  };
}
