import type { Factor } from './lock.ts';

/**
 * What became of a validation. Operators see it; outside there are only two answers, accepted or not.
 *
 * - `superseded`: right for a step at or before the high-water mark that let nobody in itself
 * - `replay`: a passcode that had already let somebody in
 * - `no_usable_token`: the user has none that is assigned or active
 * - `disabled`: an operator has disabled the account
 * - `wrong_password`, `wrong_pin`: the other factor was wrong or missing; the passcode was not looked at
 * - `pin_change`: the PIN was reset and must be chosen anew before it counts
 * - `new_pin`: the same, with a passcode that was right and is used up: the PIN may be chosen, and nobody is let in
 * - `found`: right after a passcode that was refused for being too far off: the fob's clock is known again, both are used up,
 *   and nobody is let in; by event such a passcode is accepted
 * - `no_challenge`: an answer to a question that is unknown, over, or another session's or application's
 * - `push_denied`, `push_reported`: the person at the fob declined, or said that the request is not their own
 * - `push_expired`: nobody decided in time; `push_failed`: the fob could not answer, or answered wrongly
 * - `push_incomplete`: nobody was asked, for want of a password or PIN; what was not sent tried nothing
 * - `push_quiet`: nobody was asked, so soon after a refusal, after so many requests that nobody approved, or while one
 *   from where the user logs in usually, or a check of a caller, is open
 * - `no_push`: a request to approve that is unknown, over, or another session's or application's
 * - `unreadable`: a seed did not unseal, so the database or its key file is damaged
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

/** What let somebody in where it was no passcode: `push` is a press on the fob. */
export type AcceptedBy = 'push';

/**
 * What an outcome missed, where it counts towards the account lock: it tried a secret and missed. A replay does not: it
 * can never be accepted, guesses nothing, and counting it would let the repeats hide behind the lock instead of in the
 * alert.
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
