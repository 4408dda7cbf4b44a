import { alertLimits } from '../base/limits/alerts.ts';
import { enrolmentLimits } from '../base/limits/enrolment.ts';
import { recordLimits } from '../base/limits/records.ts';
import { validationLimits } from '../base/limits/validation.ts';
import { watchAudit } from '../features/alerts/audit-watch.ts';
import { watchClock } from '../features/alerts/clock.ts';
import { forgetDeliveries, makeDelivering } from '../features/alerts/deliver.ts';
import { watchSpraying } from '../features/alerts/spraying.ts';
import { writeAllCheckpoints } from '../features/audit/checkpoints.ts';
import { expireActivations, forgetActivations } from '../features/enrolment/expire-job.ts';
import { forgetMail } from '../features/mail/expiry.ts';
import { followEncryptionKey } from '../features/operations/rekey.ts';
import { expireCallerChecks } from '../features/push/expiry.ts';
import type { Management } from '../storage/management.ts';

/** What a node does by itself beside answering requests. */
export interface Background {
  /** Ends it: lets what is under way finish, then seals the audit to its end. May be called again. */
  stop(): Promise<void>;
}

/** How a node does it. */
export interface BackgroundOptions {
  /** Lets webhooks go to loopback addresses; default no. */
  readonly allowLoopback?: boolean;
  /** Told of what went wrong; the next turn tries again. Default: nobody. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Starts sealing the audit, delivering alerts, reminding of activations, ending checks of callers, watching the
 * clock and the log-ins and following the sealing key. Every node runs it; the database sees to it that nothing is done twice at once.
 */
export function startBackground(management: Management, options: BackgroundOptions = {}): Background {
  const { db, keys, clock } = management;
  const { allowLoopback = false, failed = () => undefined } = options;
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
      await forgetMail(db, clock());
    }),
    every(recordLimits.deliverEveryMs, failed, () => delivering.turn()),
    every(validationLimits.sweepMs, failed, () => expireCallerChecks(management)),
    every(alertLimits.sprayLookMs, failed, async () => {
      await watchSpraying(db, clock());
    }),
  ];
  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopping ??= (async () => {
        await Promise.all(repeats.map(stop => stop()));
        await delivering.settled();
        await writeAllCheckpoints(db, keys, clock).catch(failed);
      })();
      return stopping;
    },
  };
}

/** Repeats a piece of work, each time some while after the last one ended; the result stops it. */
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
