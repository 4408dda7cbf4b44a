import type { ImageContext, Platform } from '../platform.ts';
import { evaluator } from './scope.ts';
import { addStandIns } from './stand-ins.ts';

/** Built-ins that the simulator's own functions for an image (`prelude.ts`) use, and that an image does not get. */
const REAL = { Reflect, Symbol, Proxy };

/** The page's functions as they were when this module was loaded: before an image may run, a worker removes them. */
const { setTimeout: start, clearTimeout: stop, crypto, performance } = globalThis;

function makeContext(): ImageContext {
  const scope = Object.create(null) as Record<string, unknown>;
  const run = evaluator(scope);
  const evaluate = (source: string) => run(source, 'eval');
  addStandIns(scope, evaluate);
  return {
    // Its names are the scope's, or parameters: `eval` is none that can be given a value in a module.
    ours(source) {
      const names = [...Object.getOwnPropertyNames(scope), ...Object.keys(REAL), 'eval'];
      const values = [
        ...Object.getOwnPropertyNames(scope).map(name => scope[name]),
        ...Object.values(REAL),
        evaluate,
      ];
      const usable = names
        .map((name, at) => ({ name, value: values[at] }))
        .filter(({ name }) => name !== 'undefined');
      const make = Function(...usable.map(({ name }) => name), `return ${source}`);
      return make(...usable.map(({ value }) => value));
    },
    evaluate: run,
  };
}

export const BROWSER: Platform = {
  makeContext,
  random: count => crypto.getRandomValues(new Uint8Array(count)),
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(ms, action) {
    const timer = start(action, ms);
    return () => stop(timer);
  },
};
