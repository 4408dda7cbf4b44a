import { bytesOfText } from '../../base/bytes.ts';
import { APPLY_MAX_ARGUMENTS } from '../../base/limits.ts';
import { Leaving } from '../../faults/operations.ts';
import type { ImageContext } from '../contexts/image-context.ts';
import { BRIDGE, type Bridge, type ErrorName } from '../inside/bridge.ts';
import { PRELUDE, PROMISES } from '../inside/prelude.ts';
import { GLOBALS, METHODS, STATICS, TYPED_ARRAYS } from './built-ins.ts';
import { held, type ImageObject, isRecord, type Named, raw, Thrown, type Value } from './held.ts';
import { copyOf } from './kinds.ts';
import { fixedText, numberText } from './number-text.ts';
import { spelled } from './tokens.ts';

/** A native function. It returns a value, or nothing; an object from outside does not get in. */
export type RealmCall = (...args: readonly Value[]) => unknown;

/** Functions outside the context that the context needs. */
export interface BoardCalls {
  /** Throws if the board is no longer running. Called before every call out of the context. */
  alive(): void;
  nowMs(): number;
  random(): number;
  randomWord(): number;
  /** Called when a `data` listener was added to `target`. */
  listening(target: Value): void;
  /** Runs the listeners in the idle loop. */
  queue(self: Value, listeners: Value, args: readonly Value[]): void;
  unhandled(reason: Value): void;
}

