import { sql } from 'kysely';
import { ServiceError } from '../../base/errors.ts';
import { databaseLimits } from '../../base/limits/database.ts';
import { texts } from '../../base/texts/texts.ts';
import { isTooOld, migrationNames } from '../migrations/list.ts';
import { type Db, type Store, validating } from './database.ts';
import { checkSchema } from './schema-check.ts';

/** The version of the tables relative to this program. */
export type Currency = 'current' | 'older' | 'too-old' | 'newer' | 'new';

/** Compares the applied migrations with those that this program knows. */
export async function currencyOf(db: Db): Promise<Currency> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return 'new';
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const made = rows.map(({ name }) => name);
  if (made.some(name => !migrationNames.includes(name))) return 'newer';
  if (isTooOld(made)) return 'too-old';
  return migrationNames.every(name => made.includes(name)) ? 'current' : 'older';
}

/** Why a database cannot serve log-ins; `docs/operations.md` says what to do about each. */
export const unreadyReasons = ['database', 'database_lost', 'schema_changed', 'silent'] as const;
export type Unready = (typeof unreadyReasons)[number];

/** One check of the database. */
interface Look {
  readonly beganMs: number;
  readonly found: Promise<Unready | undefined>;
  isOver: boolean;
}

/**
 * Returns a function that reports why log-ins cannot be decided, or undefined. It responds within
 * `databaseLimits.readyAnswerMs` whatever the database does; one check serves all callers within
 * `databaseLimits.readyKeptMs`, and no two checks run at a time.
 */
export function makeReadiness(store: Store): () => Promise<Unready | undefined> {
  let look: Look | undefined;
  return async () => {
    const nowMs = performance.now();
    if (look === undefined || (look.isOver && nowMs - look.beganMs > databaseLimits.readyKeptMs))
      look = begin(store, nowMs);
    return await inTime(look.found, look.beganMs + databaseLimits.readyAnswerMs - nowMs);
  };
}

function begin(store: Store, beganMs: number): Look {
  const look: Look = { beganMs, found: lookAt(store), isOver: false };
  void look.found.then(() => {
    look.isOver = true;
  });
  return look;
}

/** Returns the result, or `silent` if it takes longer. */
function inTime(found: Promise<Unready | undefined>, ms: number): Promise<Unready | undefined> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve('silent'), Math.max(0, ms));
    void found.then(reason => {
      clearTimeout(timer);
      resolve(reason);
    });
  });
}

/** Decides nothing, but writes a row as a log-in does, and waits until it is durable. */
async function lookAt({ db }: Store): Promise<Unready | undefined> {
  try {
    await validating(db, transaction =>
      transaction
        .insertInto('readiness')
        .values({ id: 1, looks: 1 })
        .onConflict(conflict =>
          conflict.column('id').doUpdateSet(({ ref }) => ({ looks: sql`${ref('readiness.looks')} + 1` })),
        )
        .execute(),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) return 'database';
    return unreadyReasons.find(reason => reason === error.code) ?? 'database';
  }
}

/**
 * Checks every `databaseLimits.lossLookMs` for errors that only a restart of this node can end.
 *
 * @param told called once for each
 * @returns a function that stops checking
 */
export function watchForLoss({ db, areFilesHeld }: Store, told: (error: ServiceError) => void): () => void {
  const seen = new Set<string>();
  let isLooking = false;
  const look = async () => {
    try {
      if (!areFilesHeld()) throw new ServiceError('database_lost', texts.startup.filesLost);
      await checkSchema(db);
    } catch (error) {
      // A temporarily unavailable database is reported by log-ins and by readiness.
      if (!(error instanceof ServiceError) || seen.has(error.code)) return;
      seen.add(error.code);
      told(error);
    }
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, databaseLimits.lossLookMs).unref();
  return () => clearInterval(timer);
}
