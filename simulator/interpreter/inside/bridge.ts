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
  readonly flat: Operation;
  readonly bytes: Operation;
  readonly buffer: Operation;
}

/**
 * Its argument is `Error.prototype` of the outside: Node compiles scripts there, and its exceptions must not get in. Null
 * where image and simulator share a realm. Lists have no prototype, on which an image could put accessors for elements.
 */
export const BRIDGE = `(function (outside) {
  'use strict';
  var apply = Reflect.apply, uncurried = Function.prototype.bind.bind(Function.prototype.call), create = Object.create,
    setPrototypeOf = Object.setPrototypeOf, getPrototypeOf = Object.getPrototypeOf, defineProperty = Object.defineProperty,
    descriptor = Object.getOwnPropertyDescriptor, keys = Object.keys, isArray = Array.isArray, Text = String, Numeral = Number,
    trunc = Math.trunc, stringify = JSON.stringify, plain = Object.prototype, code = Function.prototype, Bytes = Uint8Array,
    Buffer = ArrayBuffer, isPrototypeOf = uncurried(plain.isPrototypeOf), hasOwn = uncurried(plain.hasOwnProperty),
    match = uncurried(String.prototype.match), charCodeAt = uncurried(String.prototype.charCodeAt),
    typed = getPrototypeOf(Bytes.prototype), typeOf = uncurried(descriptor(typed, Symbol.toStringTag).get),
    count = uncurried(descriptor(typed, 'length').get), byteLength = uncurried(descriptor(Buffer.prototype, 'byteLength').get),
    errors, thrown, made = create(null);

  function list() { return setPrototypeOf([], null); }
  function put(object, name, value, enumerable) {
    var own = create(null);
    own.value = value;
    // A property that is there stays as it is otherwise: that of a function's prototype cannot be changed.
    if (!hasOwn(object, name)) { own.enumerable = enumerable; own.configurable = true; own.writable = true; }
    defineProperty(object, name, own);
  }
  function fresh(name, message) { return new errors[name](message); }
  function operation(work) {
    return function (a, b, c) { try { return work(a, b, c); } catch (e) { thrown = e; return made.failed; } };
  }
  function ofMany(work) {
    return function () { try { return apply(work, undefined, arguments); } catch (e) { thrown = e; return made.failed; } };
  }

  made.failed = create(null);
  made.left = Object.freeze(create(null));
  made.stringPrototype = String.prototype;
  made.settle = function (kinds) { errors = kinds; };
  made.taken = function () { var error = thrown; thrown = undefined; return error; };
  made.fail = function (error) { thrown = error; return made.failed; };
  made.adopt = function (call) {
    return setPrototypeOf(function () {
      var result;
      // What is caught is of the end of the stack, and may be an object of the outside.
      try { result = apply(call, this, arguments); } catch (e) { throw fresh('InternalError', 'Maximum call stack size exceeded'); }
      if (result === made.failed) throw made.taken();
      return result;
    }, code);
  };

  made.error = operation(fresh);
  made.own = operation(function (error) {
    if (outside === null || !isPrototypeOf(outside, error)) return error;
    return fresh(error.name === 'SyntaxError' ? 'SyntaxError' : 'InternalError', '' + error.message);
  });
  made.get = operation(function (object, name) { return object[name]; });
  made.define = operation(function (object, name, value) { put(object, name, value, true); });
  made.hide = operation(function (object, name, value) { put(object, name, value, false); });
  made.object = operation(function () { return create(plain); });
  made.create = operation(function (prototype) { return create(prototype); });
  made.array = ofMany(function () {
    var array = [];
    for (var at = 0; at < arguments.length; at++) put(array, at, arguments[at], true);
    return array;
  });
  made.keys = operation(function (object) { return keys(object); });
  made.elements = operation(function (array) {
    var all = list();
    for (var at = 0, end = array.length; at < end; at++) all[at] = array[at];
    return all;
  });
  made.call = ofMany(function (called, self) {
    var given = list();
    for (var at = 2; at < arguments.length; at++) given[at - 2] = arguments[at];
    return apply(called, self, given);
  });
  made.text = operation(function (value) { return Text(value); });
  made.number = operation(function (value) { return Numeral(value); });
  made.json = operation(function (value) { return stringify(value); });
  made.isError = operation(function (object) { return typeof object.message === 'string' && hasOwn(object, 'message'); });
  made.isPlain = operation(function (object) { return getPrototypeOf(object) === plain; });
  made.matches = operation(function (text, pattern) { return match(text, pattern) !== null; });

  function isBuffer(value) { try { byteLength(value); return true; } catch (e) { return false; } }
  function whole(value) {
    var number = trunc(Numeral(value));
    return number - number === 0 ? number : 0;
  }
  function all(elements, end, into) { for (var at = 0; at < end; at++) into[into.length] = elements[at]; }
  function collect(value, into) {
    var type = typeof value, at;
    if (type === 'number' || type === 'boolean') into[into.length] = whole(value);
    else if (type === 'string') for (at = 0; at < value.length; at++) into[into.length] = charCodeAt(value, at);
    else if (type === 'function') return;
    else if (type !== 'object' || value === null) throw fresh('TypeError', 'Expecting Number or iterable, got ' + (value === null ? 'null' : type));
    else if (typeOf(value) !== undefined) all(value, count(value), into);
    else if (isArray(value)) for (at = 0; at < value.length; at++) collect(value[at], into);
    else if (isBuffer(value)) all(new Bytes(value), byteLength(value), into);
    else collectObject(value, into);
  }
  function collectObject(value, into) {
    var callback = value.callback, data = value.data, times = value.count, result;
    if (typeof callback === 'function') {
      result = apply(callback, undefined, list());
      if (result !== undefined) collect(result, into);
    } else if (typeof times === 'number' && data !== undefined) {
      for (var left = whole(times); left > 0; left--) collect(data, into);
    } else throw fresh('TypeError', 'If specifying an object, it must be of the form {data : ..., count : N} or {callback : fn}');
  }
  made.flat = operation(function (value) {
    var into = list();
    collect(value, into);
    return into;
  });
  made.bytes = operation(function (size) { return new Bytes(size); });
  made.buffer = operation(function (size) { return new Buffer(size); });
  return made;
})`;
