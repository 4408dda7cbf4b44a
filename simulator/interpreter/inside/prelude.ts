type Call = (...values: never[]) => unknown;
type Named = Record<string, unknown>;

/** Functions of the outside, which the realm made into functions of the context. */
interface OutsideCalls {
  nowMs(): number;
  random(): number;
  randomWord(): number;
  listening(target: unknown): void;
  spelled(code: string): string;
  numberText(value: number, radix: number, decimals: number): string;
  fixedText(value: number, decimals: number): string;
  queue(self: unknown, listeners: readonly unknown[], values: readonly unknown[]): void;
}

/** What the parts of the prelude share, taken before anything is replaced or removed. */
interface PreludeParts {
  readonly hidden: (target: object, name: string, value: unknown) => void;
  readonly create: (prototype: object | null) => Named;
  readonly list: unknown[];
  readonly typed: object;
  readonly reflect: typeof Reflect;
  readonly written: (value: unknown) => unknown;
  readonly isPlain: (value: unknown) => boolean;
}

function keep(outside: OutsideCalls): PreludeParts {
  const define = Object.defineProperty;
  const isPlain = (value: unknown) =>
    typeof value !== 'number' ||
    (value === Math.floor(value) && value <= 9007199254740991 && value >= -9007199254740991);
  const text = outside.numberText;
  return {
    hidden: (target, name, value) => {
      define(target, name, { value, enumerable: false, configurable: true, writable: true });
    },
    create: Object.create,
    list: Array.prototype,
    typed: Object.getPrototypeOf(Uint8Array.prototype),
    reflect: Reflect,
    isPlain,
    written: value => (isPlain(value) ? value : text(value as number, 10, -1)),
  };
}

function textsAndCalls({ hidden, list, typed }: PreludeParts, most: number): void {
  const call = Function.prototype.call;
  const apply = Function.prototype.apply;
  hidden(Function.prototype, 'apply', function (this: Call, target: unknown, values?: unknown[] | null) {
    if (values !== null && values !== undefined && values.length > most)
      throw new Error(
        `Array passed to Function.apply is too big! Maximum ${most} arguments, got ${values.length}`,
      );
    return values === undefined || values === null
      ? call.call(this, target)
      : apply.call(this, target, values);
  });

  const nativeFromCharCode = String.fromCharCode;
  hidden(String, 'fromCharCode', (...codes: number[]) => {
    let text = '';
    for (let i = 0; i < codes.length; i++) text += nativeFromCharCode((codes[i] as number) & 255);
    return text;
  });

  // Espruino compares to the end of the shorter text: what begins at the end of the text and goes on beyond is found.
  const nativeIndexOf = String.prototype.indexOf;
  const nativeStartsWith = String.prototype.startsWith;
  function indexOf(this: unknown, sought: unknown, from?: unknown): number {
    const text = '' + this;
    const part = '' + sought;
    let at = nativeIndexOf.call(text, part, typeof from === 'number' ? from : 0);
    if (at >= 0 || part.length > text.length) return at;
    for (at = text.length - part.length + 1; at < text.length; at++)
      if (nativeStartsWith.call(part, text.substring(at))) return at;
    return -1;
  }
  hidden(String.prototype, 'indexOf', indexOf);
  hidden(String.prototype, 'includes', function (this: unknown, sought: unknown, from: unknown) {
    return indexOf.call(this, sought, from) >= 0;
  });

  hidden(typed, 'slice', function (this: unknown[], from: number, to: number) {
    return list.slice.call(this, from, to);
  });
  hidden(typed, 'filter', function (this: unknown[], test: (value: unknown) => boolean) {
    return list.filter.call(this, test);
  });
}

/** An ArrayBuffer has elements and a length on Espruino; typed arrays ignore what their buffer's prototype has. */
function buffers({ reflect }: PreludeParts): void {
  const iterator: typeof Symbol.iterator = Symbol.iterator;
  const index = /^(0|[1-9][0-9]*)$/;
  // The image's Uint8Array, whatever it is by then.
  const bytesOf = (buffer: ArrayBuffer) => new Uint8Array(buffer);
  const elements: ProxyHandler<object> = {
    get: (target, name, self) => {
      if (typeof name === 'string' && self instanceof ArrayBuffer) {
        if (name === 'length') return self.byteLength;
        if (index.test(name)) return bytesOf(self)[+name];
      }
      if (name === iterator)
        return function (this: ArrayBuffer) {
          return (bytesOf(this) as Iterable<number>)[iterator]();
        };
      return reflect.get(target, name, self);
    },
    set: (target, name, value, self) => {
      if (typeof name === 'string' && index.test(name) && self instanceof ArrayBuffer) {
        bytesOf(self)[+name] = value;
        return true;
      }
      const own = { value, writable: true, enumerable: true, configurable: true };
      if (self instanceof ArrayBuffer) return reflect.defineProperty(self, name, own);
      return reflect.set(target, name, value, self);
    },
  };
  Object.setPrototypeOf(ArrayBuffer.prototype, new Proxy(Object.prototype, elements));
}

