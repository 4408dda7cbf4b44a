/**
 * The only code that touches values of the image. It runs inside the context, and takes all that it uses before the image
 * runs, so that an image changes nothing of it. Nothing is thrown across the border in either direction: an operation that
 * fails answers `failed`, and `taken` has the exception. The one exception that crosses by itself is that of the end of
 * the stack, which can come before a function's first line; neither side looks at it.
 */

/** Kinds of exceptions that the outside makes. */
export type ErrorName = 'Error' | 'TypeError' | 'SyntaxError' | 'InternalError';

type Operation = (...given: unknown[]) => unknown;

/** What `BRIDGE` makes. Each operation answers `failed` where it throws. */
export interface Bridge {
  readonly failed: unknown;
  /** Stands for an exception by which the image is left. */
  readonly left: unknown;
  readonly stringPrototype: unknown;
  /** Returns the exception of the operation that failed last. */
  taken(): unknown;
  /** Makes the native function that called out fail with this exception. Returns `failed`. */
  fail(error: unknown): unknown;
  /** Returns a function of the context that calls `call` with the same `this` and arguments. */
  adopt(call: (this: unknown, ...given: unknown[]) => unknown): unknown;
  /** Takes Espruino's kinds of exceptions, by name. */
  settle(errors: object): void;
  readonly error: Operation;
  readonly own: Operation;
  readonly get: Operation;
  readonly define: Operation;
  readonly hide: Operation;
  readonly object: Operation;
  readonly create: Operation;
  readonly array: Operation;
  readonly keys: Operation;
  readonly elements: Operation;
  readonly call: Operation;
  readonly text: Operation;
  readonly number: Operation;
  readonly json: Operation;
  readonly isError: Operation;
  readonly isPlain: Operation;
  readonly matches: Operation;
  /** Answers how many bytes of `flatBuffer` are the data; its next call overwrites them. */
  readonly flat: Operation;
  readonly flatBuffer: unknown;
  readonly bytes: Operation;
  readonly buffer: Operation;
}

type Named = Record<PropertyKey, unknown>;
/** Turns a method into a function whose first argument is its `this`. */
type Uncurry = <R>(method: (...given: never[]) => R) => (self: unknown, ...given: unknown[]) => R;

/** Built-ins that the parts of the bridge share. */
interface Taken {
  readonly apply: (called: unknown, self: unknown, given: readonly unknown[]) => unknown;
  readonly uncurried: Uncurry;
  readonly create: (prototype: object | null) => Named;
  readonly setPrototypeOf: <T>(object: T, prototype: object | null) => T;
  readonly getPrototypeOf: (object: unknown) => object | null;
  readonly hasOwn: (object: unknown, name: unknown) => boolean;
  /** Has no prototype, on which an image could put accessors for elements. */
  readonly list: () => unknown[];
}

/** What makes the operations of `made`, and the exceptions that they end with. */
interface Making {
  readonly made: Named;
  readonly fresh: (name: ErrorName, message: unknown) => unknown;
  readonly operation: (work: (a: never, b: never, c: never) => unknown) => Operation;
  readonly ofMany: (work: (...given: never[]) => unknown) => Operation;
}

function take(): Taken {
  const uncurried: Uncurry = Function.prototype.bind.bind(Function.prototype.call);
  const { create, setPrototypeOf, getPrototypeOf } = Object;
  return {
    apply: Reflect.apply as Taken['apply'],
    uncurried,
    create,
    setPrototypeOf,
    getPrototypeOf,
    hasOwn: uncurried(Object.prototype.hasOwnProperty),
    list: () => setPrototypeOf([], null),
  };
}

function making({ apply, create, setPrototypeOf }: Taken): Making {
  const code = Function.prototype;
  const made = create(null);
  const failed = create(null);
  let errors: Record<ErrorName, new (message: unknown) => unknown>;
  let thrown: unknown;
  const failing = (error: unknown) => {
    thrown = error;
    return failed;
  };
  const taken = () => {
    const error = thrown;
    thrown = undefined;
    return error;
  };
  const fresh = (name: ErrorName, message: unknown) => new errors[name](message);
  made.failed = failed;
  made.left = Object.freeze(create(null));
  made.stringPrototype = String.prototype;
  made.settle = (kinds: typeof errors) => {
    errors = kinds;
  };
  made.taken = taken;
  made.fail = failing;
  made.adopt = (call: unknown) =>
    setPrototypeOf(function (this: unknown, ...given: unknown[]) {
      let result: unknown;
      try {
        result = apply(call, this, given);
      } catch {
        // What was caught is of the end of the stack, and may be an object of the outside.
        throw fresh('InternalError', 'Maximum call stack size exceeded');
      }
      if (result === failed) throw taken();
      return result;
    }, code);
  return {
    made,
    fresh,
    operation: work => (a, b, c) => {
      try {
        return work(a as never, b as never, c as never);
      } catch (error) {
        return failing(error);
      }
    },
    ofMany:
      work =>
      (...given) => {
        try {
          return apply(work, undefined, given);
        } catch (error) {
          return failing(error);
        }
      },
  };
}

