import { texts } from './texts/texts.ts';

/** The reason why an administrative action was refused: a name in the catalogue. */
export type RefusalCode = keyof typeof texts.refusals;

/** The result of an action: its value, or why nothing was changed, with a text that says what to do. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: { readonly code: RefusalCode; readonly text: string } };

export function done<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refused<T>(code: RefusalCode): Result<T> {
  return { ok: false, refusal: { code, text: texts.refusals[code] } };
}
