import { bitsOf, numbersOf, textOf } from './base/rows.ts';

/** What a person may be asked to enter, and why, one row each. The build evaluates this file. */

interface Row {
  readonly title: string;
  /** The fob's PIN: after a wrong one the person waits. */
  readonly isChecked?: 1;
  /** Belongs to an account, and answers a question or a request. */
  readonly isAnswer?: 1;
}

const ROWS = {
  /** Unlocks the fob. */
  pin: { title: 'PIN', isChecked: 1 },
  new: { title: 'New PIN' },
  repeat: { title: 'The same again' },
  question: { title: 'Question', isAnswer: 1 },
  accountPin: { title: 'Account PIN', isAnswer: 1 },
  // The PIN again: before it is changed, the settings open, a passcode is made, or a request is approved.
  toChange: { title: 'PIN', isChecked: 1 },
  toSet: { title: 'PIN', isChecked: 1 },
  toShow: { title: 'PIN', isChecked: 1 },
  toApprove: { title: 'PIN', isChecked: 1 },
} as const satisfies Record<string, Row>;

/** The number of each purpose of an entry, by its name. */
export const ENTER = numbersOf(ROWS);
export const ENTRY_TITLES: string = textOf<Row>(ROWS, 'title', ',');
export const ARE_CHECKED: number = bitsOf<Row>(ROWS, 'isChecked');
export const ARE_ANSWERS: number = bitsOf<Row>(ROWS, 'isAnswer');
