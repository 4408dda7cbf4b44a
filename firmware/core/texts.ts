/**
 * Every English word on the fob's screen. Lines break at spaces, after at most 21 small characters or 10 large ones:
 * a command to type stays on one line. A message of at most 20 characters, and a question, is large.
 */
export const TITLE = 'Passfob';
export const BLANK = 'It has no owner yet. On a computer run: passfob pair';
export const MIXING = 'Gathering chance. Press the button again and again.';
export const PAIRING = 'Pairing code';
export const NO_ACCOUNTS = 'No accounts yet. Run: passfob enroll';
export const KEYS_LOST = 'Keys lost. Its owner can restore them. Hold 10 s to erase.';
export const DAMAGED = 'Memory damaged or not connected. Hold 10 s to erase.';
export const NO_TIME = 'Clock not set. Run: passfob clock --set';
export const BAD_RECORD = 'This account is damaged. Remove and enrol it again.';
export const NOT_STORED = 'Memory did not answer. No passcode was made.';
export const PAIRED = 'Paired.';
export const WRONG_CODE = 'Wrong pairing code. Ask for a new one.';
export const APPROVED = 'Approved.';
export const DENIED = 'Declined.';
export const TOO_LATE = 'Too late. Nothing was sent.';
export const ERASED = 'Erased.';
export const NOT_ERASED = 'Memory did not answer. Not erased.';
export const STORED = 'Account added.';
export const ASK_CODE = 'Send passcode?';
export const ASK_ERASE = 'Erase this fob?';
export const ASK_CLOCK = 'Change the clock?';
export const HINT_ASK = 'Hold: yes  Press: no';
export const HINT_ONE = 'Press: passcode';
export const HINT_MANY = 'Hold: passcode';
export const HINT_BACK = 'Press: back';
export const DAMAGED_ACCOUNT = '(damaged)';
export const ELLIPSIS = '..';
export const WRONG_PIN = 'Wrong PIN.';
export const WIPED = 'Too many wrong PINs. Everything was erased.';
export const PIN_SHORT = 'Too short.';
export const PIN_TRIVIAL = 'Too easy to guess.';
export const ASK_RESET = 'Reset PIN?';
export const ASK_MAINTAIN = 'Maintenance?';
