/**
 * Every English word on the fob's screen, but the names of settings and entries, which stand in their rows. Lines break at spaces, after at most 21 small characters or 10 large ones;
 * a command to type stays on one line. A message of at most 20 characters, and a question, is large.
 */
export const TITLE = 'Passfob';
export const BLANK = 'It has no owner yet. Open the link in your mail. If none, run: passfob pair';
export const MIXING = 'Gathering chance. Press the button again and again.';
export const PAIRING = 'Pairing';
export const NO_ACCOUNTS = 'No accounts yet. Its owner can add one.';
export const KEYS_LOST = 'Keys lost. Press to restore. ';
export const DAMAGED = 'Memory damaged. ';
export const SILENT = 'Memory does not answer. Check its wires. Trying again..';
export const HOLD_TO_ERASE = 'Hold 10 s to erase.';
export const NO_TIME = 'Clock not set. Plug the fob in: its owner can set it.';
export const BAD_RECORD = "This account is damaged. The fob's owner can add it again.";
export const COUNTER_ENDED = "All its passcodes are used. The fob's owner can add it again.";
export const NO_MEMORY = 'Memory did not answer. Try again.';
export const PAIRED = 'Paired.';
export const WRONG_CODE = 'Wrong pairing code. Ask for a new one.';
export const APPROVED = 'Approved.';
export const DENIED = 'Declined.';
export const REPORTED = 'Reported.';
export const TOO_LATE = 'Too late.';
export const ERASED = 'Erased.';
export const ERASING = 'Erasing in';
export const STORED = 'Account added.';
export const ASK_CODE = 'Send passcode?';
export const ASK_ERASE = 'Erase this fob?';
export const ASK_CLOCK = 'Change the clock?';
export const ASK_RESET = 'Reset the PIN?';
export const ASK_MAINTAIN = 'Open for an update?';
export const ASK_REPORT_IT = 'Report it?';
export const HINT_ASK = 'Hold: yes  Press: no';
/** In its place while a key is down that went down too soon to count; as long, so that nothing moves. */
export const TOO_SOON = 'Too soon. Hold again.';
export const HINT_BACK = 'Press: back';
export const HINT_GO_ON = 'Hold: go on';
export const HOLD = 'Hold: ';
export const PRESS = 'Press: ';
export const PASSCODE = 'passcode';
export const PIN_FIRST = 'enter PIN';
export const QUESTION = 'enter question';
/** The hint of an account whose questions only a computer asks, and the answer to a hold on it. */
export const FOR_APPROVALS = 'For approvals';
export const APPROVALS_ONLY = 'For approvals: the fob asks you when there is one.';
export const EXPLAIN = 'explain';
export const OPEN = 'open';
export const CHANGE = 'change';
export const GO = 'go back';
export const TAKE = 'take';
export const TURN = 'Press:next  Hold:';
export const OK = 'ok';
export const DELETE = 'del';
export const LEAVE = 'back';
export const HOW_TO_DELETE = 'Undo: hold at "del"';
export const HOW_TO_LEAVE = 'Leave: hold at "back"';
export const DAMAGED_ACCOUNT = '(damaged)';
export const ELLIPSIS = '..';
export const NEXT = 'next ';
export const BATTERY = 'Batt.';

export const CHECKING = 'Checking';
export const WRONG_PIN = 'Wrong PIN.';
export const WAIT = 'Wait';
export const TRIES_LEFT = 'tries left';
export const WIPED = 'Too many wrong PINs. The fob was erased.';
export const LOCKED_OUT = 'Too many wrong PINs. Its owner can reset the PIN.';
export const PIN_TRIVIAL = 'Too easy to guess.';
export const PIN_SHORT = 'Too short.';
export const PIN_MISMATCH = 'Not the same.';
export const PIN_SET = 'PIN set.';
export const WENT_BACK = 'Memory went back in time.';
export const ANTI_ROLLBACK_LOST = 'The clock module lost its power.';
export const MAY_REPEAT = ' Old passcodes may come again. Tell its owner.';
export const MAINTENANCE = 'Maintenance. Take the power off and on to end it.';
export const FAULT = 'Internal error. Press to restart.';

export const TYPING = 'Typing..';
export const NO_COMPUTER = 'No computer';
export const NOT_TYPED = 'Cannot type it';

export const SETTING = 'Settings';
export const NOT_SET = 'not set';
export const STALE = 'clock';
export const OWNERS = 'blank,owned';
export const ON = 'on';
export const OFF = 'off';
