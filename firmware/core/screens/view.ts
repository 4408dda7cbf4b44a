/** What the person sees, without how it looks. */
export const VIEW_OFF = 0;
export const VIEW_MESSAGE = 1;
export const VIEW_LIST = 2;
export const VIEW_CODE = 3;
export const VIEW_PAIRING = 4;
export const VIEW_SETTINGS = 5;
/** A message that is put away by a hold. */
export const VIEW_NOTICE = 6;
/** A request and what belongs to it; a screen below this one drops the request. */
export const VIEW_ASK = 7;
export const VIEW_REPORT = 8;
export const VIEW_ENTRY = 9;
/** Keys do nothing from here on: a PIN is being checked, or only the power ends it. */
export const VIEW_BUSY = 10;
export const VIEW_STAY = 11;

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
  /** In the list: place from 1, of how many; 0 of 0 in others. */
  place: number;
  count: number;
}
