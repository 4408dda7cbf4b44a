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
}

/** Sources of the public URL that this process knows. */
export interface PublicUrlSources {
  /** The configured origin; undefined if none is configured. */
  readonly configured: string | undefined;
  /** The listener's own origin; undefined until it is known. */
  readonly own: () => string | undefined;
}