/** @param outside `Error.prototype` of Node, which compiles scripts there: its exceptions must not get in */
function errorsAndText(
  { uncurried, hasOwn }: Taken,
  { made, fresh, operation }: Making,
  outside: object | null,
): void {
  const hasAbove = uncurried(Object.prototype.isPrototypeOf);
  const match = uncurried(String.prototype.match as (pattern: unknown) => unknown);
  const { stringify } = JSON;
  const Text = String;
  const Numeral = Number;
  made.error = operation(fresh);
  made.own = operation((error: Error) => {
    if (outside === null || !hasAbove(outside, error)) return error;
    return fresh(error.name === 'SyntaxError' ? 'SyntaxError' : 'InternalError', `${error.message}`);
  });
  made.isError = operation(
    (object: Error) => typeof object.message === 'string' && hasOwn(object, 'message'),
  );
  made.text = operation((value: unknown) => Text(value));
  made.number = operation((value: unknown) => Numeral(value));
  made.json = operation((value: unknown) => stringify(value));
  made.matches = operation((text: string, pattern: unknown) => match(text, pattern) !== null);
}

function objects(
  { apply, create, getPrototypeOf, hasOwn, list }: Taken,
  { made, operation, ofMany }: Making,
): void {
  const { defineProperty, keys, prototype } = Object;
  const put = (object: object, name: PropertyKey, value: unknown, enumerable: boolean) => {
    const own = create(null) as PropertyDescriptor;
    own.value = value;
    // A property that is there stays as it is otherwise: that of a function's prototype cannot be changed.
    if (!hasOwn(object, name)) {
      own.enumerable = enumerable;
      own.configurable = true;
      own.writable = true;
    }
    defineProperty(object, name, own);
  };
  made.get = operation((object: Named, name: string) => object[name]);
  made.define = operation((object: object, name: string, value: unknown) => put(object, name, value, true));
  made.hide = operation((object: object, name: string, value: unknown) => put(object, name, value, false));
  made.object = operation(() => create(prototype));
  made.create = operation((parent: object) => create(parent));
  made.array = ofMany((...given: unknown[]) => {
    const array: unknown[] = [];
    for (let at = 0; at < given.length; at++) put(array, at, given[at], true);
    return array;
  });
  made.keys = operation((object: object) => keys(object));
  made.elements = operation((array: ArrayLike<unknown>) => {
    const all = list();
    for (let at = 0, end = array.length; at < end; at++) all[at] = array[at];
    return all;
  });
  made.call = ofMany((called: unknown, self: unknown, ...values: unknown[]) => {
    const given = list();
    for (let at = 0; at < values.length; at++) given[at] = values[at];
    return apply(called, self, given);
  });
  made.isPlain = operation((object: object) => getPrototypeOf(object) === prototype);
}

/** Looks at memory of the image by the language's own accessors. */
interface MemoryViews {
  /** The kind of a typed array; undefined for everything else. */
  readonly typeOf: (value: unknown) => unknown;
  readonly count: (array: unknown) => unknown;
  readonly byteLength: (buffer: unknown) => unknown;
  readonly isBuffer: (value: unknown) => value is ArrayBuffer;
}

