/** The content of the screen, without its layout. */
export const VIEW_OFF = 0;
/** Shows one sentence for a few seconds. */
export const VIEW_MESSAGE = 1;
export const VIEW_CODE = 2;
export const VIEW_PAIRING = 3;
/** Replaces home and list while the memory does not answer. */
export const VIEW_SILENT = 4;
/** Replaces the list on a fob that has none to show. */
export const VIEW_HOME = 5;
export const VIEW_LIST = 6;
export const VIEW_SETTINGS = 7;
/** A message that a hold dismisses. */
export const VIEW_NOTICE = 8;
/** A PIN, or the question of an OCRA account. */
export const VIEW_ENTRY = 9;
export const VIEW_ASK = 10;
/** "Report it?", after a no. */
export const VIEW_REPORT = 11;
/** A PIN is being checked. */
export const VIEW_BUSY = 12;
/** Only a reset ends it. */
export const VIEW_STAY = 13;

/**
 * Properties of views. They compare numbers, so the order above counts: views from home to entry, then views that
 * ask, then views that take no keys. The build replaces each call with the comparison.
 */

/** Each key keeps the display on for another period. */
export function keepsDisplayOn(kind: number): boolean {
  return kind >= VIEW_HOME && kind <= VIEW_ENTRY;
}

/** A request that waits for the person may belong to the view. Any other view makes the computer ask again. */
export function keepsRequest(kind: number): boolean {
  return kind >= VIEW_ENTRY;
}

/** Asks for a yes or a no: a hold is longer, and keys do nothing at first. Views that take no keys count as well. */
export function asksPerson(kind: number): boolean {
  return kind >= VIEW_ASK;
}

/** Takes no keys, and gives way to no request. */
export function ignoresKeys(kind: number): boolean {
  return kind >= VIEW_BUSY;
}

export interface View {
  kind: number;
  /** Issuer, or headline. */
  title: string;
  /** Label, sentence, or the text entered so far. */
  detail: string;
  /** Passcode or pairing code without groups, number to compare, or the symbol on the wheel. */
  code: string;
  /** The passcode of the next step, if it is to be shown. */
  next: string;
  /** A short warning, or how to leave the wheel. */
  note: string;
  hint: string;
  /** Seconds that a passcode or pairing code stays current, and the period of a TOTP, 0 without one. */
  secondsLeft: number;
  period: number;
  /** In the list: place from 0, and the number of places. `count` is 0 in other views. */
  place: number;
  count: number;
}
