import { ServiceError } from '../../base/errors.ts';
import { jobLimits } from '../../base/limits/jobs.ts';
import type { Management } from '../../storage/management.ts';
import { forgetJob } from './jobs.ts';
import { type Lease, layAside, takeLease, workOn } from './lease.ts';

/** Runs the jobs of a service, one at a time. Every node may have one worker. */
export interface JobWorker {
  /** Looks for a job now instead of at the next interval. */
  wake(): void;
  /** Resolves when no job is left for this worker. */
  idle(): Promise<void>;
  /** Stops the worker after the current rows; another continues from there. */
  close(): Promise<void>;
}

/** Callbacks of the worker. */
export interface JobHooks {
  /** Called after every step of a job: pages that show it are out of date. */
  readonly progressed?: () => void;
  /** Called when a step failed, which is retried later: for the service's log. */
  readonly failed?: (error: unknown) => void;
}

/** Starts running jobs, including those that a crash or another node left behind, and deletes old ones. */
export function startJobs(management: Management, hooks: JobHooks = {}): JobWorker {
  let isClosed = false;
  let running: Promise<void> | undefined;
  const wake = () => {
    if (isClosed) return;
    running ??= doJobs(management, hooks, () => isClosed)
      .catch((error: unknown) => hooks.failed?.(error))
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(wake, jobLimits.jobPollMs).unref();
  wake();
  return {
    wake,
    async idle() {
      while (running !== undefined) await running;
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}

async function doJobs(management: Management, hooks: JobHooks, isClosed: () => boolean): Promise<void> {
  while (!isClosed()) {
    let lease = await takeLease(management);
    if (lease === undefined) return forgetJob(management.db, management.clock());
    while (lease !== undefined && !isClosed()) {
      lease = await step(management, lease);
      hooks.progressed?.();
    }
  }
}

async function step(management: Management, lease: Lease): Promise<Lease | undefined> {
  try {
    return await workOn(management, lease, jobLimits.jobItemsPerTransaction);
  } catch (error) {
    // The database is busy: the lease expires, and the job continues later.
    if (!(error instanceof ServiceError && error.code === 'busy')) await layAside(management, lease);
    throw error;
  }
}
