import { bitsOf, numbersOf, textOf } from '../base/rows.ts';

/**
 * The views of the screen: what a view says, and a row for each that there is. The build evaluates this file: the image
 * has only the numbers and texts that are exported here.
 */

/** What is on the screen. `draw` only reads it; the state of the person is in `Person`. */
export interface View {
  /** One of the `LAYOUT_` letters. */
  layout: string;
  /** Issuer, or headline. */
  title: string;
  /** Label, sentence, or the text entered so far. */
  detail: string;
  /** Drawn large: passcode or pairing code without groups, number to compare, or symbol on the wheel. */
  large: string;
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

/** The layouts of `draw`. */
export const LAYOUT_NONE = '-';
export const LAYOUT_MESSAGE = 'm';
/** A message in the colour of warnings. */
export const LAYOUT_WARNING = 'w';
export const LAYOUT_LIST = 'l';
export const LAYOUT_CODE = 'c';
export const LAYOUT_PAIRING = 'p';
export const LAYOUT_ASK = 'a';
export const LAYOUT_ENTRY = 'e';

/** The columns of `keys`: a press, a press on a board that has only the main key, and so on. */
export const ON_PRESS = 0;
export const ON_ONLY_PRESS = 1;
export const ON_HOLD = 2;
/** Next or previous. */
export const ON_TURN = 3;
export const ON_BACK = 4;
/** The time of the view is over. */
export const ON_TIMEOUT = 5;
/** Number of columns. */
export const EVENTS = 6;

// The letters of `keys`, of which `acts.ts` has the actions. `-` does nothing.

/** Goes to the list, or to the view in its place. */
export const LEAVE = 'l';
/** Does the same; on a fob whose keys are lost, opens the console. */
export const LOOK_AGAIN = 'a';
/** Turns the display off; or, if a request waits, says that its time is over. */
export const SLEEP = 's';
/** Opens the settings, or says that the account under the cursor is damaged. */
export const OPEN = 'o';
/** Types the passcode, or shows the next one. */
export const USE_CODE = 'c';
/** Goes to the next or previous entry of the list. */
export const STEP = 'i';
/** Goes to the next or previous setting. */
export const TURN_SETTING = 'n';
/** Changes the setting, or opens what belongs to it. */
export const CHOOSE_SETTING = 'v';
/** Dismisses the notice for good. */
export const PUT_AWAY = 'p';
export const TURN_WHEEL = 'w';
export const TAKE_SYMBOL = 't';
export const UNDO_SYMBOL = 'u';
export const APPROVE = 'y';
/** Denies the request; first asks "Report it?" if the request may be reported. */
export const DENY = 'd';
export const REPORT = 'r';
/** Checks or sets the PIN that was entered. */
export const CHECK_PIN = 'k';

interface Row {
  /**
   * A letter for each `ON_` number, or nothing in the last rows. A press ends before it becomes a hold; other keys act
   * as they go down.
   */
  readonly keys: string;
  readonly layout: string;
  /** Each key keeps the display on for another period. In the list `input.ts` sees to that. */
  readonly keepsDisplayOn?: 1;
  /** A request that waits for the person may belong to it. Any other view makes the computer ask again. */
  readonly keepsRequest?: 1;
  /** What was entered is still needed. */
  readonly keepsEntry?: 1;
  /** Asks for a yes or a no: a hold is longer, and keys do nothing at first. */
  readonly asks?: 1;
  /** Gives way to no request. */
  readonly isBusy?: 1;
  /** Counts the seconds to its end. */
  readonly countsDown?: 1;
  /** Looks each second whether it is still the right one. */
  readonly looksAgain?: 1;
}

/**
 * Two rules come before the keys: with the display off, any key wakes it as it goes down; and a hold that erases does
 * nothing else (`Person.erases`). A press or hold that opens an account of the list does not look here, because the
 * person waits for a passcode.
 */
const ROWS = {
  //         press, only press, hold, turn, back, timeout
  /** One sentence for a few seconds. */
  message: { keys: 'la-all', layout: LAYOUT_MESSAGE },
  code: { keys: 'lacall', layout: LAYOUT_CODE },
  pairing: { keys: 'la-all', layout: LAYOUT_PAIRING, countsDown: 1 },
  /** In the place of home and list while the memory does not answer. */
  silent: { keys: 'll-lls', layout: LAYOUT_MESSAGE, countsDown: 1, looksAgain: 1 },
  /** In the place of the list on a fob that has none to show. */
  home: { keys: 'oaoals', layout: LAYOUT_MESSAGE, keepsDisplayOn: 1, looksAgain: 1 },
  list: { keys: 'oioils', layout: LAYOUT_LIST },
  settings: { keys: 'vnvnls', layout: LAYOUT_LIST, keepsDisplayOn: 1 },
  /** A message that a hold dismisses. */
  notice: { keys: '--p-ls', layout: LAYOUT_WARNING, keepsDisplayOn: 1 },
  /** A PIN, or the question of an OCRA account. */
  entry: { keys: 'twtwus', layout: LAYOUT_ENTRY, keepsDisplayOn: 1, keepsRequest: 1, keepsEntry: 1 },
  ask: { keys: 'ddy-ds', layout: LAYOUT_ASK, keepsRequest: 1, asks: 1 },
  /** "Report it?", after a no. */
  report: { keys: 'ddr-dd', layout: LAYOUT_ASK, keepsRequest: 1, asks: 1 },
  /** A PIN is being checked. */
  busy: { keys: '-----k', layout: LAYOUT_MESSAGE, keepsRequest: 1, keepsEntry: 1, isBusy: 1 },
  /** Only a reset ends it. */
  stay: { keys: '', layout: LAYOUT_WARNING, keepsRequest: 1, isBusy: 1 },
  off: { keys: '', layout: LAYOUT_NONE },
} as const satisfies Record<string, Row>;

/** The number of each view, by its name. */
export const VIEW = numbersOf(ROWS);
/** The keys of all views, and a layout for each. */
export const KEYS: string = textOf<Row>(ROWS, 'keys', '');
export const LAYOUTS: string = textOf<Row>(ROWS, 'layout', '');
/** That of a passcode, which is shown without a search. */
export const CODE_LAYOUT: string = ROWS.code.layout;

/** Properties: the bit of a view's number is set where it has the property. */
export const KEEPS_DISPLAY_ON: number = bitsOf<Row>(ROWS, 'keepsDisplayOn');
export const KEEPS_REQUEST: number = bitsOf<Row>(ROWS, 'keepsRequest');
export const KEEPS_ENTRY: number = bitsOf<Row>(ROWS, 'keepsEntry');
export const ASKS: number = bitsOf<Row>(ROWS, 'asks');
export const IS_BUSY: number = bitsOf<Row>(ROWS, 'isBusy');
export const COUNTS_DOWN: number = bitsOf<Row>(ROWS, 'countsDown');
export const LOOKS_AGAIN: number = bitsOf<Row>(ROWS, 'looksAgain');
