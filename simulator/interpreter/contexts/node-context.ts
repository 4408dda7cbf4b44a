import { constants, createContext, Script } from 'node:vm';
import { KEPT_SCRIPTS_CHARS_MIN, KEPT_SCRIPTS_MAX } from '../../base/limits.ts';
import type { ImageContext } from './image-context.ts';

/** Node's own name for scripts without one, in traces. */
const OURS = 'evalmachine.<anonymous>';
/** Long scripts of earlier boots, by their text: a script belongs to no context, and is compiled only once. */
const scripts = new Map<string, { readonly fileName: string; readonly script: Script }>();

function compiled(source: string, fileName: string): Script {
  const kept = scripts.get(source);
  if (kept?.fileName === fileName) return kept.script;
  const script = new Script(source, { filename: fileName });
  if (source.length >= KEPT_SCRIPTS_CHARS_MIN) {
    if (scripts.size >= KEPT_SCRIPTS_MAX) scripts.clear();
    scripts.set(source, { fileName, script });
  }
  return script;
}

/**
 * Without what leads out of a context. The constructors of these functions compile code that the simulator has not read,
 * and no name of the context has them; that of a symbol has the symbols of Node. V8 has Node write the trace of an
 * exception, outside of the context: it calls functions of the image there, and at the end of the stack the image gets an
 * exception of Node's. There is no trace without a number as its limit.
 */
const CLOSED = `[async function () {}, function* () {}, async function* () {}]
  .forEach(function (each) { delete Object.getPrototypeOf(each).constructor; });
delete Symbol.prototype.constructor;
Object.defineProperty(Error, 'stackTraceLimit', { value: undefined, writable: false, configurable: false });`;

/** Otherwise Node reads and writes the trace of an exception that a script throws. */
const UNDECORATED = { displayErrors: false };

/** A context of `node:vm` has built-ins of its own, so that what is changed and removed there is missing nowhere else. */
export function makeContext(): ImageContext {
  // A global of its own, and not an object behind one, for which every look at a global name is a call into V8.
  const context = createContext(constants.DONT_CONTEXTIFY, { codeGeneration: { wasm: false } });
  const evaluate = (source: string, fileName: string) =>
    compiled(source, fileName).runInContext(context, UNDECORATED);
  evaluate(CLOSED, OURS);
  return { ours: source => evaluate(source, OURS), evaluate };
}
