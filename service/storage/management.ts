import type { Db } from './database/database.ts';
import type { Keys } from './encryption-at-rest/key-file.ts';

/** What administration works with. */
export interface Management {
  readonly db: Db;
  readonly keys: Keys;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Where people reach the service; absent where nothing listens. */
  readonly reach?: PublicUrlSources;
}

/** Under which address people reach the service, as far as its own process knows it. */
export interface PublicUrlSources {
  /** What the configuration says, an origin; undefined where it says nothing. */
  readonly configured: string | undefined;
  /** The listener's own origin; undefined until it is known. */
  readonly own: () => string | undefined;
}