function errorsAndCode(
  { hidden, create, reflect }: PreludeParts,
  { spelled }: OutsideCalls,
  evaluate: (code: unknown) => unknown,
): void {
  ['Error', 'TypeError', 'SyntaxError', 'ReferenceError'].forEach(name => {
    const { prototype }: { prototype: object } = reflect.get(globalThis, name);
    if (name !== 'Error') Object.setPrototypeOf(prototype, Object.prototype);
    hidden(prototype, 'toString', function (this: Error) {
      return `${name}: ${this.message}`;
    });
  });
  hidden(Object, 'create', (prototype: object | null, properties: unknown) => {
    if (properties !== undefined) throw new Error('Object.create with properties is not supported');
    return create(prototype);
  });

  // Code may be tokenised. What compiles is captured: an image that changes arrays must not get past the check of its text.
  const Compiled = Function;
  const construct = reflect.apply;
  const unlinked = Object.setPrototypeOf;
  hidden(globalThis, 'eval', (code: unknown) => evaluate(typeof code === 'string' ? spelled(code) : code));
  function Code(...codes: unknown[]): unknown {
    // Parameters have code, too: their defaults.
    const parts: string[] = unlinked([], null);
    for (let i = 0; i < codes.length; i++) parts[i] = spelled('' + codes[i]);
    return construct(Compiled, null, parts);
  }
  Code.prototype = Compiled.prototype;
  hidden(Compiled.prototype, 'constructor', Code);
  hidden(globalThis, 'Function', Code);

  const InternalError = function (this: unknown, message: unknown) {
    const made = this instanceof InternalError ? (this as Named) : create(InternalError.prototype);
    made.message = message;
    return made;
  };
  hidden(InternalError.prototype, 'toString', function (this: Error) {
    return `InternalError: ${this.message}`;
  });
  hidden(globalThis, 'InternalError', InternalError);
}

function datesAndMath({ hidden, reflect }: PreludeParts, { nowMs, random, randomWord }: OutsideCalls): void {
  const Then = Date;
  const { UTC, parse } = Then;
  const relink = Object.setPrototypeOf;
  function When(this: unknown, ...v: number[]): unknown {
    if (!(this instanceof When)) return new Then(nowMs()).toString();
    const then =
      v.length === 0
        ? new Then(nowMs())
        : v.length === 1
          ? new Then(v[0] as number)
          : new Then(
              UTC(
                v[0] as number,
                v[1],
                v[2] === undefined ? 1 : v[2],
                v[3] || 0,
                v[4] || 0,
                v[5] || 0,
                v[6] || 0,
              ),
            );
    return relink(then, When.prototype);
  }
  When.prototype = Then.prototype;
  hidden(Then.prototype, 'constructor', When);
  hidden(When, 'now', () => nowMs());
  hidden(When, 'parse', (text: string) => parse(text));
  const parts = Then.prototype;
  ['Hours', 'Minutes', 'Seconds', 'Milliseconds', 'Day', 'Date', 'Month', 'FullYear'].forEach(part => {
    hidden(parts, `get${part}`, reflect.get(parts, `getUTC${part}`));
    if (part !== 'Day') hidden(parts, `set${part}`, reflect.get(parts, `setUTC${part}`));
  });
  hidden(parts, 'getTimezoneOffset', () => 0);
  hidden(parts, 'toString', function (this: Date) {
    return this.toUTCString().replace(',', '').replace(/GMT$/, 'GMT+0000');
  });
  hidden(globalThis, 'Date', When);

  hidden(Math, 'random', random);
  hidden(Math, 'randInt', (bound: number) => (bound ? Math.floor(random() * bound) : randomWord()));
  hidden(Math, 'clip', (x: number, low: number, high: number) => {
    if (x < low) return low;
    if (x > high) return high;
    return x;
  });
  hidden(Math, 'wrap', (x: number, bound: number) => (bound < 0 ? 0 : x % bound));
}

