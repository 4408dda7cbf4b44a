/**
 * The action of each key in each view, and the action when the time of a view is over. A press ends before it becomes
 * a hold; next, previous and back act as they go down.
 */

/** The columns of the table. */
export const ON_PRESS = 0;
/** A press, on a board that has only the main key. */
export const ON_ONLY_PRESS = 1;
export const ON_HOLD = 2;
/** Next or previous. */
export const ON_TURN = 3;
export const ON_BACK = 4;
export const ON_TIMEOUT = 5;
/** Number of columns. */
export const EVENTS = 6;

// The letters of the table. `-` does nothing; `i` goes to the next or previous entry of the list.

/** Goes to the list, or to the view in its place. */
export const LEAVE = 'l';
/** Does the same; on a fob whose keys are lost, opens the console. */
export const LOOK_AGAIN = 'a';
/** Turns the display off; or, if a request waits, says that its time is over. */
export const SLEEP = 's';
/** Opens the settings, or the account under the cursor. */
export const OPEN = 'o';
/** Types the passcode, or shows the next one. */
export const USE_CODE = 'c';
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

/**
 * The table: a row for each `VIEW_` number, a letter for each `ON_` number. Three rules come before it:
 *
 * * With the display off, any key wakes it as it goes down.
 * * A hold that erases does nothing else (`ViewModel.erases`).
 * * In the list, `Person` turns and opens accounts without the table, because the person waits for a passcode.
 */
export const ACTIONS =
  // press, only press, hold, turn, back, timeout
  '------' + // off
  'la-all' + // message
  'lacall' + // code
  'la-all' + // pairing
  'll-lls' + // silent
  'oaoals' + // home
  'oioils' + // list
  'vnvnls' + // settings
  '--p-ls' + // notice
  'twtwus' + // entry
  'ddy-ds' + // ask
  'ddr-dd' + // report
  '-----k' + // busy
  '------'; // stay
