import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, createContext, runInContext } from 'node:vm';
import type * as simulator from '@passfob/simulator/browser';
import { transformSync } from 'esbuild';

/** The library as a page loads it, run in a context that has what a worker has, and nothing of Node. */
export type BrowserSimulator = typeof simulator;

const BUNDLE = join(import.meta.dirname, '../../../simulator/dist/browser/simulator.js');

/** What of a worker's global object leads out of it: to the network, to stored data, to other code, to the page. */
export const WAYS_OUT = [
  ...'fetch XMLHttpRequest WebSocket WebTransport EventSource importScripts indexedDB caches navigator'.split(
    ' ',
  ),
  ...'location Worker SharedWorker BroadcastChannel MessageChannel postMessage addEventListener close'.split(
    ' ',
  ),
  ...'self top parent origin Blob URL Request Notification name onmessage console'.split(' '),
];

/** What the simulator uses of a worker, by functions of Node's that code in the context cannot reach. */
const USED = `(function (outside) {
  globalThis.setTimeout = function (action, ms) { return outside.setTimeout(function () { action(); }, ms); };
  globalThis.clearTimeout = function (timer) { outside.clearTimeout(timer); };
  globalThis.performance = { now: function () { return outside.now(); } };
  globalThis.crypto = { getRandomValues: function (bytes) { outside.fill(bytes); return bytes; } };
  globalThis.TextEncoder = class TextEncoder {
    encode(text) { return Uint8Array.from(unescape(encodeURIComponent(text)), function (c) { return c.charCodeAt(0); }); }
  };
  globalThis.self = globalThis;
})`;

/** Each way out tells `used`, once it is called or made. */
const TRAPS = `(function (names, used) {
  names.forEach(function (name) {
    if (name === 'self') return;
    globalThis[name] = function () { used(name); };
  });
})`;

/** Returns the bundle as an expression: the module's exports. */
function bundle(): string {
  const { code } = transformSync(readFileSync(BUNDLE, 'utf8'), { format: 'iife', globalName: 'simulator' });
  return `(function () {${code}\nreturn simulator;})()`;
}

export interface Worker {
  readonly simulator: BrowserSimulator;
  /** Evaluates text in the worker's global scope. */
  evaluate(text: string): unknown;
  /** The ways out that were used. */
  readonly used: readonly string[];
}

/** Starts a worker, with the simulator loaded in it. */
export function startWorker(): Worker {
  const context = createContext(constants.DONT_CONTEXTIFY);
  const evaluate = (text: string) => runInContext(text, context, { filename: '/worker.js' });
  const used: string[] = [];
  evaluate(TRAPS)(WAYS_OUT, (name: string) => {
    used.push(name);
  });
  evaluate(USED)({
    setTimeout: (action: () => void, ms: number) => setTimeout(action, ms),
    clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
    now: () => performance.now(),
    fill: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes),
  });
  return { simulator: evaluate(bundle()) as BrowserSimulator, evaluate, used };
}
