import { APPLY_MAX_ARGUMENTS } from '../base/limits.ts';

/**
 * Runs inside a fresh context while V8's built-ins are still there, and installs Espruino's versions of built-ins
 * that behave differently there (espruino.md §1.2, §1.3, §3.1). Its argument has the functions that only the outside
 * can provide.
 *
 * Not copied, because no context can do it: no function hoisting, loop variables that are not per iteration, `===` on
 * the contents of typed arrays, an exception for a negative index, `arr.length = n`, the approximate `Math.pow`, the
 * unstable sort, the absence of `BYTES_PER_ELEMENT` (which V8 does not remove), an `eval` that sees local variables,
 * the text that `+` and templates make of a number, and syntax that Espruino does not parse. The bundler's lint, a test
 * of the image and the real interpreter cover these.
 */
export const PRELUDE = `(function (outside) {
  var call = Function.prototype.call, apply = Function.prototype.apply, has = Object.prototype.hasOwnProperty;
  function hidden(target, name, value) {
    Object.defineProperty(target, name, { value: value, enumerable: false, configurable: true, writable: true });
  }
  function applyAtMost(target, list) {
    if (list !== null && list !== undefined && list.length > ${APPLY_MAX_ARGUMENTS})
      throw new Error('Array passed to Function.apply is too big! Maximum ${APPLY_MAX_ARGUMENTS} arguments, got ' + list.length);
    return list === undefined || list === null ? call.call(this, target) : apply.call(this, target, list);
  }
  hidden(Function.prototype, 'apply', applyAtMost);

  var nativeFromCharCode = String.fromCharCode;
  hidden(String, 'fromCharCode', function () {
    var text = '';
    for (var i = 0; i < arguments.length; i++) text += nativeFromCharCode(arguments[i] & 255);
    return text;
  });

  // Espruino compares to the end of the shorter text: what begins at the end of the text and goes on beyond is found.
  var nativeIndexOf = String.prototype.indexOf, nativeStartsWith = String.prototype.startsWith;
  function indexOf(sought, from) {
    var text = '' + this, part = '' + sought, at = nativeIndexOf.call(text, part, typeof from === 'number' ? from : 0);
    if (at >= 0 || part.length > text.length) return at;
    for (at = text.length - part.length + 1; at < text.length; at++)
      if (nativeStartsWith.call(part, text.substring(at))) return at;
    return -1;
  }
  hidden(String.prototype, 'indexOf', indexOf);
  hidden(String.prototype, 'includes', function (sought, from) { return indexOf.call(this, sought, from) >= 0; });

  var typed = Object.getPrototypeOf(Uint8Array.prototype), list = Array.prototype;
  hidden(typed, 'slice', function (from, to) { return list.slice.call(this, from, to); });
  hidden(typed, 'filter', function (test) { return list.filter.call(this, test); });

  // Kept for what follows: the names themselves are removed from the context.
  var reflect = Reflect, iterator = Symbol.iterator;

  // An ArrayBuffer has elements and a length on Espruino; typed arrays ignore what their buffer's prototype has.
  var index = /^(0|[1-9][0-9]*)$/;
  var bytesOf = function (buffer) { return new Uint8Array(buffer); };
  Object.setPrototypeOf(ArrayBuffer.prototype, new Proxy(Object.prototype, {
    get: function (target, name, self) {
      if (typeof name === 'string' && self instanceof ArrayBuffer) {
        if (name === 'length') return self.byteLength;
        if (index.test(name)) return bytesOf(self)[name];
      }
      if (name === iterator) return function () { return bytesOf(this)[iterator](); };
      return reflect.get(target, name, self);
    },
    set: function (target, name, value, self) {
      if (typeof name === 'string' && index.test(name) && self instanceof ArrayBuffer) {
        bytesOf(self)[name] = value;
        return true;
      }
      if (self instanceof ArrayBuffer) return reflect.defineProperty(self, name, { value: value, writable: true, enumerable: true, configurable: true });
      return reflect.set(target, name, value, self);
    }
  }));

  ['Error', 'TypeError', 'SyntaxError', 'ReferenceError'].forEach(function (name) {
    var type = globalThis[name];
    if (name !== 'Error') Object.setPrototypeOf(type.prototype, Object.prototype);
    hidden(type.prototype, 'toString', function () { return name + ': ' + this.message; });
  });
  var nativeCreate = Object.create;
  hidden(Object, 'create', function (prototype, properties) {
    if (properties !== undefined) throw new Error('Object.create with properties is not supported');
    return nativeCreate(prototype);
  });

  // Code may be tokenised. What compiles is captured: an image that changes arrays must not get past the check of its text.
  var evaluate = eval, Compiled = Function, spelled = outside.spelled, construct = reflect.apply, unlinked = Object.setPrototypeOf;
  hidden(globalThis, 'eval', function (code) { return evaluate(typeof code === 'string' ? spelled(code) : code); });
  function Code() {
    // Parameters have code, too: their defaults.
    var parts = unlinked([], null);
    for (var i = 0; i < arguments.length; i++) parts[i] = spelled('' + arguments[i]);
    return construct(Compiled, null, parts);
  }
  Code.prototype = Compiled.prototype;
  hidden(Compiled.prototype, 'constructor', Code);
  hidden(globalThis, 'Function', Code);

  var Then = Date;
  function When(a, b, c, d, e, f, g) {
    if (!(this instanceof When)) return new When().toString();
    var n = arguments.length;
    var then = n === 0 ? new Then(outside.nowMs()) : n === 1 ? new Then(a)
      : new Then(Then.UTC(a, b, c === undefined ? 1 : c, d || 0, e || 0, f || 0, g || 0));
    return Object.setPrototypeOf(then, When.prototype);
  }
  When.prototype = Then.prototype;
  hidden(Then.prototype, 'constructor', When);
  hidden(When, 'now', function () { return outside.nowMs(); });
  hidden(When, 'parse', function (text) { return Then.parse(text); });
  ['Hours', 'Minutes', 'Seconds', 'Milliseconds', 'Day', 'Date', 'Month', 'FullYear'].forEach(function (part) {
    hidden(Then.prototype, 'get' + part, Then.prototype['getUTC' + part]);
    if (part !== 'Day') hidden(Then.prototype, 'set' + part, Then.prototype['setUTC' + part]);
  });
  hidden(Then.prototype, 'getTimezoneOffset', function () { return 0; });
  hidden(Then.prototype, 'toString', function () { return this.toUTCString().replace(',', '').replace(/GMT$/, 'GMT+0000'); });
  hidden(globalThis, 'Date', When);

  hidden(Math, 'random', outside.random);
  hidden(Math, 'randInt', function (bound) { return bound ? Math.floor(outside.random() * bound) : outside.randomWord(); });
  hidden(Math, 'clip', function (x, low, high) { return x < low ? low : x > high ? high : x; });
  hidden(Math, 'wrap', function (x, bound) { return bound < 0 ? 0 : x % bound; });

  // The native one has constants that cannot be removed.
  var Counted = Number;
  function Numeral(value) { return arguments.length === 0 ? 0 : Counted(value); }
  Numeral.prototype = Counted.prototype;
  hidden(Counted.prototype, 'constructor', Numeral);
  ['MAX_VALUE', 'MIN_VALUE', 'NEGATIVE_INFINITY', 'NaN', 'POSITIVE_INFINITY'].forEach(function (name) { hidden(Numeral, name, Counted[name]); });
  hidden(globalThis, 'Number', Numeral);

  // A number's text: by \`toString\`, \`String\`, \`join\` and JSON. V8 asks nobody for that of \`+\` and of templates.
  var text = outside.numberText, stringify = JSON.stringify;
  function isPlain(value) { return typeof value !== 'number' || (value === Math.floor(value) && value <= 9007199254740991 && value >= -9007199254740991); }
  function written(value) { return isPlain(value) ? value : text(value, 10, -1); }
  hidden(Counted.prototype, 'toString', function (radix) {
    var whole = typeof radix === 'number' && radix === Math.floor(radix) && radix >= 2 && radix <= 36;
    return text(+this, whole ? radix : 10, -1);
  });
  hidden(Counted.prototype, 'toFixed', function (decimals) { return outside.fixedText(+this, +decimals); });
  [list, typed].forEach(function (type) {
    var join = list.join;
    hidden(type, 'join', function (filler) { return join.call(list.map.call(this, written), filler === undefined ? ',' : filler); });
  });
  hidden(JSON, 'stringify', function (value, replacer, indent) {
    var isOdd = false;
    var made = stringify(value, function (name, each) {
      if (isPlain(each) || !isFinite(each)) return each;
      isOdd = true;
      return '\\0#' + text(each, 10, -1);
    }, indent);
    return isOdd ? made.replace(/"\\\\u0000#([^"]*)"/g, '$1') : made;
  });

  function InternalError(message) { if (this instanceof InternalError) this.message = message; else return new InternalError(message); }
  hidden(InternalError.prototype, 'toString', function () { return 'InternalError: ' + this.message; });
  hidden(globalThis, 'InternalError', InternalError);

  function listenersOf(target, event) {
    if (target === null || (typeof target !== 'object' && typeof target !== 'function')) throw new TypeError('Parent must be an object - not a String, Integer, etc');
    if (typeof event !== 'string') throw new TypeError('First argument must be String');
    return has.call(target, '#on' + event) ? target['#on' + event] : [];
  }
  function listen(first) {
    return function (event, listener) {
      var known = listenersOf(this, event);
      if (typeof listener !== 'function' && typeof listener !== 'string') throw new TypeError('Second argument must be a function or a String');
      hidden(this, '#on' + event, first ? [listener].concat(known) : known.concat([listener]));
      if (event === 'data') outside.listening(this);
    };
  }
  hidden(Object.prototype, 'on', listen(false));
  hidden(Object.prototype, 'addListener', listen(false));
  hidden(Object.prototype, 'prependListener', listen(true));
  hidden(Object.prototype, 'emit', function (event) {
    var known = listenersOf(this, event);
    outside.queue(this, known, list.slice.call(arguments, 1));
  });
  hidden(Object.prototype, 'removeListener', function (event, listener) {
    hidden(this, '#on' + event, listenersOf(this, event).filter(function (each) { return each !== listener; }));
  });
  hidden(Object.prototype, 'removeAllListeners', function (event) {
    if (event !== undefined) { listenersOf(this, event); delete this['#on' + event]; return; }
    var self = this;
    Object.getOwnPropertyNames(this).forEach(function (name) { if (name.indexOf('#on') === 0) delete self[name]; });
  });
  hidden(Object.prototype, 'clone', function () { return Array.isArray(this) ? this.slice() : Object.assign(nativeCreate(Object.getPrototypeOf(this)), this); });

  var natives = nativeCreate(null);
  natives.Error = Error; natives.TypeError = TypeError; natives.SyntaxError = SyntaxError; natives.InternalError = InternalError;
  natives.TypedArray = Object.getPrototypeOf(Uint8Array); natives.global = globalThis;

  hidden(globalThis, 'String', new Proxy(String, {
    apply: function (target, self, values) { return values.length > 0 ? target(written(values[0])) : ''; }
  }));

  // Without a length or data there is no array. A native call that found no memory answers undefined.
  ['Uint8Array', 'Uint8ClampedArray', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array'].forEach(function (name) {
    var type = globalThis[name];
    hidden(globalThis, name, new Proxy(type, {
      construct: function (target, values, made) {
        var first = values[0];
        if (first === undefined || first === null || typeof first === 'string')
          throw new Error('Unsupported first argument of type ' + (typeof first === 'string' ? 'String' : first));
        return reflect.construct(target, values, made);
      }
    }));
  });
  return natives;
})`;

