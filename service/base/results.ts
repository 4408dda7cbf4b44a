import { texts } from './texts/texts.ts';

/** The reason why an administrative action was refused: a name in the catalogue. */
export type RefusalCode = keyof typeof texts.refusals;

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

export function done<const T>(value: T): Done<T> {
  return { ok: true, value };
}

/** `text` may say more than the catalogue if the action knows more. */
export function refused<const C extends RefusalCode>(
  code: C,
  text: string = texts.refusals[code],
): Refused<C> {
  return { ok: false, refusal: { code, text } };
}
