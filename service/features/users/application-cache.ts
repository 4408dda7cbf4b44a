import { hashBearer } from '../../base/bearers.ts';
import type { Factors } from '../../base/kinds.ts';
import { userLimits } from '../../base/limits/users.ts';
import type { Db } from '../../storage/database/database.ts';
import { type Application, applicationOfKey } from './applications.ts';

/** An application as it was when its key was last looked up. */
export interface KnownApplication extends Application {
  /** By which the transaction that decides sees whether key, factors and standing are still the same. */
  readonly standing: ApplicationVersion;
}

/** What must still be so in the database for a request of the application to be decided. */
export interface ApplicationVersion {
  readonly keyHash: string;
  readonly factors: Factors;
}

/** An application as the database has it now; undefined where there is none, or it is disabled. */
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

/** The applications that this node has seen lately, by their keys. */
export interface ApplicationCache {
  /** The application of a key, from memory where it was seen within a minute; undefined where there is none. */
  find(apiKey: string): Promise<KnownApplication | undefined>;
  /** Called when it turned out to have changed: the next `find` asks the database. */
  forget(apiKey: string): void;
}

interface Entry {
  readonly application: KnownApplication;
  readonly untilMs: number;
}

/** Makes an empty cache. It holds hashes of keys, never the keys. */
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
