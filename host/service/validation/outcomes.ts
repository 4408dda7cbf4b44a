/**
 * What became of a validation. Operators see it; outside there are only two answers, accepted or not.
 *
 * - `superseded`: right for a step at or before the high-water mark that was never used itself
 * - `replay`: a passcode that had already been accepted
 * - `no_usable_token`: the user has none that is assigned or active
 * - `unreadable`: a seed did not unseal, so the database or its key file is damaged
 */
export type Outcome =
  | 'accepted'
  | 'wrong'
  | 'superseded'
  | 'replay'
  | 'locked'
  | 'unknown_user'
  | 'no_usable_token'
  | 'unreadable'
  | 'malformed';

/**
 * Outcomes that count towards the account lock: those that tried a passcode and missed. A replay does not: it can never
 * be accepted, guesses nothing, and counting it would let the repeats hide behind the lock instead of in the alert.
 */
export const countsAsFailure: Readonly<Record<Outcome, boolean>> = {
  accepted: false,
  wrong: true,
  superseded: true,
  replay: false,
  locked: false,
  unknown_user: false,
  no_usable_token: false,
  unreadable: false,
  malformed: false,
};
