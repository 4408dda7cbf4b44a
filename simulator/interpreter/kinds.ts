/**
 * What kind of object a value is, whichever JavaScript context made it: `instanceof` knows those of one context only.
 * Decided by what each kind carries inside, which no image can imitate.
 */

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

function getterOf(prototype: object, name: string | symbol): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as () => unknown;
}

const typeOfArray = getterOf(typedArray, Symbol.toStringTag);
const lengthOfBuffer = getterOf(ArrayBuffer.prototype, 'byteLength');
const timeOfDate = Date.prototype.getTime;

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint8ClampedArray
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

function answers(method: () => unknown, value: unknown): boolean {
  try {
    method.call(value);
    return true;
  } catch {
    return false;
  }
}

export function isTypedArray(value: unknown): value is TypedArray {
  return typeOfArray.call(value) !== undefined;
}

/** Returns the name of a typed array's type, such as `Uint8Array`. */
export function typeName(array: TypedArray): string {
  return String(typeOfArray.call(array));
}

/** An array's own slots cost nothing to ask; those of a buffer and of a date cost an exception where there are none. */
function isTagged(value: unknown, tag: string): boolean {
  return typeof value === 'object' && Object.prototype.toString.call(value) === `[object ${tag}]`;
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return isTagged(value, 'ArrayBuffer') && answers(lengthOfBuffer, value);
}

export function isDate(value: unknown): value is Date {
  return isTagged(value, 'Date') && answers(timeOfDate, value);
}
