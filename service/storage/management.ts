import type { Db } from './database/database.ts';
import type { Keys } from './encryption-at-rest/key-file.ts';

/** Dependencies of administration. */
export interface Management {
  readonly db: Db;
  readonly keys: Keys;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Sources of the public URL; absent if nothing listens. */
  readonly publicUrl?: PublicUrlSources;
  /** Told the end of every run of care, for the measurements. */
  readonly careRan?: (result: CareRunEnd) => void;
}

/**
 * How a run of care ended: `idle`, there was nothing to do; `done`, all was done; `waiting`, something waits, for a
 * hold or a PIN; `busy`, another connection cares for the fob; `failed`, the link or the database was lost.
 */
export type CareRunEnd = 'idle' | 'done' | 'waiting' | 'busy' | 'failed';

/** Sources of the public URL that this process knows. */
export interface PublicUrlSources {
  /** The configured origin; undefined if none is configured. */
  readonly configured: string | undefined;
  /** The listener's own origin; undefined until it is known. */
  readonly own: () => string | undefined;
}
