import type { Db } from '@passfob/service/storage/database/database';

type Execute = (work: (db: Db) => Promise<unknown>) => Promise<unknown>;

/** Wraps a database so that `heard` runs between each commit and its confirmation. @param heard may throw */
export function hearingCommits(db: Db, heard: () => Promise<void>): Db {
  const heeded = (run: () => { execute: Execute }) => () => ({
    execute: async (work: Parameters<Execute>[0]) => {
      const result = await run().execute(work);
      await heard();
      return result;
    },
  });
  // On SQLite a writing transaction runs on a connection.
  const own: Readonly<Record<string | symbol, unknown>> = {
    connection: heeded(() => db.connection()),
    transaction: heeded(() => db.transaction()),
  };
  return new Proxy(db, {
    get(_, key) {
      const value: unknown = own[key] ?? Reflect.get(db, key, db);
      return typeof value === 'function' ? value.bind(db) : value;
    },
  });
}
