/**
 * Every reason for which a fob refuses. The number goes over the wire; texts, exit codes, HTTP problems and
 * documentation derive from the registry below. Numbers are never reused.
 */
export const REFUSED_MALFORMED = 1;
export const REFUSED_UNKNOWN_COMMAND = 2;
export const REFUSED_NO_SESSION = 3;
export const REFUSED_NOT_PAIRED = 4;
export const REFUSED_ALREADY_OWNED = 5;
export const REFUSED_WRONG_PROOF = 6;
export const REFUSED_NO_CODE_SHOWN = 7;
export const REFUSED_PRESS_NEEDED = 8;
export const REFUSED_PRESS_DENIED = 9;
export const REFUSED_PRESS_TIMEOUT = 10;
export const REFUSED_BUSY = 11;
export const REFUSED_FULL = 12;
export const REFUSED_NO_SUCH_ACCOUNT = 13;
export const REFUSED_ACCOUNT_EXISTS = 14;
export const REFUSED_TOO_LONG = 15;
export const REFUSED_UNSUPPORTED = 16;
export const REFUSED_OUT_OF_RANGE = 17;
export const REFUSED_CLOCK_UNSET = 18;
export const REFUSED_CLOCK_FAILED = 19;
export const REFUSED_STORAGE_FAILED = 20;
export const REFUSED_DAMAGED = 21;
export const REFUSED_NEEDS_ENTROPY = 22;
export const REFUSED_KEYS_LOST = 23;
export const REFUSED_INTERNAL = 24;
export const REFUSED_LOCKED = 25;
export const REFUSED_PRESS_REPORTED = 26;
export const REFUSED_WRONG_RECOVERY = 27;
export const REFUSED_WENT_BACK = 28;
export const REFUSED_COUNTER_ENDED = 29;

/** How the owner may repeat the same request. */
export type Retry =
  /** Never: repeating it changes nothing. */
  | 'never'
  /** At once: the fob waits for its person. */
  | 'poll'
  /** After opening a new session. */
  | 'reopen'
  /** Later, after the condition that the meaning names. */
  | 'later';

export interface RefusalEntry {
  readonly code: number;
  readonly meaning: string;
  /** The next step for the person, an imperative sentence. */
  readonly next: string;
  readonly retry: Retry;
}

function entry(code: number, retry: Retry, meaning: string, next: string): RefusalEntry {
  return { code, meaning, next, retry };
}

