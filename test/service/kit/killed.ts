import { createRequire } from 'node:module';
import type { Db } from '@passfob/service/storage/database/database';
import type BetterSqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { stored } from './rows.ts';

// Vitest gives its tests a module of their own; the prototype belongs to the one of Node.
const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
const WRITES = /^\s*(?:insert|update|delete|with .*(?:insert|update|delete)|commit)\b/is;
const ENDS = /^\s*rollback\b/i;

/** How many more writes reach the file; after them it is as if the process were dead. */
let left = Number.POSITIVE_INFINITY;
let isDead = false;

/** @throws where the process would be dead: only what its death undoes is still done */
function live(text: string): void {
  if (!isDead && WRITES.test(text) && left-- <= 0) isDead = true;
  if (isDead && !ENDS.test(text)) throw new Error('killed');
}

function watch(): void {
  const memory = new Sqlite(':memory:');
  const statements = Object.getPrototypeOf(memory.prepare('select 1')) as BetterSqlite.Statement;
  memory.close();
  for (const name of ['run', 'all', 'get'] as const) {
    const real = statements[name] as (...given: unknown[]) => never;
    statements[name] = function (this: BetterSqlite.Statement, ...given: unknown[]) {
      live(this.source);
      return real.apply(this, given);
    };
  }
}

let isWatched = false;

/**
 * Does work again and again on SQLite, killed before its first write, then before its second, and so on to the one
 * after its last: that time it is done. Commits count as writes.
 *
 * @param work returns whether it was done
 * @returns the number of kills, and the tables that they changed
 */
export async function killedAtEachWrite(db: Db, work: () => Promise<boolean>) {
  if (!isWatched) watch();
  isWatched = true;
  const changed = new Set<string>();
  for (let kills = 0; ; kills++) {
    const before = await stored(db);
    left = kills;
    let wasKilled = false;
    const isDone = await work().finally(() => {
      left = Number.POSITIVE_INFINITY;
      wasKilled = isDead;
      isDead = false;
    });
    expect(isDone).toBe(!wasKilled);
    if (!wasKilled) return { kills, changed: [...changed] };
    const after = await stored(db);
    for (const [table, rows] of Object.entries(after))
      if (JSON.stringify(rows) !== JSON.stringify(before[table])) changed.add(table);
  }
}
