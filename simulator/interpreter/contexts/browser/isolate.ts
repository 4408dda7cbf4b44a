/** The names of the language: harmless, and needed by everything. */
const LANGUAGE = new Set(
  `Object Function Array Number Boolean String Symbol Date Promise RegExp Error AggregateError EvalError RangeError
  ReferenceError SyntaxError TypeError URIError Map Set WeakMap WeakSet WeakRef FinalizationRegistry BigInt Math JSON
  Reflect Proxy Intl Iterator ArrayBuffer DataView Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array
  Uint32Array Int32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array parseInt parseFloat isNaN
  isFinite decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval globalThis Infinity NaN
  undefined TextEncoder TextDecoder`.split(/\s+/),
);

/**
 * Takes everything from a worker's global object that is not of the language: network, storage, messages, timers. An image
 * shares this object where it shares the realm, and reaches it by a plain function's `this` or by the constructor of a
 * literal. Call it before the first boot, with all that the program itself needs in variables.
 * @param keep further names that stay
 * @returns the names that the browser does not let go
 */
export function isolate(keep: readonly string[] = [], global: object = globalThis): string[] {
  const left: string[] = [];
  for (
    let each: object | null = global;
    each && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    for (const name of Reflect.ownKeys(each)) {
      if (typeof name === 'symbol' || LANGUAGE.has(name) || keep.includes(name)) continue;
      if (!Reflect.deleteProperty(each, name)) left.push(name);
    }
  }
  return left;
}
