/**
 * Values of the image outside of its context. An object there is held, and nothing but the realm gets at it: whoever
 * looked at one of its properties from outside would run getters, traps and text of the image among functions of Node.
 */

type Primitive = string | number | boolean | bigint | symbol | null | undefined;

/** A value of the image: a primitive, or an object that stays closed. */
export type Value = Primitive | ImageObject;
export type Named = Record<string, Value>;
/** A function, text of the image, an array of both in the context, or a list of both. */
export type ImageListeners = Value | readonly Value[];

let open: (held: ImageObject) => object;

/** An object or function of the context. */
export class ImageObject {
  readonly #object: object;
  readonly isFunction: boolean;

  static {
    open = held => held.#object;
  }

  constructor(object: object) {
    this.#object = object;
    this.isFunction = typeof object === 'function';
  }
}

/** Returns what came out of the context as a value. */
export function held(raw: unknown): Value {
  return (typeof raw === 'object' && raw !== null) || typeof raw === 'function'
    ? new ImageObject(raw)
    : (raw as Primitive);
}

/**
 * Returns what may go into the context: what came from there, or a primitive. For the realm and for checks by internal
 * slots, which run no code of the image.
 * @throws TypeError for an object from outside, by whose constructor the image would leave its context
 */
export function raw(value: unknown): unknown {
  if (value instanceof ImageObject) return open(value);
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    throw new TypeError('an object from outside must not enter the context');
  }
  return value;
}

/** Whether a value is an object and no function. */
export function isRecord(value: Value): value is ImageObject {
  return value instanceof ImageObject && !value.isFunction;
}

export function isFunction(value: Value): value is ImageObject {
  return value instanceof ImageObject && value.isFunction;
}

export function isSame(a: Value, b: Value): boolean {
  return raw(a) === raw(b);
}

/** What the outside knows of single objects. */
export class ByObject<T> {
  readonly #of = new WeakMap<object, T>();

  set(object: ImageObject, known: T): void {
    this.#of.set(open(object), known);
  }

  get(value: Value): T | undefined {
    return value instanceof ImageObject ? this.#of.get(open(value)) : undefined;
  }
}

/** An exception of the image, or one that the image gets. */
export class Thrown extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super('an exception of the image');
    this.value = value;
  }
}
