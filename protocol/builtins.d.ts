/**
 * The built-ins that every board has, and no others. `protocol` and the firmware core are compiled with `noLib`
 * against this list, so that `Map`, `Date`, `setTimeout` or `Math.random` there is a compile error. Add a built-in
 * here only if `docs/boards.md` shows that it works on the real interpreter.
 */

interface Object {
  hasOwnProperty(name: string): boolean;
}
interface Function {
  call(self: unknown, ...args: unknown[]): unknown;
}
interface CallableFunction extends Function {}
interface NewableFunction extends Function {}
interface IArguments {
  readonly length: number;
}
interface Boolean {
  valueOf(): boolean;
}
interface Number {
  toString(radix?: number): string;
}
interface RegExp {
  test(text: string): boolean;
}

/** Characters are bytes on the device: use only ASCII literals, and `Uint8Array` for everything else. */
interface String {
  readonly length: number;
  readonly [index: number]: string;
  charAt(index: number): string;
  charCodeAt(index: number): number;
  indexOf(text: string, from?: number): number;
  slice(start: number, end?: number): string;
  padStart(length: number, fill: string): string;
  split(separator: string): string[];
}
interface StringConstructor {
  fromCharCode(...codes: number[]): string;
}
declare const String: StringConstructor;

interface Array<T> {
  length: number;
  [index: number]: T;
  push(item: T): number;
  indexOf(item: T): number;
  slice(start?: number, end?: number): T[];
  concat(items: T[]): T[];
  join(separator?: string): string;
}
interface ReadonlyArray<T> {
  readonly length: number;
  readonly [index: number]: T;
  indexOf(item: T): number;
}

interface ArrayBuffer {
  readonly byteLength: number;
}
interface Uint8Array {
  readonly length: number;
  readonly buffer: ArrayBuffer;
  [index: number]: number;
  set(from: Uint8Array | number[], offset?: number): void;
  fill(value: number, start?: number, end?: number): this;
  /** Shares the memory. */
  subarray(start: number, end?: number): Uint8Array;
  indexOf(value: number): number;
}
interface Uint8ArrayConstructor {
  new (lengthOrFrom: number | ArrayBuffer | Uint8Array | number[]): Uint8Array;
}
declare const Uint8Array: Uint8ArrayConstructor;

interface Int32Array {
  fill(value: number, start?: number, end?: number): this;
  indexOf(value: number): number;
  readonly length: number;
  readonly buffer: ArrayBuffer;
  [index: number]: number;
}
interface Int32ArrayConstructor {
  new (lengthOrBuffer: number | ArrayBuffer): Int32Array;
}
declare const Int32Array: Int32ArrayConstructor;

/** On a board a DataView works only over a whole buffer, and has only these methods. */
interface DataView {
  getUint32(at: number): number;
  setUint32(at: number, value: number): void;
}
interface DataViewConstructor {
  new (buffer: ArrayBuffer): DataView;
}
declare const DataView: DataViewConstructor;

declare const Math: {
  floor(value: number): number;
  ceil(value: number): number;
  round(value: number): number;
  abs(value: number): number;
  min(a: number, b: number): number;
  max(a: number, b: number): number;
};

declare const undefined: undefined;
declare function isNaN(value: number): boolean;

type Record<K extends string | number, T> = { [P in K]: T };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Readonly<T> = { readonly [P in keyof T]: T[P] };
type Exclude<T, U> = T extends U ? never : T;
type Extract<T, U> = T extends U ? T : never;
