import { ServiceError } from '../../base/errors.ts';
import { jobLimits } from '../../base/limits/jobs.ts';
import type { Management } from '../../storage/management.ts';
import { forgetJob } from './jobs.ts';
import { type Lease, layAside, takeLease, workOn } from './lease.ts';

/** Does the jobs of a service, one at a time. Every node may have one. */
export interface JobWorker {
  /** Looks for a job now, and not only when it is time. */
  wake(): void;
  /** Resolves when no job is left that this worker could do. */
  idle(): Promise<void>;
  /** Ends the worker after the rows that it is doing; another goes on from there. */
  close(): Promise<void>;
}

/** What to tell the outside. */
export interface JobHooks {
  /** After every step of a job: pages that show it are out of date. */
  readonly progressed?: () => void;
  /** A step failed, which is tried again later: for the log of the service. */
  readonly failed?: (error: unknown) => void;
}

/** Starts doing jobs, those too that a crash or another node left behind, and forgets old ones. */
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
    // Others write: the lease runs out, and this goes on later.
    if (!(error instanceof ServiceError && error.code === 'busy')) await layAside(management, lease);
    throw error;
  }
}
