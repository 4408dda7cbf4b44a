import { SINK_BYTES } from '../base/limits.ts';
import { isArrayBuffer, isTypedArray } from './kinds.ts';
import type { Named, Realm, Value } from './realm.ts';

/** Converts a value to a whole number like Espruino's native calls: truncated, and 0 if it is no number. */
export function wholeNumber(value: Value): number {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    const number = Math.trunc(Number(value));
    return Number.isFinite(number) ? number : 0;
  }
  return 0;
}

/** The same conversion, limited to 32 bits. */
export function int32(value: Value): number {
  return wholeNumber(value) | 0;
}

export function isRecord(value: Value): value is Named {
  return typeof value === 'object' && value !== null;
}

function kindOf(value: Value): string {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'Array' : typeof value === 'object' ? 'Object' : typeof value;
}

const OBJECT_FORM =
  'If specifying an object, it must be of the form {data : ..., count : N} or {callback : fn}';

const lengthGetter = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  'length',
)?.get as () => number;

/** Returns the number of elements, whatever a property of the image's may say. */
export function elementsIn(array: ArrayLike<number>): number {
  return lengthGetter.call(array);
}

/** Bytes that grow. */
class Sink {
  #bytes = new Uint8Array(SINK_BYTES);
  #length = 0;

  #grow(by: number): void {
    const grown = new Uint8Array(Math.max(this.#length + by, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** Counts modulo 256. */
  push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  text(text: string): void {
    if (this.#length + text.length > this.#bytes.length) this.#grow(text.length);
    for (let at = 0; at < text.length; at++) this.#bytes[this.#length++] = text.charCodeAt(at);
  }

  all(elements: ArrayLike<number>): void {
    const count = elementsIn(elements);
    if (this.#length + count > this.#bytes.length) this.#grow(count);
    this.#bytes.set(elements, this.#length);
    this.#length += count;
  }

  clear(): void {
    this.#length = 0;
  }

  /** The bytes, until there are more or others. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The sink between two calls: all that an image sends, draws or hashes passes through it. */
let idle: Sink | undefined;

function collect(realm: Realm, value: Value, out: Sink): void {
  if (typeof value === 'number' || typeof value === 'boolean') {
    out.push(wholeNumber(value));
  } else if (typeof value === 'string') {
    out.text(value);
  } else if (isArrayBuffer(value)) {
    out.all(new Uint8Array(value));
  } else if (isTypedArray(value)) {
    out.all(value as Uint8Array);
  } else if (Array.isArray(value)) {
    for (const element of value) collect(realm, element, out);
  } else if (isRecord(value)) {
    collectObject(realm, value, out);
  } else if (typeof value !== 'function') {
    throw realm.typeError(`Expecting Number or iterable, got ${kindOf(value)}`);
  }
}

function collectObject(realm: Realm, value: Named, out: Sink): void {
  const { callback, data, count } = value;
  if (typeof callback === 'function') {
    const result: Value = callback();
    if (result !== undefined) collect(realm, result, out);
  } else if (typeof count === 'number' && data !== undefined) {
    for (let left = wholeNumber(count); left > 0; left--) collect(realm, data, out);
  } else {
    throw realm.typeError(OBJECT_FORM);
  }
}

/**
 * Flattens data to bytes like native calls do: numbers, strings, arrays and typed arrays nested at will, `{data,
 * count}`, `{callback}` (espruino.md §3.1). Elements count modulo 256. Throws the context's TypeError.
 */
export function flatten(realm: Realm, value: Value): Uint8Array {
  return flattening(realm, [value], bytes => bytes.slice());
}

/**
 * Flattens values one after the other for a use that ends with the call.
 * @param use its argument has other bytes later
 */
export function flattening<T>(realm: Realm, values: readonly Value[], use: (bytes: Uint8Array) => T): T {
  // A callback of the image may flatten something else meanwhile.
  const out = idle ?? new Sink();
  idle = undefined;
  out.clear();
  for (const value of values) collect(realm, value, out);
  const result = use(out.bytes);
  idle = out;
  return result;
}
