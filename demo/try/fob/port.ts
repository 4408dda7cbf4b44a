import type { FromFob, ToFob } from './messages.ts';
import { receivedFrom } from './received.ts';

/** A fob as the page sees it: messages to it, and from it. */
export interface WorkerPort {
  send(message: ToFob): void;
  /** Returns a function that stops listening. */
  listen(listener: (message: FromFob) => void): () => void;
  /** Ends the fob. Nothing of it is left. */
  close(): void;
}

/** Calls every listener with each message. */
export function listeners(): { tell(message: FromFob): void; listen: WorkerPort['listen'] } {
  const all = new Set<(message: FromFob) => void>();
  return {
    tell: message => {
      for (const listener of all) listener(message);
    },
    listen(listener) {
      all.add(listener);
      return () => all.delete(listener);
    },
  };
}

/** Returns the port of a fob in a worker. */
export function workerPort(worker: Worker): WorkerPort {
  const { tell, listen } = listeners();
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = receivedFrom(data);
    if (message !== undefined) tell(message);
  });
  worker.addEventListener('error', event => tell({ tell: 'failed', why: event.message }));
  return { send: message => worker.postMessage(message), listen, close: () => worker.terminate() };
}
