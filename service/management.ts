import type { Db } from './data/database.ts';
import type { Keys } from './sealing/key-file.ts';
import { texts } from './texts.ts';

/** What administration works with. */
export interface Management {
  readonly db: Db;
  readonly keys: Keys;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Where people reach the service; absent where nothing listens. */
  readonly reach?: Reach;
}

/** Under which address people reach the service, as far as its own process knows it. */
export interface Reach {
  /** What the configuration says, an origin; undefined where it says nothing. */
  readonly configured: string | undefined;
  /** The listener's own origin; undefined until it is known. */
  readonly own: () => string | undefined;
}

export type RefusalCode = keyof typeof texts.refusals;

/** What an act came to: what it gives back, or why nothing was changed, with a text that says what to do. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: { readonly code: RefusalCode; readonly text: string } };

export function done<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refused<T>(code: RefusalCode): Result<T> {
  return { ok: false, refusal: { code, text: texts.refusals[code] } };
}
