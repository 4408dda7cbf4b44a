import { boot, isolate } from '@passfob/simulator/browser';
import { TICK_MS } from '../limits.ts';
import { FobDriver } from './driver.ts';
import type { FromFob, ToFob } from './messages.ts';

/** The part of a worker's scope that is used here (HTML, `DedicatedWorkerGlobalScope`). */
interface WorkerScope {
  readonly crypto: Crypto;
  readonly performance: Performance;
  postMessage(message: FromFob): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToFob }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
// The image runs in this realm. What the worker itself needs stays in variables, and the rest goes.
const { crypto, performance } = scope;
const post = scope.postMessage.bind(scope);
const driver = new FobDriver({
  boot: options => boot({ image: {}, ...options }),
  now: () => performance.now(),
  random: length => crypto.getRandomValues(new Uint8Array(length)),
  post,
});
scope.addEventListener('message', ({ data }) => driver.receive(data));
setInterval(() => driver.tick(), TICK_MS);
const left = isolate();
if (left.length > 0) post({ tell: 'failed', why: `the worker keeps ${left.join()}` });
