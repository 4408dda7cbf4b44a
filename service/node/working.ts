import { systemCode } from '../base/errors.ts';
import { noLog } from '../base/log.ts';
import type { Changes } from '../storage/database/changes.ts';
import type { Store } from '../storage/database/database.ts';
import { watchForLoss } from '../storage/database/readiness.ts';
import type { Keys } from '../storage/encryption-at-rest/key-file.ts';
import type { PublicUrlSources } from '../storage/management.ts';
import { startJobs } from '../subjects/jobs/worker.ts';
import { startMailWorker } from '../subjects/mail/worker.ts';
import { startBackground } from './background.ts';
import type { ServiceOptions } from './options.ts';
import { startSweeping } from './sweep.ts';

/** The parts that the work uses. */
interface JobDependencies {
  readonly store: Store;
  readonly keys: Keys;
  readonly changes: Changes;
  readonly clock: () => number;
  readonly publicUrl: PublicUrlSources;
}

/** The running background work of a node. `stop` ends it after running work is done. */
export interface Working {
  /** Starts newly stored jobs and mail at once. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the background work of a node: a watch over its database, limits of tables, audit, alerts, mail and jobs.
 */
export function startWorking(
  { store, keys, changes, clock, publicUrl }: JobDependencies,
  options: ServiceOptions,
): Working {
  const log = options.log ?? noLog;
  const stopWatching = watchForLoss(store, ({ code, message }) => log('error', message, { error: code }));
  const sweeping = startSweeping(store.db, clock);
  const stopBounds = async () => {
    stopWatching();
    await sweeping.stop();
  };
  if (options.background === false) return { wake: () => undefined, stop: stopBounds };
  const management = { db: store.db, keys, clock, publicUrl };
  // An error's text may hold text that a user typed; its kind does not.
  const failed = (error: unknown) => log('error', 'background', { error: systemCode(error) || 'unknown' });
  const background = startBackground(management, { failed });
  const jobs = startJobs(management, { progressed: () => changes.announce(), failed });
  const mails = startMailWorker(management, { progressed: () => changes.announce(), failed });
  return {
    wake() {
      jobs.wake();
      mails.wake();
    },
    async stop() {
      await stopBounds();
      await jobs.close();
      await mails.close();
      await background.stop();
    },
  };
}
