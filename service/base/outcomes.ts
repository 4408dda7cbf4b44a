import type { Factor } from './lock.ts';

/**
 * The outcome of a validation. Operators see it; a caller sees only accepted or refused.
 *
 * - `superseded`: right for a step at or before the last accepted one; that step was not used for a log-in itself
 * - `replay`: a passcode that was already used for a log-in
 * - `no_usable_token`: the user has no token that is assigned or active
 * - `disabled`: an operator has disabled the account
 * - `wrong_password`, `wrong_pin`: the other factor was wrong or missing; the passcode was not checked
 * - `pin_change`: the PIN was reset, and the user must choose a new one before it counts
 * - `new_pin`: the same, with a right passcode, which is used up: the user may choose the PIN, but is not logged in
 * - `found`: right after a passcode that was refused for being too far off. The fob's clock is known again, both
 *   passcodes are
 *   used up, and the user is not logged in. An HOTP passcode is accepted instead.
 * - `no_challenge`: an answer to a question that is unknown, over, or of another session or application
 * - `push_denied`, `push_reported`: the person at the fob declined, or reported that the request is not their own
 * - `push_expired`: no decision in time; `push_failed`: the fob could not answer, or answered wrongly
 * - `push_incomplete`: no request was sent, because a password or PIN is missing; this counts as no guess
 * - `push_quiet`: no request was sent: during the cool-down after a refusal, after too many requests without
 *   approval, or
 *   while a request from a trusted source or a check of a caller is open
 * - `no_push`: a request to approve that is unknown, over, or of another session or application
 * - `unreadable`: a seed could not be decrypted, so the database or its key file is damaged
 */
export type Outcome =
  | 'accepted'
  | 'wrong'
  | 'superseded'
  | 'replay'
  | 'locked'
  | 'disabled'
  | 'unknown_user'
  | 'no_usable_token'
  | 'wrong_password'
  | 'wrong_pin'
  | 'pin_change'
  | 'new_pin'
  | 'found'
  | 'no_challenge'
  | 'push_denied'
  | 'push_reported'
  | 'push_expired'
  | 'push_failed'
  | 'push_incomplete'
  | 'push_quiet'
  | 'no_push'
  | 'unreadable'
  | 'malformed';

/** The factor that was accepted in place of a passcode: `push` is an approval on the fob. */
export type AcceptedBy = 'push';

/**
 * The factor that a failed outcome counts against for lockout: the user guessed a secret and missed. A replay does
 * not count: it is never accepted and guesses nothing. If it counted, lockout would hide the repeats from the alert.
 */
export const failedFactor: Readonly<Record<Outcome, Factor | null>> = {
  accepted: null,
  wrong: 'passcode',
  superseded: 'passcode',
  replay: null,
  locked: null,
  disabled: null,
  unknown_user: null,
  no_usable_token: null,
  wrong_password: 'password',
  wrong_pin: 'pin',
  pin_change: null,
  new_pin: null,
  found: null,
  no_challenge: null,
  push_denied: null,
  push_reported: null,
  push_expired: null,
  push_failed: null,
  push_incomplete: null,
  push_quiet: null,
  no_push: null,
  unreadable: null,
  malformed: null,
};
