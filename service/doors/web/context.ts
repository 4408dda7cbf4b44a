import type { LockPolicy } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { RateLimiter } from '../../base/rate-limit.ts';
import type { Challenges } from '../../features/challenges/challenges.ts';
import type { Metrics } from '../../features/metrics/metrics.ts';
import type { Pushes } from '../../features/push/pushes.ts';
import type { ApplicationCache } from '../../features/users/application-cache.ts';
import type { Application } from '../../features/users/applications.ts';
import type { ValidationRequest } from '../../features/validation/request.ts';
import type { Changes } from '../../storage/database/changes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';

/** What the routes work with. */
export interface WebContext {
  readonly db: Db;
  /** The same database with keys and clock, as acts of administration take them. */
  readonly management: Management;
  readonly clock: () => number;
  readonly lock: () => Promise<LockPolicy>;
  readonly changes: Changes;
  readonly buckets: RateLimiter;
  readonly applications: ApplicationCache;
  /** The application that the service's own log-in form belongs to. */
  readonly ownApplication: Pick<Application, 'id'>;
  /** The application that operators sign in to. */
  readonly consoleApplication: Application;
  /** Has a job or a mail that was just written down begin at once. */
  readonly wakeJobs: () => void;
  /** Decides one log-in and tells watchers. */
  readonly decide: (request: ValidationRequest) => Promise<Outcome>;
  /** Asks questions and decides answers, and tells watchers. */
  readonly challenges: Challenges;
  /** Asks fobs to approve log-ins and decides what became of that, and tells watchers. */
  readonly pushes: Pushes;
  /** Cookies are not kept apart by port: the name is, so that two services on one computer do not log each other out. */
  readonly operatorCookie: () => string;
  /** The cookie of the users' own page. */
  readonly userCookie: () => string;
  readonly metrics: Metrics;
  /** Of this program. */
  readonly version: string;
  /** Whether cookies are for https only. */
  readonly isSecure: boolean;
}
