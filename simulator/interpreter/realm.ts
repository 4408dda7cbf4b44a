import { Leaving } from '../base/power.ts';
import type { ImageContext } from '../platform/platform.ts';
import { GLOBALS, METHODS, STATICS, TYPED_ARRAYS } from './built-ins.ts';
import { fixedText, numberText } from './number-text.ts';
import { CALLS, PRELUDE, PROMISES } from './prelude.ts';
import { spelled } from './tokens.ts';

/** A value of the image, of unknown type. */
export type Value = unknown;
export type RealmCall = (...args: readonly Value[]) => Value;
export type Named = Record<string, Value>;

/** Functions outside the context that the context needs. */
export interface Outside {
  /** Throws if the board is no longer running. Called before every call out of the context. */
  alive(): void;
  nowMs(): number;
  random(): number;
  randomWord(): number;
  /** Called when a `data` listener was added to `target`. */
  listening(target: Value): void;
  /** Runs the listeners in the idle loop. */
  queue(self: Value, listeners: Value, args: Value): void;
  unhandled(reason: Value): void;
}

interface Natives {
  readonly Object: ObjectConstructor;
  readonly Array: ArrayConstructor;
  readonly Function: FunctionConstructor;
  readonly String: StringConstructor;
  readonly Error: ErrorConstructor;
  readonly TypeError: ErrorConstructor;
  readonly SyntaxError: ErrorConstructor;
  readonly InternalError: ErrorConstructor;
  readonly ArrayBuffer: ArrayBufferConstructor;
  readonly Uint8Array: Uint8ArrayConstructor;
  readonly TypedArray: { readonly prototype: object };
  readonly global: object;
}

function keepOnly(target: object, names: readonly string[]): void {
  for (const name of Object.getOwnPropertyNames(target)) {
    if (!names.includes(name)) Reflect.deleteProperty(target, name);
  }
}

function prototypeOf(type: unknown): object | undefined {
  const prototype = (type as { prototype?: unknown } | undefined)?.prototype;
  return typeof prototype === 'object' || typeof prototype === 'function' ? (prototype as object) : undefined;
}

/** Removes from a context all built-ins that Espruino lacks. */
function impoverish(global: object, typedArray: object): void {
  const types = Object.getOwnPropertyDescriptors(global) as Record<string, PropertyDescriptor | undefined>;
  const statics: Record<string, readonly string[]> = { ...STATICS };
  for (const name of TYPED_ARRAYS) statics[name] = [];
  for (const [name, kept] of Object.entries(statics)) {
    const type = name === 'TypedArray' ? typedArray : types[name]?.value;
    keepOnly(type, typeof type === 'function' ? [...kept, 'prototype', 'length', 'name'] : kept);
    const prototype = prototypeOf(type);
    if (prototype) keepOnly(prototype, METHODS[name] ?? ['constructor']);
  }
  keepOnly(global, [...GLOBALS, 'InternalError']);
}

/** The context has removed its own. */
const setAll = Uint8Array.prototype.set;

/** What `CALLS` makes. */
interface Calls {
  /** Stands for an exception by which the image is left. */
  readonly left: Value;
  kinds: object;
  /** Returns an exception of the context for one from outside, and others as they are. */
  own(error: Value): Value;
  adopt(call: RealmCall): RealmCall;
  method(call: (self: Value, ...args: readonly Value[]) => Value): RealmCall;
}

/**
 * `import()` would load code from outside. Espruino has none: its lexer knows no such word. Comments may stand before the
 * parenthesis, also those of HTML (ECMA-262, B.1.1), which this pattern spells so that it can stand in a page itself.
 */
