import {
  type CodeOf,
  done,
  type Exactly,
  type RefusalCode,
  type Result,
  refused,
  type ValueOf,
} from '../../base/results.ts';
import type { FieldShape } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';

/** The values of a choice, and the words of each. */
export type Options = readonly (readonly [value: string, words: string])[];

/** How people see a field in a form. */
export interface Control {
  /** Its name in the form, if it is not that of the field. */
  readonly name?: string;
  readonly label: string;
  readonly hint?: string;
  /**
   * Default: `select` where there are options, else `text`. `list`: the first word of each line; `hidden`: what the
   * address of the form holds; `day`, `last day`: a day of UTC, for its first millisecond and for the one after its last.
   */
  readonly kind?: 'text' | 'password' | 'email' | 'list' | 'hidden' | 'day' | 'last day';
  readonly autocomplete?: string;
  readonly options?: Options | ((db: Db) => Promise<Options>);
  /** How many units of the field's own the number in the form means: 60,000 for minutes of milliseconds. Default: 1. */
  readonly unit?: number;
}

/**
 * `required`; `optional`: absent means "as before", or that the act chooses; `defaulted`: absent means the field's own
 * default.
 */
export type Presence = 'required' | 'optional' | 'defaulted';

/**
 * One value that an act takes, said once: its shape and limits, what people read beside it, and why it may be refused.
 * `In`: as it is sent; `Out`: as the act gets it.
 */
export interface ActField<
  In = unknown,
  Out = unknown,
  C extends RefusalCode = RefusalCode,
  N extends Presence = Presence,
> {
  readonly shape: FieldShape<In>;
  readonly control: Control;
  readonly refusals: readonly C[];
  readonly need: N;
  /** What is taken where nothing is sent. */
  readonly initial?: In;
  /** What its form shows at first, if that is not what is taken where nothing is sent. */
  readonly offer?: In;
  /** Checks the value by itself, before the act's transaction. Exactly one of `read` and `find` is there. */
  read?(value: In): Result<Out, C> | Promise<Result<Out, C>>;
  /** Looks the value up, in the act's transaction. */
  find?(db: Db, value: In): Promise<Result<Out, C>>;
}

/** A field whose value is checked by itself. @param read returns undefined for a value to refuse */
export function field<In, Out, const C extends RefusalCode>(
  shape: FieldShape<In>,
  control: Control,
  refusal: C,
  read: (value: In) => Out | undefined,
): ActField<In, Out, C, 'required'> {
  return {
    shape,
    control,
    refusals: [refusal],
    need: 'required',
    read(value) {
      const taken = read(value);
      return taken === undefined ? refused(refusal) : done(taken);
    },
  };
}

/** A field with a few known values. */
export function choice<const T extends string, const C extends RefusalCode>(
  shape: FieldShape<T>,
  control: Control & { readonly options: readonly (readonly [T, string])[] },
  refusal: C,
): ActField<T, T, C, 'required'> {
  const known = control.options.map(([value]) => value);
  return field(shape, control, refusal, given => (known.includes(given) ? given : undefined));
}

/** A field whose value can be refused for several reasons, or is slow to check. */
export function checked<In, R, const L extends readonly RefusalCode[]>(
  shape: FieldShape<In>,
  control: Control,
  refusals: L,
  read: (value: In) => R | Promise<R>,
): Exactly<CodeOf<R>, L[number], ActField<In, ValueOf<R>, L[number], 'required'>> {
  const made = { shape, control, refusals, need: 'required', read };
  return made as never;
}

/** A field that its act checks, together with others. */
export function plain<In>(shape: FieldShape<In>, control: Control): ActField<In, In, never, 'required'> {
  return { shape, control, refusals: [], need: 'required', read: done };
}

/** A field whose value names a row. */
export function lookUp<In, R, const L extends readonly RefusalCode[]>(
  shape: FieldShape<In>,
  control: Control,
  refusals: L,
  find: (db: Db, value: In) => Promise<R>,
): Exactly<CodeOf<R>, L[number], ActField<In, ValueOf<R>, L[number], 'required'>> {
  const made = { shape, control, refusals, need: 'required', find };
  return made as never;
}

export function optional<In, Out, C extends RefusalCode>(
  one: ActField<In, Out, C>,
): ActField<In, Out, C, 'optional'> {
  return { ...one, need: 'optional' };
}

export function defaulted<In, Out, C extends RefusalCode>(
  one: ActField<In, Out, C>,
  initial: In,
): ActField<In, Out, C, 'defaulted'> {
  return { ...one, need: 'defaulted', initial };
}

/** A field that is required, whose form offers a value. */
export function offered<In, Out, C extends RefusalCode>(
  one: ActField<In, Out, C, 'required'>,
  offer: In,
): ActField<In, Out, C, 'required'> {
  return { ...one, offer };
}

/** The same field with other words beside it. */
export function shownAs<In, Out, C extends RefusalCode, N extends Presence>(
  one: ActField<In, Out, C, N>,
  control: Partial<Control>,
): ActField<In, Out, C, N> {
  return { ...one, control: { ...one.control, ...control } };
}
