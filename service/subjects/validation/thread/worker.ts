import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ServiceError, systemCode } from '../../../base/errors.ts';
import { openStore } from '../../../storage/database/database.ts';
import { openKeyFile } from '../../../storage/encryption-at-rest/key-file.ts';
import { makeEngine } from '../engine.ts';
import type {
  Beginning,
  Failure,
  ThreadBatch,
  ThreadOutcome,
  ThreadRequest,
  ThreadResult,
} from './messages.ts';

// This file is the thread that decides log-ins: `engine-thread.ts` starts it and exchanges messages with it.

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: systemCode(error), message, isOurs: error instanceof ServiceError };
}

/** Gathers the messages of one turn of the event loop, so that a batch is one message. */
function gathering(port: MessagePort) {
  let answered: ThreadOutcome[] = [];
  let sizes: number[] = [];
  const say = () => {
    const answer: ThreadResult = { answered, sizes };
    port.postMessage(answer);
    answered = [];
    sizes = [];
  };
  return {
    say,
    decided: (size: number) => void sizes.push(size),
    answer(one: ThreadOutcome) {
      if (answered.length === 0) queueMicrotask(say);
      answered.push(one);
    },
  };
}

async function serve(port: MessagePort, { directory, databaseUrl }: Beginning): Promise<void> {
  const store = await openStore({ directory, databaseUrl });
  const { say, decided, answer } = gathering(port);
  const keys = openKeyFile(directory, false);
  const engine = makeEngine({ db: store.db, keys, clock: Date.now, decided });
  const decide = async ({ id, request }: ThreadRequest) => {
    try {
      answer({ id, outcome: await engine.decide(request) });
    } catch (error) {
      answer({ id, failure: failureOf(error) });
    }
  };
  port.on('message', (question: ThreadBatch) => {
    if (question !== undefined) for (const asked of question) void decide(asked);
    else void store.close().finally(() => port.close());
  });
  say();
}

if (parentPort === null) throw new Error('this file is run by a thread');
await serve(parentPort, workerData as Beginning);
