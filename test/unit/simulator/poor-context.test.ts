import { expect, it } from 'vitest';
import { printed } from './kit.ts';

const MISSING_GLOBALS =
  'Map Set WeakMap WeakSet WeakRef Symbol Proxy Reflect BigInt BigInt64Array BigUint64Array RangeError EvalError URIError AggregateError queueMicrotask structuredClone setImmediate SharedArrayBuffer Atomics Intl WebAssembly FinalizationRegistry TextEncoder URL Iterator escape unescape Buffer encodeURI decodeURI';
const MISSING_MEMBERS =
  'Object.freeze Object.isFrozen Object.seal Object.is Object.hasOwn Array.from Array.of Uint8Array.from Uint8Array.of ArrayBuffer.isView Number.isInteger Number.isSafeInteger Number.MAX_SAFE_INTEGER Number.EPSILON Number.isNaN Number.parseInt Math.imul Math.trunc Math.clz32 Math.hypot Math.log2 Math.fround Math.cbrt Date.UTC Promise.race Promise.any Promise.allSettled String.fromCodePoint String.raw Error.captureStackTrace';
const MISSING_METHODS = {
  '[]': 'flat flatMap at findLast findLastIndex lastIndexOf reduceRight keys entries values copyWithin toSorted toReversed with',
  '""': 'at codePointAt trimStart trimEnd matchAll search localeCompare normalize isWellFormed',
  '(5)': 'toPrecision toExponential toLocaleString',
  'new ArrayBuffer(4)': 'slice resize transfer',
  'new Uint8Array(4)': 'at lastIndexOf keys entries values copyWithin toSorted reduceRight findLast',
  'new DataView(new ArrayBuffer(8))': 'getBigInt64 setBigUint64 getBigUint64',
  'Promise.resolve(1)': 'finally',
  '{}': 'isPrototypeOf propertyIsEnumerable toLocaleString __defineGetter__',
  'new Date(0)': 'getYear setUTCHours toDateString toLocaleString',
};
const PRESENT =
  'Object Array String Number Boolean Function Error TypeError SyntaxError ReferenceError InternalError Date Math JSON RegExp Promise ArrayBuffer DataView Uint8Array Int32Array Float64Array Uint8ClampedArray parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent eval console global globalThis setTimeout setInterval clearTimeout clearInterval changeInterval atob btoa load save reset getSerial print require Modules process E Graphics I2C1 Serial1 Serial2 USB B8 BTN BTN1 LED1 C13 digitalRead digitalWrite pinMode setWatch clearWatch getTime setTime AES';

it.each(MISSING_GLOBALS.split(' '))('the context of an image has no %s', name => {
  expect(printed(`print(typeof ${name})`)).toEqual(['undefined']);
  expect(printed(`try { ${name}; print("there") } catch (e) { print(e.toString()) }`)).toEqual([
    `ReferenceError: ${name} is not defined`,
  ]);
});

it.each(MISSING_MEMBERS.split(' '))('the context of an image has no %s', name =>
  expect(printed(`print(typeof ${name})`)).toEqual(['undefined']),
);

it.each(Object.entries(MISSING_METHODS))(
  'the context of an image has on %s none of the later methods',
  (value, names) => {
    const list = JSON.stringify(names.split(' '));
    const source = `var v = (${value}); print(${list}.filter(n => v[n] !== undefined).join(","))`;
    expect(printed(source)).toEqual(['']);
  },
);

it('the context of an image has the globals of the boards', () => {
  const source = `print(${JSON.stringify(PRESENT.split(' '))}.filter(n => typeof globalThis[n] === "undefined").join(","))`;
  expect(printed(source)).toEqual(['']);
});

it('the context of an image has the language without the missing names', () => {
  const source = `
      class A { constructor(x) { this.x = x; } get y() { return this.x + 1; } static z() { return 7; } }
      class B extends A { constructor() { super(4); } }
      var out = [];
      for (const c of "ab") out.push(c);
      for (const n of new Uint8Array([1, 2])) out.push(n);
      for (const n of [3]) out.push(n);
      out.push(new B().y, A.z(), "x,y".split(","), "aXb".replace(/x/i, "-"), JSON.stringify({ a: [1] }));
      print(out.join(" "));`;
  expect(printed(source)).toEqual(['a b 1 2 3 5 7 x,y a-b {"a":[1]}']);
});

it('the context of an image evaluates in the global scope', () => {
  const files = { app: new Uint8Array(Buffer.from('var made = 5; function f() { return made; }')) };
  const source = 'var n = eval; n(require("Storage").read("app")); print(f(), made, globalThis.made)';
  expect(printed(source, { files })).toEqual(['5 5 5']);
});

it('the context of an image is new after every boot', () =>
  expect(printed('print(typeof globalThis.left); left = 1; if (getTime() < 0) load();')).toEqual([
    'undefined',
  ]));

it('exceptions of other kinds are no Error, and have no name', () => {
  const source = `
      try { null.x } catch (e) { print(e instanceof TypeError, e instanceof Error, typeof e.name) }
      try { throw new Error("why") } catch (e) { print(e instanceof Error, e.message, e.toString()) }`;
  expect(printed(source)).toEqual(['true false undefined', 'true why Error: why']);
});

it('uncaught exceptions are printed, and the image continues', () => {
  const source = 'setTimeout(function () { print("later") }, 1); throw new Error("lost")';
  expect(printed(source)[0]).toBe('Uncaught Error: lost');
});
