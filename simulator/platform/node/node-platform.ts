import { webcrypto } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createContext, runInContext, Script } from 'node:vm';
import type { ImageContext, Platform } from '../platform.ts';

/** A context of `node:vm` has built-ins of its own, so that what is changed and removed there is missing nowhere else. */
function makeContext(): ImageContext {
  const context = createContext(Object.create(null));
  return {
    ours: source => runInContext(source, context),
    evaluate: (source, fileName) => new Script(source, { filename: fileName }).runInContext(context),
  };
}

export const NODE: Platform = {
  makeContext,
  random: count => webcrypto.getRandomValues(new Uint8Array(count)),
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
