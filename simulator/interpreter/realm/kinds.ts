/**
 * What kind of object a value of the image is, decided by what each kind carries inside: no image can imitate it, and
 * asking runs no code of the image.
 */
import { ImageObject, raw, type Value } from './held.ts';

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

function getterOf(prototype: object, name: string | symbol): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as () => unknown;
}

const typeOfArray = getterOf(typedArray, Symbol.toStringTag);
const lengthOfArray = getterOf(typedArray, 'length');
const setAll = Uint8Array.prototype.set;
const lengthOfBuffer = getterOf(ArrayBuffer.prototype, 'byteLength');
const timeOfDate = Date.prototype.getTime;

function answers(method: () => unknown, value: Value): boolean {
  if (!(value instanceof ImageObject)) return false;
  try {
    method.call(raw(value));
    return true;
  } catch {
    return false;
  }
}

/** Returns the name of a typed array's type, such as `Uint8Array`; undefined for other values. */
export function typeName(value: Value): string | undefined {
  return typeOfArray.call(raw(value)) as string | undefined;
}

export function isTypedArray(value: Value): value is ImageObject {
  return typeName(value) !== undefined;
}

export function isArray(value: Value): value is ImageObject {
  return Array.isArray(raw(value));
}

export function isArrayBuffer(value: Value): value is ImageObject {
  return answers(lengthOfBuffer, value);
}

export function isDate(value: Value): boolean {
  return answers(timeOfDate, value);
}

/** Returns the bytes of a buffer of the image, which the image sees change. */
export function bytesOf(buffer: ImageObject): Uint8Array {
  return new Uint8Array(raw(buffer) as ArrayBuffer);
}

/** Returns the elements of a typed array modulo 256; undefined for other values. */
export function copyOf(value: Value): Uint8Array | undefined {
  if (!isTypedArray(value)) return undefined;
  const array = raw(value) as Uint8Array;
  const copy = new Uint8Array(lengthOfArray.call(array) as number);
  setAll.call(copy, array);
  return copy;
}

/** Copies a `Uint8Array` that fits. Returns its length; undefined for other values. */
export function copyInto(target: Uint8Array, value: Value): number | undefined {
  if (typeName(value) !== 'Uint8Array') return undefined;
  const length = lengthOfArray.call(raw(value)) as number;
  if (length > target.length) return undefined;
  setAll.call(target, raw(value) as Uint8Array);
  return length;
}
