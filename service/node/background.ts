import { alertLimits } from '../base/limits/alerts.ts';
import { enrolmentLimits } from '../base/limits/enrolment.ts';
import { recordLimits } from '../base/limits/records.ts';
import { validationLimits } from '../base/limits/validation.ts';
import type { Management } from '../storage/management.ts';
import { forgetOldAudit, watchAudit } from '../subjects/alerts/audit-watch.ts';
import { watchClock } from '../subjects/alerts/clock.ts';
import { forgetDeliveries, makeDelivering } from '../subjects/alerts/deliver.ts';
import { watchSpraying } from '../subjects/alerts/spraying.ts';
import { writeAllCheckpoints } from '../subjects/audit/checkpoints.ts';
import { watchWithheld } from '../subjects/care/alerts.ts';
import { expireActivations, forgetActivations } from '../subjects/enrolment/expire-job.ts';
import { forgetMail } from '../subjects/mail/expiry.ts';
import { followEncryptionKey } from '../subjects/operations/rekey.ts';
import { expireCallerChecks } from '../subjects/push/expiry.ts';

/** The background work of a node, besides answering requests. */
export interface Background {
  /** Lets running work finish, then writes audit checkpoints up to the last row. May be called again. */
  stop(): Promise<void>;
}

/** Options of the background work. */
export interface BackgroundOptions {
  /** Allows webhooks to loopback addresses; default false. */
  readonly allowLoopback?: boolean;
  /** Receives errors; the next turn tries again. Default: errors are ignored. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Starts to write audit checkpoints, deliver alerts, remind of activations, expire activations and checks of callers,
 * watch the clock, the log-ins and the reports of fobs, and follow the encryption key. Every node runs this; the database prevents that
 * two nodes do the same work at once.
 */
export function startBackground(management: Management, options: BackgroundOptions = {}): Background {
  const { db, keys, clock } = management;
  const { allowLoopback = false, failed = () => undefined } = options;
  const stopped = new AbortController();
  const delivering = makeDelivering(management, { allowLoopback, failed });
  const repeats = [
    every(recordLimits.auditSealEveryMs, failed, async () => {
      await followEncryptionKey(db, keys);
      await watchClock(db, clock);
      await watchAudit(management);
    }),
    every(enrolmentLimits.remindEveryMs, failed, async () => {
      await expireActivations(management);
    }),
    every(recordLimits.forgetEveryMs, failed, async () => {
      await forgetDeliveries(db, clock());
      await forgetActivations(db, clock());
      await forgetMail(db, clock(), stopped.signal);
      await forgetOldAudit(management, stopped.signal);
    }),
    every(recordLimits.deliverEveryMs, failed, () => delivering.turn()),
    every(validationLimits.sweepMs, failed, () => expireCallerChecks(management)),
    every(alertLimits.fobWithheldLookMs, failed, async () => {
      await watchWithheld(db, clock());
    }),
    every(alertLimits.sprayLookMs, failed, async () => {
      await watchSpraying(db, clock());
    }),
  ];
  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopped.abort();
      stopping ??= (async () => {
        await Promise.all(repeats.map(stop => stop()));
        await delivering.settled();
        await writeAllCheckpoints(db, keys, clock).catch(failed);
      })();
      return stopping;
    },
  };
}

/** Repeats a piece of work with a pause after each run. Returns a function that stops it. */
function every(
  pauseMs: number,
  failed: (error: unknown) => void,
  work: () => Promise<void>,
): () => Promise<void> {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const turn = () => {
    running = work()
      .catch(failed)
      .then(() => {
        if (!isStopped) timer = setTimeout(turn, pauseMs).unref();
      });
  };
  turn();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    return running;
  };
}
