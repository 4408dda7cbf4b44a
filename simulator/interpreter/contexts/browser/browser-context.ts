import type { ImageContext } from '../image-context.ts';
import { evaluator } from './scope.ts';
import { addStandIns } from './stand-ins.ts';

/** Built-ins that the simulator's own functions for an image (`prelude.ts`) use, and that an image does not get. */
const REAL = { Reflect, Symbol, Proxy };

export function makeContext(): ImageContext {
  const scope = Object.create(null) as Record<string, unknown>;
  const run = evaluator(scope);
  const evaluate = (source: string) => run(source, 'eval');
  addStandIns(scope, evaluate);
  return {
    // Its names are the scope's, or parameters: `eval` is none that can be given a value in a module.
    ours(source) {
      const usable = [
        ...Object.getOwnPropertyNames(scope).map(name => [name, scope[name]] as const),
        ...Object.entries(REAL),
        ['eval', evaluate] as const,
      ].filter(([name]) => name !== 'undefined');
      const make = Function(...usable.map(([name]) => name), `return ${source}`);
      return make(...usable.map(([, value]) => value));
    },
    evaluate: run,
  };
}