function numbers(kept: PreludeParts, { numberText, fixedText }: OutsideCalls): void {
  const { hidden, list, reflect, written, isPlain } = kept;
  // The native one has constants that cannot be removed.
  const Counted = Number;
  function Numeral(...values: unknown[]): number {
    return values.length === 0 ? 0 : Counted(values[0]);
  }
  Numeral.prototype = Counted.prototype;
  hidden(Counted.prototype, 'constructor', Numeral);
  ['MAX_VALUE', 'MIN_VALUE', 'NEGATIVE_INFINITY', 'NaN', 'POSITIVE_INFINITY'].forEach(name => {
    hidden(Numeral, name, reflect.get(Counted, name));
  });
  hidden(globalThis, 'Number', Numeral);

  // A number's text: by `toString`, `String`, `join` and JSON. V8 asks nobody for that of `+` and of templates.
  hidden(Counted.prototype, 'toString', function (this: number, radix: unknown) {
    const whole = typeof radix === 'number' && radix === Math.floor(radix) && radix >= 2 && radix <= 36;
    return numberText(+this, whole ? radix : 10, -1);
  });
  hidden(Counted.prototype, 'toFixed', function (this: number, decimals: unknown) {
    return fixedText(+this, +(decimals as number));
  });
  [list, kept.typed].forEach(type => {
    const join = list.join;
    hidden(type, 'join', function (this: unknown[], filler?: string) {
      return join.call(list.map.call(this, written), filler === undefined ? ',' : filler);
    });
  });
  const stringify = JSON.stringify;
  hidden(JSON, 'stringify', (value: unknown, _: unknown, indent: number) => {
    let isOdd = false;
    const made = stringify(
      value,
      (_name, each) => {
        // NaN and the infinities are null in JSON.
        if (isPlain(each) || each - each !== 0) return each;
        isOdd = true;
        return `\0#${numberText(each, 10, -1)}`;
      },
      indent,
    );
    return isOdd ? made.replace(/"\\u0000#([^"]*)"/g, '$1') : made;
  });
}

function events({ hidden, create, list }: PreludeParts, outside: OutsideCalls): void {
  const has = Object.prototype.hasOwnProperty;
  function listenersOf(target: unknown, event: unknown): unknown[] {
    if (target === null || (typeof target !== 'object' && typeof target !== 'function'))
      throw new TypeError('Parent must be an object - not a String, Integer, etc');
    if (typeof event !== 'string') throw new TypeError('First argument must be String');
    return has.call(target, `#on${event}`) ? ((target as Named)[`#on${event}`] as unknown[]) : [];
  }
  const listen = (first: boolean) =>
    function (this: object, event: string, listener: unknown) {
      const known = listenersOf(this, event);
      if (typeof listener !== 'function' && typeof listener !== 'string')
        throw new TypeError('Second argument must be a function or a String');
      hidden(this, `#on${event}`, first ? [listener as unknown].concat(known) : known.concat([listener]));
      if (event === 'data') outside.listening(this);
    };
  const all = Object.prototype;
  hidden(all, 'on', listen(false));
  hidden(all, 'addListener', listen(false));
  hidden(all, 'prependListener', listen(true));
  hidden(all, 'emit', function (this: unknown, event: string, ...values: unknown[]) {
    outside.queue(this, listenersOf(this, event), values);
  });
  hidden(all, 'removeListener', function (this: object, event: string, listener: unknown) {
    hidden(
      this,
      `#on${event}`,
      listenersOf(this, event).filter(each => each !== listener),
    );
  });
  hidden(all, 'removeAllListeners', function (this: Named, event: string | undefined) {
    if (event !== undefined) {
      listenersOf(this, event);
      delete this[`#on${event}`];
      return;
    }
    Object.getOwnPropertyNames(this).forEach(name => {
      if (name.indexOf('#on') === 0) delete this[name];
    });
  });
  hidden(all, 'clone', function (this: object) {
    return Array.isArray(this)
      ? list.slice.call(this)
      : Object.assign(create(Object.getPrototypeOf(this)), this);
  });
}

/** Last, because the parts before use the native ones. Returns what the bridge and the realm need of the context. */
function types({ hidden, create, reflect, written }: PreludeParts): Named {
  const natives = create(null);
  natives.Error = Error;
  natives.TypeError = TypeError;
  natives.SyntaxError = SyntaxError;
  natives.InternalError = reflect.get(globalThis, 'InternalError');
  natives.TypedArray = Object.getPrototypeOf(Uint8Array);
  natives.global = globalThis;

  const textOf: ProxyHandler<StringConstructor> = {
    apply: (target, _self, values) => (values.length > 0 ? target(written(values[0])) : ''),
  };
  hidden(globalThis, 'String', new Proxy(String, textOf));

  // Without a length or data there is no array. A native call that found no memory answers undefined.
  const made: ProxyHandler<new (...values: unknown[]) => object> = {
    construct: (target, values, type) => {
      const first = values[0];
      if (first === undefined || first === null || typeof first === 'string')
        throw new Error(`Unsupported first argument of type ${typeof first === 'string' ? 'String' : first}`);
      return reflect.construct(target, values, type);
    },
  };
  const words = ['Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array'];
  ['Uint8Array', 'Uint8ClampedArray', 'Int8Array'].concat(words).forEach(name => {
    hidden(globalThis, name, new Proxy(reflect.get(globalThis, name), made));
  });
  return natives;
}