function memoryViews({ uncurried, getPrototypeOf }: Taken): MemoryViews {
  const typed = getPrototypeOf(Uint8Array.prototype) as object;
  const getter = (object: object, name: PropertyKey) =>
    uncurried((Object.getOwnPropertyDescriptor(object, name) as { get: () => unknown }).get);
  const byteLength = getter(ArrayBuffer.prototype, 'byteLength');
  return {
    typeOf: getter(typed, Symbol.toStringTag),
    count: getter(typed, 'length'),
    byteLength,
    isBuffer: (value): value is ArrayBuffer => {
      try {
        byteLength(value);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Bytes that are gathered one by one. */
interface Gathered {
  buffer: ArrayBuffer;
  bytes: Uint8Array;
  size: number;
  count: number;
}

/** What gathers bytes. */
interface Gathering {
  readonly gathering: (size: number) => Gathered;
  readonly put: (into: Gathered, value: number) => void;
  readonly add: (elements: ArrayLike<number>, end: unknown, into: Gathered) => void;
}

function gatherers({ uncurried }: Taken): Gathering {
  const Bytes = Uint8Array;
  const Buffer = ArrayBuffer;
  const gathering = (size: number): Gathered => {
    const buffer = new Buffer(size);
    return { buffer, bytes: new Bytes(buffer), size, count: 0 };
  };
  const setAll = uncurried(Bytes.prototype.set);
  const widen = (into: Gathered, count: number) => {
    while (into.size < count) into.size *= 2;
    const { buffer, bytes } = gathering(into.size);
    setAll(bytes, into.bytes);
    into.buffer = buffer;
    into.bytes = bytes;
  };
  const put = (into: Gathered, value: number) => {
    if (into.count === into.size) widen(into, into.count + 1);
    into.bytes[into.count++] = value;
  };
  const add = (elements: ArrayLike<number>, end: unknown, into: Gathered) => {
    const count = into.count + (end as number);
    if (count > into.size) widen(into, count);
    setAll(into.bytes, elements, into.count);
    into.count = count;
  };
  return { gathering, put, add };
}

/** Data of native calls as bytes, and memory of the context. */
function data(
  { apply, uncurried, list }: Taken,
  { made, fresh, operation }: Making,
  { typeOf, count, byteLength, isBuffer }: MemoryViews,
  { gathering, put, add }: Gathering,
): void {
  const { isArray } = Array;
  const { trunc } = Math;
  const Numeral = Number;
  const Bytes = Uint8Array;
  const Buffer = ArrayBuffer;
  const charCodeAt = uncurried(String.prototype.charCodeAt);
  const whole = (value: unknown) => {
    const number = trunc(Numeral(value));
    return number - number === 0 ? number : 0;
  };
  // Kept for the next call; a callback that calls out again meanwhile gets its own.
  let kept: Gathered | undefined = gathering(256);
  function collect(value: unknown, into: Gathered): void {
    const type = typeof value;
    if (type === 'number' || type === 'boolean') put(into, whole(value));
    else if (typeof value === 'string')
      for (let at = 0; at < value.length; at++) put(into, charCodeAt(value, at) as number);
    else if (type === 'function') return;
    else if (typeof value !== 'object' || value === null)
      throw fresh('TypeError', `Expecting Number or iterable, got ${value === null ? 'null' : type}`);
    else if (typeOf(value) !== undefined) add(value as Uint8Array, count(value), into);
    else if (isArray(value)) for (let at = 0; at < value.length; at++) collect(value[at], into);
    else if (isBuffer(value)) add(new Bytes(value), byteLength(value), into);
    else collectObject(value as Named, into);
  }
  function collectObject({ callback, data: repeated, count: times }: Named, into: Gathered): void {
    if (typeof callback === 'function') {
      const result = apply(callback, undefined, list());
      if (result !== undefined) collect(result, into);
    } else if (typeof times === 'number' && repeated !== undefined) {
      for (let left = whole(times); left > 0; left--) collect(repeated, into);
    } else
      throw fresh(
        'TypeError',
        'If specifying an object, it must be of the form {data : ..., count : N} or {callback : fn}',
      );
  }
  made.flat = operation((value: unknown) => {
    const into = kept ?? gathering(256);
    kept = undefined;
    into.count = 0;
    try {
      collect(value, into);
    } finally {
      kept = into;
    }
    made.flatBuffer = into.buffer;
    return into.count;
  });
  made.bytes = operation((size: number) => new Bytes(size));
  made.buffer = operation((size: number) => new Buffer(size));
}

/**
 * Its argument is `Error.prototype` of the outside, or null where image and simulator share a realm. A context gets the
 * text of the functions above, as of those of the prelude.
 */
export const BRIDGE = `(function (outside) {
  'use strict';
  const t = (${take})(), m = (${making})(t);
  (${errorsAndText})(t, m, outside);
  (${objects})(t, m);
  (${data})(t, m, (${memoryViews})(t), (${gatherers})(t));
  return m.made;
})`;
