import { ServiceError } from '../../base/errors.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { texts } from '../../base/texts/texts.ts';
import { validating } from '../../storage/database/database.ts';
import { fingerprintOf } from '../../storage/idempotency.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { rememberOutOfStep } from '../tokens/codes/out-of-step.ts';
import { makeDummyToken } from '../tokens/dummy-evaluation.ts';
import { refreshPasswordHash } from '../users/credentials/passwords.ts';
import { findUser, prepareUserName } from '../users/users.ts';
import { decideBatch } from './batch.ts';
import { checkFactors } from './factors.ts';
import type { PendingRequest } from './pending.ts';
import type { DecisionContext, ValidationRequest } from './request.ts';

/** Decides log-ins. */
export interface ValidationEngine {
  /**
   * Decides one log-in: lock, passcode, last accepted step, alert and log are one transaction, durable when the
   * promise resolves.
   *
   * @returns the outcome; only `accepted` may let anybody in
   * @throws ServiceError `busy`, `database_lost`, `schema_changed`, `application_changed`, or a database error; then
   * nothing was accepted
   */
  decide(request: ValidationRequest): Promise<Outcome>;
}

/** An engine that has to be closed when it is not needed any more. */
export interface ClosingEngine extends ValidationEngine {
  /** Call this when no decision is pending. */
  close(): Promise<void>;
}

interface Waiting {
  readonly pending: PendingRequest;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Creates an engine. Log-ins that arrive while a transaction is being committed are decided together in the next one
 * (group commit): one commit costs as much for sixty as for one. PostgreSQL runs some transactions side by side, so that
 * a log-in seldom waits for another user's. Two of one user are never decided at the same time, so each sees the result
 * of the previous one.
 */
export function makeEngine(validator: DecisionContext): ValidationEngine {
  const dummy = makeDummyToken(validator.keys);
  const run = async (batch: readonly Waiting[]) => {
    const entries = batch.map(({ pending }) => pending);
    try {
      const outcomes = await validating(validator.db, db =>
        decideBatch({ ...validator, dummy }, db, entries),
      );
      validator.decided?.(entries.length);
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined)
          reject(new ServiceError('application_changed', texts.startup.applicationChanged));
        else resolve(outcome);
      }
    } catch (error) {
      // An error in one request must not fail the others; an error of the database fails all of them.
      const isShared = batch.length === 1 || error instanceof ServiceError;
      if (isShared) for (const { reject } of batch) reject(error);
      else for (const one of batch) await run([one]);
    }
  };
  // On SQLite a second transaction would only wait for the first one.
  const most = engineOf(validator.db) === 'postgres' ? validationLimits.postgresTransactionsMax : 1;
  const queue = makeQueue(most, run);

  return {
    async decide(request) {
      const pending: PendingRequest = {
        request,
        name: prepareUserName(request.user) ?? '',
        fingerprint: fingerprintOf(validator.keys, request),
        proofs: await checkFactors(validator, request),
      };
      if (queue.isFull(pending.name)) throw new ServiceError('busy', texts.startup.tooManyLogins);
      const outcome = await new Promise<Outcome>((resolve, reject) => {
        queue.add({ pending, resolve, reject });
      });
      if (outcome === 'accepted' && pending.proofs.password === true) await renewHash(validator, request);
      if (outcome === 'wrong') await rememberOutOfStep(validator, request.user, request.passcode);
      return outcome;
    },
  };
}

/**
 * Makes the queue of log-ins.
 *
 * @param most transactions at the same time
 * @param run decides a batch in a transaction; never rejects
 */
function makeQueue(most: number, run: (batch: readonly Waiting[]) => Promise<void>) {
  let waiting: Waiting[] = [];
  let isStarting = false;
  /** The names in each running transaction. */
  const running = new Set<ReadonlySet<string>>();

  const runAndGoOn = async (batch: readonly Waiting[]) => {
    const names = new Set(batch.map(({ pending }) => pending.name));
    running.add(names);
    await run(batch);
    running.delete(names);
    startTransactions();
  };
  /** Many log-ins are decided in one transaction after the other, each with all that wait: fewer, larger ones cost less. */
  const mayStart = () => {
    let decided = 0;
    for (const names of running) decided += names.size;
    return running.size === 0 || (running.size < most && decided < validationLimits.sideBySideMax);
  };
  const startTransactions = () => {
    while (waiting.length > 0 && mayStart()) {
      const { batch, rest } = nextBatch(waiting, running);
      if (batch.length === 0) return;
      waiting = rest;
      void runAndGoOn(batch);
    }
  };
  const pump = () => {
    if (isStarting || !mayStart()) return;
    isStarting = true;
    // All requests of this turn of the event loop join the first batch.
    setImmediate(() => {
      isStarting = false;
      startTransactions();
    });
  };

  return {
    isFull: (name: string) => isFull(waiting, name),
    add(one: Waiting) {
      waiting.push(one);
      pump();
    },
  };
}

/**
 * Whether the queue is full for another request. Each name has its own limit: a flood of one name, which waits for
 * itself, does not keep others out. This applies to unknown names as well.
 */
function isFull(waiting: readonly Waiting[], name: string): boolean {
  if (waiting.length >= validationLimits.decisionsWaiting) return true;
  if (name === '' || waiting.length < validationLimits.decisionsWaitingOfOne) return false;
  return waiting.filter(one => one.pending.name === name).length >= validationLimits.decisionsWaitingOfOne;
}

/**
 * Returns the longest-waiting requests of different users, none of whom is in a running transaction; invalid names share
 * the empty name and may be together.
 */
function nextBatch(
  waiting: readonly Waiting[],
  running: ReadonlySet<ReadonlySet<string>>,
): { batch: Waiting[]; rest: Waiting[] } {
  const names = new Set<string>();
  for (const decided of running) for (const name of decided) names.add(name);
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const one of waiting) {
    const { name } = one.pending;
    if (batch.length < validationLimits.batchMax && (name === '' || !names.has(name))) batch.push(one);
    else rest.push(one);
    names.add(name);
  }
  return { batch, rest };
}

/**
 * Renews an old hash with current parameters, because the password was just found right. If that fails, the next
 * log-in tries again: this one has been accepted, and its passcode is used up.
 */
async function renewHash({ db }: DecisionContext, { user, password = '' }: ValidationRequest): Promise<void> {
  try {
    const row = await findUser(db, prepareUserName(user) ?? '');
    if (row !== undefined) await refreshPasswordHash(db, row, password);
  } catch {
    return;
  }
}
