import { hashBearer } from '../../base/bearers.ts';
import type { Factors } from '../../base/kinds.ts';
import { userLimits } from '../../base/limits/users.ts';
import type { Db } from '../../storage/database/database.ts';
import { type Application, applicationOfKey } from './applications.ts';

/** An application as it was when its key was last looked up. */
export interface KnownApplication extends Application {
  /** Lets the deciding transaction check that the key and the factors are unchanged. */
  readonly standing: ApplicationVersion;
}

/** The facts that must be unchanged in the database for a request of the application to be decided. */
export interface ApplicationVersion {
  readonly keyHash: string;
  readonly factors: Factors;
}

/** Returns an application from the database; undefined if it does not exist or is disabled. */
export async function applicationNow(db: Db, id: string): Promise<KnownApplication | undefined> {
  const row = await db
    .selectFrom('applications')
    .select(['id', 'name', 'factors', 'key_hash'])
    .where('id', '=', id)
    .where('disabled_ms', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { key_hash: keyHash, ...application } = row;
  return { ...application, standing: { keyHash, factors: row.factors } };
}

/** The applications that this node has recently looked up, by their keys. */
export interface ApplicationCache {
  /**
   * Returns the application with this key, from memory if it was looked up within a minute; undefined if there is
   * none.
   */
  find(apiKey: string): Promise<KnownApplication | undefined>;
  /** Call this when the application has changed: the next `find` reads the database. */
  forget(apiKey: string): void;
}

interface Entry {
  readonly application: KnownApplication;
  readonly untilMs: number;
}

/** Creates an empty cache. It holds hashes of keys, never the keys. */
export function makeApplicationCache(db: Db, clock: () => number): ApplicationCache {
  const entries = new Map<string, Entry>();
  return {
    async find(apiKey) {
      const keyHash = hashBearer(apiKey);
      const entry = entries.get(keyHash);
      if (entry !== undefined && entry.untilMs > clock()) return entry.application;
      entries.delete(keyHash);
      const found = await applicationOfKey(db, apiKey);
      if (found === undefined) return undefined;
      const application = { ...found, standing: { keyHash, factors: found.factors } };
      if (entries.size >= userLimits.applicationsMax) entries.clear();
      entries.set(keyHash, { application, untilMs: clock() + userLimits.applicationSeenMs });
      return application;
    },
    forget(apiKey) {
      entries.delete(hashBearer(apiKey));
    },
  };
}