interface PromiseState {
  state: number;
  value: unknown;
  waiting: (() => void)[];
  handled: boolean;
}
type Settle = (value?: unknown) => void;
type Executor = (done: Settle, failed: Settle) => void;
interface Thenable {
  then(done: Settle | undefined, failed: Settle): unknown;
}

type SettlePromise = (promise: PromiseState, state: number, value: unknown) => void;
type PromiseType = { new (executor: Executor): PromiseState & Thenable; prototype: Named };

function settling(queue: OutsideCalls['queue'], unhandled: Settle): SettlePromise {
  return function settle(promise: PromiseState, state: number, value: unknown): void {
    if (promise.state !== 0) return;
    const then = value as Thenable | null;
    if (
      state === 1 &&
      then !== null &&
      (typeof value === 'object' || typeof value === 'function') &&
      typeof then.then === 'function'
    ) {
      then.then(
        v => settle(promise, 1, v),
        e => settle(promise, 2, e),
      );
      return;
    }
    promise.state = state;
    promise.value = value;
    const waiting = promise.waiting;
    promise.waiting = [];
    if (state === 2 && waiting.length === 0)
      queue(
        null,
        [
          () => {
            if (!promise.handled) unhandled(value);
          },
        ],
        [],
      );
    waiting.forEach(each => {
      queue(null, [each], []);
    });
  };
}

function promiseType(queue: OutsideCalls['queue'], settle: SettlePromise): PromiseType {
  const Promised = function (this: PromiseState, executor: Executor) {
    if (typeof executor !== 'function') throw new TypeError('Promise constructor needs a function');
    ['state', 'value', 'waiting', 'handled'].forEach(name => {
      Object.defineProperty(this, name, { writable: true, enumerable: false });
    });
    this.state = 0;
    this.waiting = [];
    try {
      executor(
        v => settle(this, 1, v),
        e => settle(this, 2, e),
      );
    } catch (e) {
      settle(this, 2, e);
    }
  } as unknown as PromiseType;
  const put = (name: string, method: unknown) => {
    Promised.prototype[name] = method;
  };
  put('then', function (this: PromiseState, done: unknown, failed: unknown) {
    const next = new Promised(() => {});
    this.handled = true;
    const step = () => {
      const handler = this.state === 1 ? done : failed;
      if (typeof handler !== 'function') return settle(next, this.state, this.value);
      try {
        settle(next, 1, handler(this.value));
      } catch (e) {
        settle(next, 2, e);
      }
    };
    if (this.state === 0) this.waiting.push(step);
    else queue(null, [step], []);
    return next;
  });
  put('catch', function (this: Thenable, failed: Settle) {
    return this.then(undefined, failed);
  });
  return Promised;
}

function withStatics(Promised: PromiseType): PromiseType {
  const resolve = (value: unknown) => new Promised(done => done(value));
  return Object.assign(Promised, {
    resolve,
    reject: (value: unknown) => new Promised((_done, failed) => failed(value)),
    all: (each: unknown[]) =>
      new Promised((done, failed) => {
        let left = each.length;
        const results: unknown[] = [];
        if (left === 0) done(results);
        each.forEach((one, i) => {
          resolve(one).then(v => {
            results[i] = v;
            if (--left === 0) done(results);
          }, failed);
        });
      }),
  });
}

/**
 * Runs inside a fresh context while V8's built-ins are still there, and installs Espruino's versions of built-ins
 * that behave differently there. Its arguments are the functions that only the outside can provide, and the number of
 * arguments that `apply` passes at most. A context gets the text of the functions above and never a function itself: none
 * of them may name anything of this module, and no loop or spread may need an iterator, which an image does not have.
 *
 * Not copied, because no context can do it: no function hoisting, loop variables that are not per iteration, `===` on
 * the contents of typed arrays, an exception for a negative index, `arr.length = n`, the approximate `Math.pow`, the
 * unstable sort, the absence of `BYTES_PER_ELEMENT` (which V8 does not remove), an `eval` that sees local variables,
 * the text that `+` and templates make of a number, and syntax that Espruino does not parse. The bundler's lint, a test
 * of the image and the real interpreter cover these.
 */
export const PRELUDE = `((o, most) => {
  const k = (${keep})(o);
  (${textsAndCalls})(k, most);
  (${buffers})(k);
  (${errorsAndCode})(k, o, eval);
  (${datesAndMath})(k, o);
  (${numbers})(k, o);
  (${events})(k, o);
  return (${types})(k);
})`;

/** Espruino's promises: handlers run as events of the idle loop, and an unhandled rejection is printed. */
export const PROMISES = `((queue, unhandled) =>
  (${withStatics})((${promiseType})(queue, (${settling})(queue, unhandled))))`;
