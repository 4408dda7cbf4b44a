/** What the person sees, without how it looks. */
export const VIEW_OFF = 0;
/** One sentence for a few seconds. */
export const VIEW_MESSAGE = 1;
export const VIEW_CODE = 2;
export const VIEW_PAIRING = 3;
/** Stands in place of the list on a fob that has none to show. */
export const VIEW_HOME = 4;
export const VIEW_LIST = 5;
export const VIEW_SETTINGS = 6;
/** A message that is put away by a hold. */
export const VIEW_NOTICE = 7;
/** A PIN, or the question of an OCRA account. */
export const VIEW_ENTRY = 8;
export const VIEW_ASK = 9;
/** "Report it?", after a no. */
export const VIEW_REPORT = 10;
/** A PIN is being checked. */
export const VIEW_BUSY = 11;
/** Only the power ends it. */
export const VIEW_STAY = 12;

/**
 * What is true of a view. These compare numbers, so the order above counts: from home to entry, then what asks, then what
 * takes no keys. The build writes the comparison in place of the call.
 */

/** Each key keeps the display on for another while. */
export function keepsDisplayOn(kind: number): boolean {
  return kind >= VIEW_HOME && kind <= VIEW_ENTRY;
}

/** A request that waits for its person may belong to the view. Any other view makes the computer ask anew. */
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
  /** Issuer, or the headline. */
  title: string;
  /** Label, the sentence, or what has been entered so far. */
  detail: string;
  /** Passcode or pairing code without groups, number to compare, or what the entry would take. */
  code: string;
  /** The passcode of the next step, where it is to be shown. */
  next: string;
  /** A few words of warning. */
  note: string;
  hint: string;
  /** Of a code: seconds it stays current, and of how many. 0 of 0 for one that does not expire. */
  secondsLeft: number;
  period: number;
  /** In the list: place from 0, of how many; 0 in others. */
  place: number;
  count: number;
}