/** What the prelude makes: the context's own errors, and what is impoverished. */
interface Natives {
  readonly TypedArray: object;
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

/** Removes from a context all built-ins that Espruino lacks, before an image runs. */
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

/**
 * `import()` would load code from outside. Espruino has none: its lexer knows no such word. Comments may stand before the
 * parenthesis, also those of HTML (ECMA-262, B.1.1), which this pattern spells so that it can stand in a page itself.
 */
const IMPORT = /\bimport\s*(?:\(|\/[/*]|<!-{2}|-->|\.\s*(?:source|defer|\/|<!-{2}|-->))/;

/** The end of the stack in the context, by an exception that nothing may look at. */
class EndOfStack extends Error {
  constructor() {
    super('Maximum call stack size exceeded');
  }
}

type OfMany = 'array' | 'call';
type Operation = Exclude<
  keyof Bridge,
  OfMany | 'failed' | 'flatBuffer' | 'left' | 'stringPrototype' | 'taken' | 'fail' | 'adopt' | 'settle'
>;

/** The JavaScript context of one boot, with the built-ins of Espruino. */
export class Realm {
  readonly #context: ImageContext;
  readonly #bridge: Bridge;
  readonly #outside: BoardCalls;
  readonly #global: ImageObject;
  /** A look at the bridge's `flatBuffer`. */
  #flat = new Uint8Array();
  /** `String.prototype` */
  readonly stringPrototype: ImageObject;

  constructor(context: ImageContext, outside: BoardCalls) {
    this.#context = context;
    this.#outside = outside;
    // Where image and simulator share a realm, an exception of the engine's is the image's as well.
    const isShared = Object.prototype.isPrototypeOf.call(
      Array.prototype,
      context.ours('(function(){return []})')() as object,
    );
    this.#bridge = context.ours(BRIDGE)(isShared ? null : Error.prototype) as Bridge;
    this.stringPrototype = held(this.#bridge.stringPrototype) as ImageObject;
    const queue = this.adopt((self, listeners, args) =>
      outside.queue(self, listeners, isRecord(args) ? this.elements(args) : []),
    );
    const given = this.library({
      nowMs: () => outside.nowMs(),
      random: () => outside.random(),
      randomWord: () => outside.randomWord(),
      listening: target => outside.listening(target),
      spelled: code => this.#readable(this.text(code)),
      numberText: (...args) => numberText(...(args as Parameters<typeof numberText>)),
      fixedText: (...args) => fixedText(...(args as Parameters<typeof fixedText>)),
    });
    this.define(given, { queue });
    const natives = context.ours(PRELUDE)(raw(given), APPLY_MAX_ARGUMENTS) as Natives;
    this.#bridge.settle(natives);
    this.#global = held(natives.global) as ImageObject;
    const unhandled = this.adopt(reason => outside.unhandled(reason));
    const promises = context.ours(PROMISES)(raw(queue), raw(unhandled));
    impoverish(natives.global, natives.TypedArray);
    this.defineGlobals({ Promise: held(promises), global: this.#global });
  }

  #readable(code: string): string {
    const text = spelled(code);
    if (IMPORT.test(text)) throw this.#made('SyntaxError', 'Got import expected EOF');
    return text;
  }

  /** Runs an operation of the bridge. @throws Thrown if the image throws in it */
  #raw(name: Operation, a?: unknown, b?: unknown, c?: unknown): unknown {
    let error: unknown;
    try {
      const result = this.#bridge[name](a, b, c);
      if (result !== this.#bridge.failed) return result;
      error = this.#bridge.taken();
    } catch {
      throw new EndOfStack();
    }
    throw new Thrown(held(error));
  }

  /** The same with any number of arguments. */
  #rawOf(name: OfMany, given: readonly unknown[]): unknown {
    let error: unknown;
    try {
      const result = this.#bridge[name](...given);
      if (result !== this.#bridge.failed) return result;
      error = this.#bridge.taken();
    } catch {
      throw new EndOfStack();
    }
    throw new Thrown(held(error));
  }

  /** The elements of a list that the bridge has made, which no image has seen. */
  #list(name: Operation, object: ImageObject): Value[] {
    const list = this.#raw(name, raw(object)) as ArrayLike<unknown>;
    const values: Value[] = [];
    for (let at = 0; at < list.length; at++) values.push(held(list[at]));
    return values;
  }

  /** Adds globals. */
  defineGlobals(globals: Named): void {
    this.hide(this.#global, globals);
  }

  /** Returns the value of a global name. */
  global(name: string): Value {
    return this.get(this.#global, name);
  }

  /** Runs text, which may be tokenised, as a script in the global scope. @throws Thrown if the script throws */
  evaluate(source: string, fileName: string): Value {
    const text = this.#readable(source);
    let thrown: unknown;
    try {
      return held(this.#context.evaluate(text, fileName));
    } catch (error) {
      thrown = error;
    }
    throw new Thrown(held(this.#raw('own', thrown)));
  }

  #made(kind: ErrorName, message: string): Thrown {
    return new Thrown(held(this.#raw('error', kind, message)));
  }

  error(message: string): Thrown {
    return this.#made('Error', message);
  }

  typeError(message: string): Thrown {
    return this.#made('TypeError', message);
  }

  internalError(message: string): Thrown {
    return this.#made('InternalError', message);
  }

  /** Returns the exception that an image gets for one from outside. */
  exceptionOf(error: unknown): Value {
    if (error instanceof Thrown) return error.value;
    return this.internalError(error instanceof Error ? error.message : String(error)).value;
  }

  /** Whether an exception is one by which the image is left. */
  isLeaving(error: unknown): boolean {
    return error instanceof Leaving || (error instanceof Thrown && raw(error.value) === this.#bridge.left);
  }

  get(object: ImageObject, name: string): Value {
    return held(this.#raw('get', raw(object), name));
  }

  /** Gives an object properties that are enumerable. */
  define(object: ImageObject, entries: Named): void {
    for (const name of Object.keys(entries)) this.#raw('define', raw(object), name, raw(entries[name]));
  }

  /** Gives an object properties that are not. */
  hide(object: ImageObject, entries: Named): void {
    for (const name of Object.keys(entries)) this.#raw('hide', raw(object), name, raw(entries[name]));
  }

  /** Returns the names of an object's own enumerable properties. */
  keys(object: ImageObject): string[] {
    return this.#list('keys', object) as string[];
  }

  entries(object: ImageObject): [string, Value][] {
    return this.keys(object).map(name => [name, this.get(object, name)]);
  }

  /** Returns the elements of an array or typed array. */
  elements(array: ImageObject): Value[] {
    return this.#list('elements', array);
  }

  call(called: ImageObject, self: Value, args: readonly Value[]): Value {
    return held(this.#rawOf('call', [raw(called), raw(self), ...args.map(raw)]));
  }

  /** `String(value)` */
  text(value: Value): string {
    return typeof value === 'string' ? value : (this.#raw('text', raw(value)) as string);
  }

  /** `Number(value)` */
  number(value: Value): number {
    return typeof value === 'number' ? value : (this.#raw('number', raw(value)) as number);
  }

  json(value: Value): string | undefined {
    return this.#raw('json', raw(value)) as string | undefined;
  }

  isError(object: ImageObject): boolean {
    return this.#raw('isError', raw(object)) === true;
  }

  /** Whether an object was made by a literal or `new Object()`. */
  isPlain(object: ImageObject): boolean {
    return this.#raw('isPlain', raw(object)) === true;
  }

  /** Whether `text.match(pattern)` finds anything. */
  matches(text: string, pattern: Value): boolean {
    return this.#raw('matches', text, raw(pattern)) === true;
  }

  /**
   * Flattens data to bytes like native calls do: numbers, strings, arrays and typed arrays nested at will, `{data,
   * count}`, `{callback}`. Elements count modulo 256. Throws the context's TypeError.
   */
  flatten(value: Value): Uint8Array {
    if (typeof value === 'string') return bytesOfText(value);
    const copy = copyOf(value);
    if (copy) return copy;
    const count = this.#raw('flat', raw(value)) as number;
    const buffer = this.#bridge.flatBuffer as ArrayBuffer;
    if (this.#flat.buffer !== buffer) this.#flat = new Uint8Array(buffer);
    return this.#flat.slice(0, count);
  }

  /** Returns an array of the context with these elements. */
  array(elements: readonly Value[]): ImageObject {
    return held(this.#rawOf('array', elements.map(raw))) as ImageObject;
  }

  object(entries: Named): ImageObject {
    const object = held(this.#raw('object')) as ImageObject;
    this.define(object, entries);
    return object;
  }

  create(prototype: ImageObject): ImageObject {
    return held(this.#raw('create', raw(prototype))) as ImageObject;
  }

  uint8Array(bytes: Uint8Array): ImageObject {
    const array = this.#raw('bytes', bytes.length);
    setAll.call(array, bytes);
    return held(array) as ImageObject;
  }

  arrayBuffer(bytes: Uint8Array): ImageObject {
    const buffer = this.#raw('buffer', bytes.length) as ArrayBuffer;
    new Uint8Array(buffer).set(bytes);
    return held(buffer) as ImageObject;
  }

  /** Returns a function of the context that calls out of it. */
  adopt(call: RealmCall): ImageObject {
    return held(this.#bridge.adopt((...given) => this.#enter(call, given))) as ImageObject;
  }

  /** The same, with `this` as the first argument. */
  method(call: (self: Value, ...args: readonly Value[]) => unknown): ImageObject {
    const enter = (given: unknown[]) => this.#enter(call as RealmCall, given);
    return held(
      this.#bridge.adopt(function (...given) {
        return enter([this, ...given]);
      }),
    ) as ImageObject;
  }

  /** Runs a native function for the image. */
  #enter(call: RealmCall, given: unknown[]): unknown {
    try {
      this.#outside.alive();
      for (let at = 0; at < given.length; at++) given[at] = held(given[at]);
      return raw(call(...(given as Value[])));
    } catch (error) {
      const { fail, left } = this.#bridge;
      return fail(error instanceof Leaving ? left : raw(this.exceptionOf(error)));
    }
  }

  /** Returns an object of the context whose functions are `calls`. */
  library(calls: Readonly<Record<string, RealmCall>>): ImageObject {
    const library = this.object({});
    for (const [name, call] of Object.entries(calls)) this.define(library, { [name]: this.adopt(call) });
    return library;
  }
}

const setAll = Uint8Array.prototype.set;
