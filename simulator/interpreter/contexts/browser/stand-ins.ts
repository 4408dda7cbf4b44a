/**
 * Built-ins for one boot of an image where there is one realm only. Espruino's differ from the language's (`prelude.ts`),
 * and the simulator itself, which shares the realm, needs those of the language. So an image gets others under the same
 * names: each is a copy of the members of a real one, and makes real values, whose prototype is the copy's. What a literal
 * makes (`[]`, `''`, `{}`, a function, an exception of the engine) has the language's own methods.
 */

type Type = (new (...args: never[]) => object) & { readonly prototype: object };
type Members = Record<string, unknown>;

/** Called without `new` these convert. */
const CONVERTING = ['Object', 'String', 'Number', 'Boolean', 'Array', 'RegExp'];
const ERRORS = ['Error', 'TypeError', 'SyntaxError', 'ReferenceError'];
const TYPED_ARRAYS = [
  'Uint8Array',
  'Int8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
];
const FUNCTIONS = ['parseInt', 'parseFloat', 'isNaN', 'isFinite', 'encodeURIComponent', 'decodeURIComponent'];
const CONSTANTS = { undefined, NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY };

function copyMembers(from: object, to: object): void {
  for (const name of Reflect.ownKeys(from)) {
    if (name === 'prototype' || (typeof from === 'function' && (name === 'name' || name === 'length')))
      continue;
    const member = Object.getOwnPropertyDescriptor(from, name);
    if (member) Object.defineProperty(to, name, member);
  }
}

function hide(target: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

/** @param parent prototype of the copy's prototype */
function copyOf(type: Type, parent: object | null): Type {
  const isConverting = CONVERTING.includes(type.name);
  function Copy(this: unknown, ...args: never[]): unknown {
    if (new.target === undefined) {
      const call = type as unknown as (...given: never[]) => unknown;
      return isConverting ? call(...args) : Reflect.construct(type, args, Copy as unknown as Type);
    }
    // Arrays are made as literals make them: with the language's own prototype.
    return type === (Array as unknown)
      ? Reflect.construct(type, args)
      : Reflect.construct(type, args, new.target);
  }
  const copy = Copy as unknown as Type;
  hide(copy, 'name', type.name);
  copyMembers(type, copy);
  const prototype = Object.create(parent) as object;
  copyMembers(type.prototype, prototype);
  hide(prototype, 'constructor', copy);
  Object.defineProperty(copy, 'prototype', { value: prototype, writable: false });
  const isReal = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(copy, Symbol.hasInstance, {
    value(this: unknown, value: unknown) {
      return isReal.call(this, value) || (this === copy && isInstance(type, value));
    },
  });
  return copy;
}

/** On Espruino, exceptions of the other kinds are no `Error`. */
function isInstance(type: Type, value: unknown): boolean {
  if (!(value instanceof type)) return false;
  return type !== (Error as unknown) || Object.getPrototypeOf(value) === Error.prototype;
}

/** A function's text is compiled in the scope of the boot. */
function functionOf(parent: object, evaluate: (source: string) => unknown): Type {
  function Compiled(...args: unknown[]): unknown {
    const body = args.length > 0 ? String(args.pop()) : '';
    return evaluate(`(function anonymous(${args.join()}\n){${body}\n})`);
  }
  const type = Compiled as unknown as Type;
  const prototype = Object.create(parent) as object;
  copyMembers(Function.prototype, prototype);
  hide(prototype, 'constructor', type);
  type.prototype satisfies object;
  Object.defineProperty(type, 'prototype', { value: prototype, writable: false });
  Object.defineProperty(type, Symbol.hasInstance, { value: (value: unknown) => typeof value === 'function' });
  return type;
}

/** A buffer that a typed array has made itself becomes one of the image's when the image asks for it. */
function adoptBuffers(typedArray: Type, arrayBuffer: Type): void {
  const buffer = Object.getOwnPropertyDescriptor(typedArray.prototype, 'buffer')?.get as () => object;
  Object.defineProperty(typedArray.prototype, 'buffer', {
    configurable: true,
    get(this: unknown) {
      const made = buffer.call(this);
      if (Object.getPrototypeOf(made) === ArrayBuffer.prototype)
        Object.setPrototypeOf(made, arrayBuffer.prototype);
      return made;
    },
  });
}

/** Fills `scope` with the language's global names, apart from `eval`. */
export function addStandIns(scope: Members, evaluate: (source: string) => unknown): void {
  const real = globalThis as unknown as Record<string, Type>;
  const object = copyOf(Object as unknown as Type, null);
  const add = (name: string, value: unknown) => hide(scope, name, value);
  const copied = (name: string, parent = object.prototype) => copyOf(real[name] as Type, parent);
  add('Object', object);
  add('Function', functionOf(object.prototype, evaluate));
  for (const name of ['String', 'Number', 'Boolean', 'Array', 'RegExp', 'Date', 'DataView', ...ERRORS]) {
    add(name, copied(name));
  }
  const arrayBuffer = copied('ArrayBuffer');
  add('ArrayBuffer', arrayBuffer);
  const typedArray = copyOf(Object.getPrototypeOf(Uint8Array) as Type, object.prototype);
  adoptBuffers(typedArray, arrayBuffer);
  for (const name of TYPED_ARRAYS) {
    const type = copied(name, typedArray.prototype);
    Object.setPrototypeOf(type, typedArray);
    add(name, type);
  }
  for (const name of ['Math', 'JSON']) {
    const members = Object.create(object.prototype) as Members;
    copyMembers(real[name] as unknown as object, members);
    add(name, members);
  }
  for (const name of FUNCTIONS) add(name, real[name]);
  for (const [name, value] of Object.entries(CONSTANTS)) add(name, value);
  add('globalThis', scope);
}
