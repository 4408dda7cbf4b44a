import type { Factors } from '../../base/kinds.ts';
import type { LockPolicy } from '../../base/lock.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import type { ApplicationVersion } from '../users/application-cache.ts';

/** Someone says they are `user` and shows a passcode, and a password or PIN where the application asks for one. */
export interface ValidationRequest {
  readonly user: string;
  readonly passcode: string;
  readonly password?: string | undefined;
  readonly pin?: string | undefined;
  /** Where the person is, as far as the application knows: an address. */
  readonly source: string;
  readonly applicationId: string;
  /** What the application asks for; default the passcode alone. */
  readonly factors?: Factors | undefined;
  /**
   * Whether a PIN that is due can be chosen where the passcode was typed: then a right passcode is used up for that, and comes
   * to `new_pin`.
   */
  readonly choosesPin?: boolean | undefined;
  /**
   * Whether the request is for a new PIN and for nothing else: it wants the present one where there is one, whatever the token
   * is like, and comes to `new_pin` in place of `accepted`.
   */
  readonly changesPin?: boolean | undefined;
  /** What the application was believed to be: where it has changed, nothing is decided. */
  readonly standing?: ApplicationVersion | undefined;
  readonly requestId: string;
  /** Marks repeats of the very same request, which then get the same answer. */
  readonly idempotencyKey?: string | undefined;
}

/** What validation works with. */
export interface ValidationContext {
  readonly db: Db;
  readonly keys: Keys;
  /** When accounts lock, as the transaction of `db` sees it. */
  readonly lock: (db: Db) => Promise<LockPolicy>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Told how many log-ins one transaction decided. */
  readonly decided?: (size: number) => void;
}
