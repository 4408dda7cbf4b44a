import { Hmac } from '@passfob/protocol/hmac';
import { hotp, timeStep } from '@passfob/protocol/otp';
import { SHA1 } from '@passfob/protocol/primitives';
import { hostPrimitives } from 'passfob/client';
import { DIGITS, LOOK_AHEAD, LOOK_BACK, PERIOD_SECONDS, SKEW_STEPS } from '../limits.ts';

export type PasscodeKind = 'totp' | 'hotp';

/** What the service keeps of an account to check its passcodes. */
export interface PasscodeAccount {
  readonly kind: PasscodeKind;
  readonly secret: Uint8Array;
  /** The highest time step or counter that was accepted; -1 before the first. */
  readonly lastStep: number;
}

/**
 * `replay`: the passcode that was accepted last. `superseded`: a right one from before it. `malformed`: not six digits,
 * so that nothing was compared.
 */
export type CheckOutcome = 'accepted' | 'replay' | 'superseded' | 'wrong' | 'malformed';

/** The result of a check, with the steps that were tried, for people who want to know why. */
export interface PasscodeCheck {
  readonly outcome: CheckOutcome;
  /** The step that the passcode belongs to; undefined if it belongs to none of those tried. */
  readonly step: number | undefined;
  /** The first and the last step that would have been accepted, if they are new. */
  readonly from: number;
  readonly to: number;
}

/**
 * Checks a typed passcode with replay protection: each step is accepted once, and none before it afterwards
 * (RFC 4226 §7.2, RFC 6238 §5.2). The caller stores the step of an accepted one as `lastStep`.
 * @param typed separators between the digits are ignored
 * @param nowMs since 1970
 */
export function checkPasscode(account: PasscodeAccount, typed: string, nowMs: number): PasscodeCheck {
  const { from, to } = acceptedSteps(account, nowMs);
  const digits = typed.normalize('NFKC').replaceAll(/[\s\p{Pd}]/gu, '');
  if (digits.length !== DIGITS || !/^\d+$/.test(digits))
    return { outcome: 'malformed', step: undefined, from, to };
  const key = new Hmac(hostPrimitives, SHA1, account.secret);
  const first = account.kind === 'hotp' ? Math.max(0, from - LOOK_BACK) : from;
  let found: number | undefined;
  // All steps are compared, so that the time of a check does not tell how near a guess was.
  for (let step = first; step <= to; step++) {
    const isRight = sameDigits(hotp(key, step, DIGITS), digits);
    // Of two steps that have the same passcode by accident, the new one counts.
    if (isRight && (found === undefined || found <= account.lastStep)) found = step;
  }
  return { outcome: outcomeOf(account, found), step: found, from, to };
}

function acceptedSteps({ kind, lastStep }: PasscodeAccount, nowMs: number): { from: number; to: number } {
  if (kind === 'hotp') return { from: lastStep + 1, to: lastStep + LOOK_AHEAD };
  const now = timeStep(Math.floor(nowMs / 1000), PERIOD_SECONDS);
  return { from: Math.max(0, now - SKEW_STEPS), to: now + SKEW_STEPS };
}

function outcomeOf({ lastStep }: PasscodeAccount, step: number | undefined): CheckOutcome {
  if (step === undefined) return 'wrong';
  if (step > lastStep) return 'accepted';
  return step === lastStep ? 'replay' : 'superseded';
}

/** Compares texts of the same length in a time that depends only on their length. */
function sameDigits(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