export const REFUSALS = {
  malformed: /* @__PURE__ */ entry(
    REFUSED_MALFORMED,
    'never',
    'The fob could not read the request.',
    'Update passfob and the fob to matching versions.',
  ),
  'unknown-command': /* @__PURE__ */ entry(
    REFUSED_UNKNOWN_COMMAND,
    'never',
    'The fob does not know this command.',
    'Update the firmware of the fob.',
  ),
  'no-session': /* @__PURE__ */ entry(
    REFUSED_NO_SESSION,
    'reopen',
    'The fob has no open session with this owner.',
    'Run the command again.',
  ),
  'not-paired': /* @__PURE__ */ entry(
    REFUSED_NOT_PAIRED,
    'never',
    'The fob has no owner yet.',
    'Run: passfob pair',
  ),
  'already-owned': /* @__PURE__ */ entry(
    REFUSED_ALREADY_OWNED,
    'never',
    'The fob already has an owner.',
    'Ask its owner to erase it or to hand it over, then pair it again.',
  ),
  'wrong-proof': /* @__PURE__ */ entry(
    REFUSED_WRONG_PROOF,
    'never',
    'The fob did not accept the key or code.',
    'Use the inventory that paired this fob, or pair again with the new code on its screen.',
  ),
  'no-code-shown': /* @__PURE__ */ entry(
    REFUSED_NO_CODE_SHOWN,
    'later',
    'The fob shows no pairing code now.',
    'Run: passfob pair, and type the code while it is on the screen.',
  ),
  'press-needed': /* @__PURE__ */ entry(
    REFUSED_PRESS_NEEDED,
    'poll',
    'The fob asks its holder to approve.',
    'Hold the button of the fob for a second to approve. Press the button to decline.',
  ),
  'press-denied': /* @__PURE__ */ entry(
    REFUSED_PRESS_DENIED,
    'later',
    'The person at the fob declined.',
    'Run the command again, and hold the button of the fob for a second to approve.',
  ),
  'press-timeout': /* @__PURE__ */ entry(
    REFUSED_PRESS_TIMEOUT,
    'later',
    'Nobody held the button of the fob in time.',
    'Run the command again. When the fob asks, hold its button for a second, and once more if it still asks.',
  ),
  busy: /* @__PURE__ */ entry(
    REFUSED_BUSY,
    'later',
    'The fob is busy with another request.',
    'Finish the request on its screen, or wait until it ends. Then run the command again.',
  ),
  full: /* @__PURE__ */ entry(
    REFUSED_FULL,
    'never',
    'The fob holds as many accounts as it can.',
    'Remove an account first.',
  ),
  'no-such-account': /* @__PURE__ */ entry(
    REFUSED_NO_SUCH_ACCOUNT,
    'never',
    'The fob has no such account.',
    'Run: passfob list',
  ),
  'account-exists': /* @__PURE__ */ entry(
    REFUSED_ACCOUNT_EXISTS,
    'never',
    'The fob holds a different account under this id.',
    'Enrol again; a new id is chosen.',
  ),
  'too-long': /* @__PURE__ */ entry(
    REFUSED_TOO_LONG,
    'never',
    'The account does not fit into a record of this fob.',
    'Shorten the issuer or the label.',
  ),
  unsupported: /* @__PURE__ */ entry(
    REFUSED_UNSUPPORTED,
    'never',
    'The board of this fob cannot compute this algorithm.',
    'Use SHA-1 or SHA-256, or a board that has the algorithm.',
  ),
  'out-of-range': /* @__PURE__ */ entry(
    REFUSED_OUT_OF_RANGE,
    'never',
    'A value of the request is out of range for the fob.',
    'Use 6 to 8 digits, a period of 10 to 300 seconds and a secret of 10 to 128 bytes.',
  ),
  'clock-unset': /* @__PURE__ */ entry(
    REFUSED_CLOCK_UNSET,
    'later',
    'The clock of the fob is not set.',
    'Run: passfob clock --set',
  ),
  'clock-failed': /* @__PURE__ */ entry(
    REFUSED_CLOCK_FAILED,
    'later',
    'The clock of the fob did not take the time.',
    'Check the clock module of the board and its wiring, then run the command again.',
  ),
  'storage-failed': /* @__PURE__ */ entry(
    REFUSED_STORAGE_FAILED,
    'later',
    'The memory of the fob does not answer, or did not take what was written.',
    'Check the wires of the EEPROM and its write-protect pin, then run the command again. When its flash is full, after 42 pairings or more, update its firmware.',
  ),
  damaged: /* @__PURE__ */ entry(
    REFUSED_DAMAGED,
    'never',
    'This record in the memory of the fob is damaged.',
    'Remove the account and enrol it again.',
  ),
  'needs-entropy': /* @__PURE__ */ entry(
    REFUSED_NEEDS_ENTROPY,
    'later',
    'The fob has not gathered enough randomness for a pairing code.',
    'Press its button again and again until the screen asks for nothing more, then run: passfob pair',
  ),
  'keys-lost': /* @__PURE__ */ entry(
    REFUSED_KEYS_LOST,
    'never',
    'The fob lost the keys that open its vault.',
    'Let its owner restore them by flashing, or hold its button for 10 seconds to erase it.',
  ),
  internal: /* @__PURE__ */ entry(
    REFUSED_INTERNAL,
    'later',
    'The fob had an internal error.',
    'Turn the power off and on, then run the command again. Report the error if it happens again.',
  ),
  locked: /* @__PURE__ */ entry(
    REFUSED_LOCKED,
    'later',
    'The fob is locked by its PIN.',
    'Enter the PIN on the fob, then run the command again. If it is forgotten, run: passfob pin reset',
  ),
  'press-reported': /* @__PURE__ */ entry(
    REFUSED_PRESS_REPORTED,
    'never',
    'The person at the fob reported the request as not their own.',
    'Find out who made the request before you make another.',
  ),
  'wrong-recovery': /* @__PURE__ */ entry(
    REFUSED_WRONG_RECOVERY,
    'never',
    'This recovery key does not open the vault of the fob.',
    'Use the inventory that last ran passfob pin escrow or passfob pin reset. Without it the fob can only be erased and enrolled again.',
  ),
  'went-back': /* @__PURE__ */ entry(
    REFUSED_WENT_BACK,
    'later',
    'The memory of the fob went back in time, or the fob cannot tell: passcodes may repeat.',
    'Read what its screen says and hold its button, then run the command again.',
  ),
  'counter-ended': /* @__PURE__ */ entry(
    REFUSED_COUNTER_ENDED,
    'never',
    'The counter of the account has reached its end: all its passcodes are used.',
    'Remove the account and enrol it with a new secret.',
  ),
} as const;

export type RefusalName = keyof typeof REFUSALS;
