import { type RefusalCode, refusalTexts } from './texts/refusals.ts';

export type { RefusalCode };

/** The value of an action that was done. */
export interface Done<T> {
  readonly ok: true;
  readonly value: T;
}

/** Why nothing was changed, with a text that says what to do. */
export interface Refused<C extends RefusalCode = RefusalCode> {
  readonly ok: false;
  readonly refusal: { readonly code: C; readonly text: string };
}

/**
 * The result of an action. Functions do not state the type of their results: the compiler collects which codes they
 * return, and lists of refusals are compared with it.
 */
export type Result<T, C extends RefusalCode = RefusalCode> = Done<T> | Refused<C>;

/** Every code that a result may have. */
export type CodeOf<R> = R extends Refused<infer C> ? C : never;

/** What a result gives. */
export type ValueOf<R> = R extends Done<infer T> ? T : never;

/**
 * `Then` if a list states exactly the codes that are returned; otherwise what is wrong, which is of no use where
 * `Then` is wanted: the error stands there.
 */
export type Exactly<Returned, Stated, Then> = [RefusalCode] extends [Stated]
  ? { readonly 'names no codes': Stated }
  : [Returned] extends [Stated]
    ? [Stated] extends [Returned]
      ? Then
      : { readonly 'never returned': Exclude<Stated, Returned> }
    : { readonly 'not listed': Exclude<Returned, Stated> };

export function done<const T>(value: T): Done<T> {
  return { ok: true, value };
}

/** `text` may say more than the catalogue if the action knows more. */
export function refused<const C extends RefusalCode>(code: C, text: string = refusalTexts[code]): Refused<C> {
  return { ok: false, refusal: { code, text } };
}