/** Espruino's promises: handlers run as events of the idle loop, and an unhandled rejection is printed. */
export const PROMISES = `(function (queue, unhandled) {
  function settle(promise, state, value) {
    if (promise.state !== 0) return;
    if (state === 1 && value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function') {
      value.then(function (v) { settle(promise, 1, v); }, function (e) { settle(promise, 2, e); });
      return;
    }
    promise.state = state; promise.value = value;
    var waiting = promise.waiting; promise.waiting = [];
    if (state === 2 && waiting.length === 0) queue(null, [function () { if (!promise.handled) unhandled(value); }], []);
    waiting.forEach(function (each) { queue(null, [each], []); });
  }
  function Promise(executor) {
    if (typeof executor !== 'function') throw new TypeError('Promise constructor needs a function');
    var self = this;
    ['state', 'value', 'waiting', 'handled'].forEach(function (name) { Object.defineProperty(self, name, { writable: true, enumerable: false }); });
    self.state = 0; self.waiting = [];
    try { executor(function (v) { settle(self, 1, v); }, function (e) { settle(self, 2, e); }); }
    catch (e) { settle(self, 2, e); }
  }
  Promise.prototype.then = function (done, failed) {
    var self = this, next = new Promise(function () {});
    self.handled = true;
    function step() {
      var handler = self.state === 1 ? done : failed;
      if (typeof handler !== 'function') { settle(next, self.state, self.value); return; }
      var result;
      try { result = handler(self.value); } catch (e) { settle(next, 2, e); return; }
      settle(next, 1, result);
    }
    if (self.state === 0) self.waiting.push(step); else queue(null, [step], []);
    return next;
  };
  Promise.prototype.catch = function (failed) { return this.then(undefined, failed); };
  Promise.resolve = function (value) { return new Promise(function (done) { done(value); }); };
  Promise.reject = function (value) { return new Promise(function (done, failed) { failed(value); }); };
  Promise.all = function (promises) {
    return new Promise(function (done, failed) {
      var left = promises.length, results = [];
      if (left === 0) done(results);
      promises.forEach(function (each, i) {
        Promise.resolve(each).then(function (v) { results[i] = v; if (--left === 0) done(results); }, failed);
      });
    });
  };
  return Promise;
})`;
