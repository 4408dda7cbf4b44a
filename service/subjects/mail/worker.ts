import { mailLimits } from '../../base/limits/mail.ts';
import type { Management } from '../../storage/management.ts';
import { deliverMail } from './deliver.ts';
import { expireMail } from './expiry.ts';

/** Sends the mail of a service. Every node may have one worker. */
export interface MailWorker {
  /** Looks for mail now instead of at the next interval, but not before the pause after the last turn has passed. */
  wake(): void;
  /** Stops the worker once the current messages are sent. */
  close(): Promise<void>;
}

/** Callbacks of the worker. */
export interface MailHooks {
  /** Called after messages were sent or failed: pages that show mail are out of date. */
  readonly progressed?: () => void;
  /** Called when a turn failed; the next one tries again. */
  readonly failed?: (error: unknown) => void;
}

/** Starts sending mail, including messages that a crash or another node left behind. */
export function startMailWorker(management: Management, hooks: MailHooks = {}): MailWorker {
  let isClosed = false;
  let isWoken = false;
  let isResting = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const turn = async () => {
    const { db, clock } = management;
    await expireMail(db, clock());
    const { leased } = await deliverMail(management);
    // The pause after a turn that sent something limits the rate, even if `wake` is called.
    isResting = leased > 0;
    if (leased > 0) hooks.progressed?.();
  };
  const run = () => {
    isWoken = false;
    running = turn()
      .catch((error: unknown) => hooks.failed?.(error))
      .then(() => {
        running = undefined;
        if (isClosed) return;
        if (isWoken && !isResting) run();
        else timer = setTimeout(run, mailLimits.mailTurnMs).unref();
      });
  };
  run();
  return {
    wake() {
      isWoken = true;
      if (isClosed || isResting || running !== undefined) return;
      clearTimeout(timer);
      run();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
