import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ServiceError, type ServiceErrorCode } from '../../../base/errors.ts';
import type { Outcome } from '../../../base/outcomes.ts';
import { texts } from '../../../base/texts/texts.ts';
import type { ClosingEngine } from '../engine.ts';
import type { ValidationRequest } from '../request.ts';
import type { Beginning, Failure, ThreadRequest, ThreadResult } from './messages.ts';

interface Waiting {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (reason: unknown) => void;
}

/** Callbacks of the thread. */
export interface ThreadHooks {
  /** Called with the number of log-ins that one transaction decided. */
  readonly decided?: ((size: number) => void) | undefined;
  /** Called before a thread starts. @throws the reason not to start */
  readonly check?: () => void;
  /** Called when the thread ended unexpectedly. */
  readonly brokeOff?: () => void;
}

/** One run of the thread. */
interface Thread {
  decide(request: ValidationRequest): Promise<Outcome>;
  close(): Promise<void>;
}

/**
 * Decides log-ins in a thread with a connection of its own, while the main thread speaks HTTP. If the thread ends
 * unexpectedly, pending requests fail with `busy`, and the next log-in starts a new thread.
 *
 * @throws ServiceError `database_unusable`
 */
export async function startEngineThread(beginning: Beginning, hooks: ThreadHooks): Promise<ClosingEngine> {
  let current: Promise<Thread> | undefined;
  let isClosed = false;
  const start = () => {
    if (isClosed) throw unavailable();
    hooks.check?.();
    const started = startThread(beginning, hooks.decided, () => {
      if (!isClosed) hooks.brokeOff?.();
      if (current === started) current = undefined;
    });
    current = started;
    return started;
  };
  await start();
  return {
    decide: async request => (await (current ?? start())).decide(request),
    async close() {
      isClosed = true;
      await (await current)?.close();
    },
  };
}

/** This code runs from its source as well, which has no thread beside it. */
function threadPath(): string {
  const manifest = createRequire(import.meta.url).resolve('@passfob/service/package.json');
  return join(dirname(manifest), 'dist/program/subjects/validation/thread/worker.js');
}

async function startThread(
  beginning: Beginning,
  decided: ThreadHooks['decided'],
  ended: () => void,
): Promise<Thread> {
  const worker = new Worker(threadPath(), { workerData: beginning });
  const waiting = new Map<number, Waiting>();
  let asked: ThreadRequest[] = [];
  let nextId = 0;
  // Without a listener an error would end this process; `exit` follows it.
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    ended();
    for (const { reject } of waiting.values()) reject(unavailable());
    waiting.clear();
  });
  worker.on('message', ({ answered, sizes }: ThreadResult) => {
    for (const size of sizes) decided?.(size);
    for (const one of answered) {
      const found = waiting.get(one.id);
      waiting.delete(one.id);
      if ('outcome' in one) found?.resolve(one.outcome);
      else found?.reject(errorOf(one.failure));
    }
  });
  const ask = () => {
    worker.postMessage(asked);
    asked = [];
  };
  try {
    await once(worker, 'message');
  } catch (error) {
    throw new ServiceError('database_unusable', texts.startup.databaseUnusable, error);
  }
  return {
    decide: request =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        // All requests of one turn of the event loop go into one message.
        if (asked.length === 0) setImmediate(ask);
        asked.push({ id, request });
      }),
    async close() {
      const over = once(worker, 'exit');
      worker.postMessage(undefined);
      await over;
    },
  };
}

function unavailable(): ServiceError {
  return new ServiceError('busy', texts.startup.databaseBusy);
}

function errorOf({ code, message, isOurs }: Failure): Error {
  if (isOurs) return new ServiceError(code as ServiceErrorCode, message);
  return Object.assign(new Error(message), { code });
}
