/** What the person sees, without how it looks. */
export const VIEW_OFF = 0;
export const VIEW_MESSAGE = 1;
export const VIEW_CODE = 2;
export const VIEW_PAIRING = 3;
/** What stands in place of the list on a fob that has none to show. From here to the entry, keys keep the display on. */
export const VIEW_HOME = 4;
export const VIEW_LIST = 5;
export const VIEW_SETTINGS = 6;
/** A message that is put away by a hold. */
export const VIEW_NOTICE = 7;
/** From here on a request that waits stays: what is entered, asked or checked may belong to it. */
export const VIEW_ENTRY = 8;
export const VIEW_ASK = 9;
export const VIEW_REPORT = 10;
/** Keys do nothing from here on: a PIN is being checked, or only the power ends it. */
export const VIEW_BUSY = 11;
export const VIEW_STAY = 12;

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
