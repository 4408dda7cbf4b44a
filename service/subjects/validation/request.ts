import type { Factors } from '../../base/kinds.ts';
import type { LockPolicy } from '../../base/lock.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import type { IdempotencyKey } from '../../storage/idempotency.ts';
import type { ApplicationVersion } from '../applications/cache.ts';

/** A claim to be `user`, with a passcode, and a password or PIN if the application requires one. */
export interface ValidationRequest {
  readonly user: string;
  readonly passcode: string;
  readonly password?: string | undefined;
  readonly pin?: string | undefined;
  /** The user's address, as far as the application knows it. */
  readonly source: string;
  readonly applicationId: string;
  /** The factors that the application requires; default: only the passcode. */
  readonly factors?: Factors | undefined;
  /**
   * Whether the client lets the user choose a due PIN: then a right passcode is used up for that, and the outcome is
   * `new_pin`.
   */
  readonly choosesPin?: boolean | undefined;
  /**
   * Whether the request is only for a new PIN: it requires the current PIN if there is one, whatever the token, and
   * its outcome is `new_pin` instead of `accepted`.
   */
  readonly changesPin?: boolean | undefined;
  /** The version of the application that was authenticated: if it has changed since, nothing is decided. */
  readonly lockState?: ApplicationVersion | undefined;
  readonly requestId: string;
  /** Identifies repeats of the same request, which get the same response. */
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

/** Dependencies of decisions about passcodes. */
export interface DecisionContext {
  readonly db: Db;
  readonly keys: Keys;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Called with the number of log-ins that one transaction decided. */
  readonly decided?: (size: number) => void;
}

/** Dependencies of validation. */
export interface ValidationContext extends DecisionContext {
  /** Reads the lockout policy in the transaction `db`. */
  readonly lock: (db: Db) => Promise<LockPolicy>;
}
