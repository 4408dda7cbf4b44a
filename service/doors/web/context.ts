import type { FastifyRequest } from 'fastify';
import { type BucketSize, type Buckets, sourceKey } from '../../base/buckets.ts';
import { webLimits } from '../../base/limits/web.ts';
import type { LockPolicy } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { Challenges } from '../../features/challenges/challenges.ts';
import type { Metrics } from '../../features/metrics/metrics.ts';
import type { Pushes } from '../../features/push/pushes.ts';
import type { ApplicationCache } from '../../features/users/application-cache.ts';
import type { Application } from '../../features/users/applications.ts';
import type { ValidationRequest } from '../../features/validation/request.ts';
import type { Changes } from '../../storage/database/changes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { refuseCrossSite } from './guard.ts';
import { Problem } from './problems.ts';

/** What the routes work with. */
export interface WebContext {
  readonly db: Db;
  /** The same database with keys and clock, as acts of administration take them. */
  readonly management: Management;
  readonly clock: () => number;
  readonly lock: () => Promise<LockPolicy>;
  readonly changes: Changes;
  readonly buckets: Buckets;
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

/** Takes one request from the allowance of the address it came from. @throws Problem `too_many` */
export function limitSource(context: WebContext, request: FastifyRequest, kind: string, size: BucketSize) {
  limitKey(context, `${kind}:${sourceKey(request.ip)}`, size);
}

/** What runs before the body of a request is read. */
export type BeforeBody = (request: FastifyRequest) => Promise<void>;

/** A step before the body that takes one request from the allowance of its source. */
function bySource(context: WebContext, kind: string, size: BucketSize): BeforeBody {
  return async request => limitSource(context, request, kind, size);
}

/** The same for pages and for what forms send. */
export function pageBySource(context: WebContext): { readonly onRequest: BeforeBody } {
  return { onRequest: bySource(context, 'source', webLimits.sourceBucket) };
}

/**
 * A form of the service's own pages, by its source and within its size.
 * @param kind which allowance: who asks for approvals takes nothing from those who type passcodes at the same address
 */
export function formBySource(context: WebContext, kind: 'form' | 'autosend' = 'form') {
  return {
    bodyLimit: webLimits.bodyMaxBytes,
    onRequest: [refuseCrossSite, bySource(context, kind, webLimits.formBucket)],
  };
}

/** Takes one request from the allowance of a key. @throws Problem `too_many` */
export function limitKey(context: WebContext, key: string, size: BucketSize): void {
  if (!context.buckets.take(key, size, context.clock())) throw new Problem('too_many');
}
