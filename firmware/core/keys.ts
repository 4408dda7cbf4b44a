/**
 * What each key does in each view, and what happens when the time of a view is over. A press is a main key that goes up
 * before it is a hold; next, previous and back act as they go down.
 */

/** The columns of the table. */
export const ON_PRESS = 0;
/** A press, on a board that has the main key only. */
export const ON_ONLY_PRESS = 1;
export const ON_HOLD = 2;
/** Next or previous. */
export const ON_TURN = 3;
export const ON_BACK = 4;
export const ON_TIMEOUT = 5;
/** How many columns there are. */
export const EVENTS = 6;

// The letters of the table. `-` is nothing, and `i` the list's next or previous entry.

/** Goes to the list, or to what stands in its place. */
export const LEAVE = 'l';
/** The same; on a fob whose keys are lost, opens the console. */
export const LOOK_AGAIN = 'a';
/** Turns the display off; or, where a request waits, tells that its time is over. */
export const SLEEP = 's';
/** Opens the settings, or the account under the cursor. */
export const OPEN = 'o';
/** Types the passcode, or shows the next one. */
export const USE_CODE = 'c';
/** The next or previous setting. */
export const TURN_SETTING = 'n';
/** Changes the setting, or goes where it leads. */
export const CHOOSE_SETTING = 'v';
/** Puts the notice away for good. */
export const PUT_AWAY = 'p';
export const TURN_WHEEL = 'w';
export const TAKE_SYMBOL = 't';
export const UNDO_SYMBOL = 'u';
export const APPROVE = 'y';
/** A no, first followed by "Report it?" where the request may be reported. */
export const DENY = 'd';
export const REPORT = 'r';
/** Checks or sets the PIN that was entered. */
export const CHECK_PIN = 'k';

/**
 * The table: a row for each `VIEW_` number, a letter for each `ON_` number. Three things stand above it:
 *
 * * With the display off, any key wakes it as it goes down.
 * * A hold that erases does nothing else (`ViewModel.erases`).
 * * In the list, `Person` turns and opens accounts without the table: someone waits for a passcode.
 */
export const ACTIONS =
  // press, only press, hold, turn, back, timeout
  '------' + // off
  'la-all' + // message
  'lacall' + // code
  'la-all' + // pairing
  'oaoals' + // home
  'oioils' + // list
  'vnvnls' + // settings
  '--p-ls' + // notice
  'twtwus' + // entry
  'ddy-ds' + // ask
  'ddr-dd' + // report
  '-----k' + // busy
  '------'; // stay
