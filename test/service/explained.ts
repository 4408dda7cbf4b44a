import type { Db } from '@passfob/service/storage/database/database';
import { engineOf } from '@passfob/service/storage/schema/engine';
import {
  CompiledQuery,
  type KyselyPlugin,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  sql,
} from 'kysely';

/** Collects the statements of a database, and explains how it would run them, with no sort or full scan that it can avoid. */
export class Explained implements KyselyPlugin {
  readonly queries: CompiledQuery[] = [];
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  transformQuery({ node, queryId }: PluginTransformQueryArgs) {
    this.queries.push(this.#db.getExecutor().compileQuery(node, queryId));
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }

  plans(): Promise<string[]> {
    return this.#db.transaction().execute(async db => {
      const isPostgres = engineOf(db) === 'postgres';
      // With few rows PostgreSQL would otherwise sort or read the whole table.
      if (isPostgres)
        for (const way of ['seqscan', 'bitmapscan', 'sort'])
          await sql`set local ${sql.raw(`enable_${way}`)} = off`.execute(db);
      const plans = [];
      for (const { sql: text, parameters } of this.queries.splice(0)) {
        // Any value serves as a placeholder for the value of each row.
        const ofOne = parameters.map(value =>
          value !== null && typeof value === 'object' && !Array.isArray(value) ? '' : value,
        );
        const explain = `${isPostgres ? 'explain' : 'explain query plan'} ${text}`;
        const { rows } = await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(explain, ofOne));
        plans.push(rows.map(row => row.detail ?? row['QUERY PLAN']).join('; '));
      }
      return plans;
    });
  }
}
