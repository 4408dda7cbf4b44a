import type { LockPolicy } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { RateLimiter } from '../../base/rate-limit.ts';
import type { Changes } from '../../storage/database/changes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { Application } from '../../subjects/applications/applications.ts';
import type { ApplicationCache } from '../../subjects/applications/cache.ts';
import type { Challenges } from '../../subjects/challenges/challenges.ts';
import type { Metrics } from '../../subjects/metrics/metrics.ts';
import type { Pushes } from '../../subjects/push/pushes.ts';
import type { ValidationRequest } from '../../subjects/validation/request.ts';

/** The objects that routes use. */
export interface WebContext {
  readonly db: Db;
  /** The same database with keys and clock, for administrative actions. */
  readonly management: Management;
  readonly clock: () => number;
  readonly lock: () => Promise<LockPolicy>;
  readonly changes: Changes;
  readonly buckets: RateLimiter;
  readonly applications: ApplicationCache;
  /** The application of the service's own log-in form. */
  readonly ownApplication: Pick<Application, 'id'>;
  /** The application for operators' sign-ins. */
  readonly consoleApplication: Application;
  /** Starts newly stored jobs and mail at once. */
  readonly wakeJobs: () => void;
  /** Decides one log-in and notifies watchers. */
  readonly decide: (request: ValidationRequest) => Promise<Outcome>;
  /** Creates questions, decides answers, and notifies watchers. */
  readonly challenges: Challenges;
  /** Creates and redeems requests to approve, and notifies watchers. */
  readonly pushes: Pushes;
  /**
   * Browsers share cookies between ports. The name differs, so that two services on one computer do not sign each
   * other's operators out.
   */
  readonly operatorCookie: () => string;
  /** The cookie of the self-service page. */
  readonly userCookie: () => string;
  readonly metrics: Metrics;
  /** The version of this program. */
  readonly version: string;
  /** Whether cookies are for https only. */
  readonly isSecure: boolean;
}
