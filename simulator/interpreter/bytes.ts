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

function collect(realm: Realm, value: Value, out: number[]): void {
  if (typeof value === 'number' || typeof value === 'boolean') {
    out.push(wholeNumber(value) & 255);
  } else if (typeof value === 'string') {
    for (let at = 0; at < value.length; at++) out.push(value.charCodeAt(at) & 255);
  } else if (isArrayBuffer(value)) {
    for (const byte of new Uint8Array(value)) out.push(byte);
  } else if (isTypedArray(value)) {
    for (const element of value) out.push(Number(element) & 255);
  } else if (Array.isArray(value)) {
    for (const element of value) collect(realm, element, out);
  } else if (isRecord(value)) {
    collectObject(realm, value, out);
  } else if (typeof value !== 'function') {
    throw realm.typeError(`Expecting Number or iterable, got ${kindOf(value)}`);
  }
}

function collectObject(realm: Realm, value: Named, out: number[]): void {
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
  const out: number[] = [];
  collect(realm, value, out);
  return Uint8Array.from(out);
}