const IMPORT = /\bimport\s*(?:\(|\/[/*]|<!-{2}|-->|\.\s*(?:source|defer|\/|<!-{2}|-->))/;

/** The JavaScript context of one boot, with the built-ins of Espruino. */
export class Realm {
  readonly natives: Natives;
  readonly #context: ImageContext;
  readonly #calls: Calls;

  constructor(context: ImageContext, outside: Outside) {
    this.#context = context;
    // Where image and simulator share a realm, an exception of the engine's is the image's as well.
    const isShared = Object.prototype.isPrototypeOf.call(
      Array.prototype,
      context.ours('(function(){return []})')() as object,
    );
    const foreign = isShared ? Leaving.prototype : Error.prototype;
    this.#calls = context.ours(CALLS)(() => outside.alive(), Leaving.prototype, foreign) as Calls;
    const { adopt } = this.#calls;
    const prelude = context.ours(PRELUDE) as (outside: object) => Natives;
    this.natives = prelude({
      nowMs: adopt(() => outside.nowMs()),
      random: adopt(() => outside.random()),
      randomWord: adopt(() => outside.randomWord()),
      listening: adopt(target => outside.listening(target)),
      queue: adopt((self, listeners, args) => outside.queue(self, listeners, args)),
      spelled: adopt(code => this.#readable(String(code))),
      // At the end of the stack even these throw, an exception of the outside.
      numberText: adopt((...given) => numberText(...(given as Parameters<typeof numberText>))),
      fixedText: adopt((...given) => fixedText(...(given as Parameters<typeof fixedText>))),
    });
    this.#calls.kinds = this.natives;
    const promises = context.ours(PROMISES);
    const unhandled = adopt(reason => outside.unhandled(reason));
    const queue = adopt((self, listeners, args) => outside.queue(self, listeners, args));
    impoverish(this.natives.global, this.natives.TypedArray);
    this.define({ Promise: promises(queue, unhandled), global: this.natives.global });
  }

  #readable(code: string): string {
    const text = spelled(code);
    if (IMPORT.test(text)) throw new this.natives.SyntaxError('Got import expected EOF');
    return text;
  }

  /** Adds globals. */
  define(globals: Named): void {
    for (const [name, value] of Object.entries(globals)) {
      Object.defineProperty(this.natives.global, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
  }

  /** Runs text, which may be tokenised, as a script in the global scope. Exceptions of the script pass through. */
  evaluate(source: string, fileName: string): Value {
    try {
      return this.#context.evaluate(this.#readable(source), fileName);
    } catch (error) {
      throw this.#calls.own(error);
    }
  }

  error(message: string): Error {
    return new this.natives.Error(message);
  }

  typeError(message: string): Error {
    return new this.natives.TypeError(message);
  }

  internalError(message: string): Error {
    return new this.natives.InternalError(message);
  }

  /** Returns an array of the context with these elements. */
  array(elements: readonly Value[]): Value[] {
    const array = new this.natives.Array<Value>();
    for (const element of elements) array.push(element);
    return array;
  }

  object(entries: Named): Named {
    return Object.assign(new this.natives.Object() as Named, entries);
  }

  uint8Array(bytes: Uint8Array): Uint8Array {
    const array = new this.natives.Uint8Array(bytes.length);
    setAll.call(array, bytes);
    return array;
  }

  arrayBuffer(bytes: Uint8Array): ArrayBuffer {
    const buffer = new this.natives.ArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return buffer;
  }

  /** Whether an exception is one by which the image is left. */
  isLeaving(error: unknown): boolean {
    return error === this.#calls.left || error instanceof Leaving;
  }

  /** Returns a function of the context that calls out of it. */
  adopt(call: RealmCall): RealmCall {
    return Object.setPrototypeOf(this.#calls.adopt(call), this.natives.Function.prototype);
  }

  /** The same, with `this` as the first argument. */
  method(call: (self: Value, ...args: readonly Value[]) => Value): RealmCall {
    return Object.setPrototypeOf(this.#calls.method(call), this.natives.Function.prototype);
  }

  /** Returns an object of the context whose functions are `calls`. */
  library(calls: Readonly<Record<string, RealmCall>>): Named {
    const library = this.object({});
    for (const [name, call] of Object.entries(calls)) library[name] = this.adopt(call);
    return library;
  }
}
