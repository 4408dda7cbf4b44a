/** What the person sees, without how it looks. */
export const VIEW_OFF = 0;
export const VIEW_MESSAGE = 1;
export const VIEW_LIST = 2;
export const VIEW_CODE = 3;
export const VIEW_PAIRING = 4;
export const VIEW_ASK = 5;

export interface View {
  kind: number;
  /** Issuer, or the headline. */
  title: string;
  /** Label, or the sentence. */
  detail: string;
  /** Passcode or pairing code, without groups. */
  code: string;
  hint: string;
  /** Of a code: seconds it stays current, and of how many. 0 of 0 for one that does not expire. */
  secondsLeft: number;
  period: number;
  /** In the list: place from 1, of how many. */
  place: number;
  count: number;
}
