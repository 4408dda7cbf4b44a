import { timingSafeEqual } from 'node:crypto';
import { createGuardrails, generateSync } from 'otplib';
import type { Algorithm, TokenKind } from '../data/schema.ts';
import { limits } from '../limits.ts';

/** What verification needs to know of a token. */
export interface PasscodeFacts {
  readonly kind: TokenKind;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly periodSeconds: number | null;
  readonly lastStep: number;
  readonly driftSteps: number;
}

const guardrails = createGuardrails({
  MIN_SECRET_BYTES: limits.secretMinBytes,
  MAX_SECRET_BYTES: limits.secretMaxBytes,
});

/**
 * A typed passcode without the separators people copy from the display's groups, full-width digits folded.
 *
 * @returns undefined when what is left is not 6 to 8 decimal digits
 */
export function normalisePasscode(typed: string): string | undefined {
  if (typed.length > limits.passcodeFieldMax) return undefined;
  const digits = typed.normalize('NFKC').replace(/[\s\p{Pd}\u2212]/gu, '');
  const wellFormed =
    digits.length >= limits.digitsMin && digits.length <= limits.digitsMax && /^[0-9]+$/.test(digits);
  return wellFormed ? digits : undefined;
}

/** The time step of a moment (RFC 6238 §4.2, T0 = 0). */
export function timeStep(nowMs: number, periodSeconds: number): number {
  return Math.floor(nowMs / 1000 / periodSeconds);
}

/**
 * The steps whose passcodes are looked at, in the order in which they would be accepted.
 *
 * HOTP: the expected counter and what a person may have skipped (RFC 4226 §7.4). TOTP: around the step at which the
 * fob's clock was last found, and around the true one, because a fob whose clock has been set again jumps back to it.
 */
export function candidateSteps(token: PasscodeFacts, nowMs: number): number[] {
  if (token.kind === 'hotp')
    return Array.from({ length: limits.hotpWindowSteps }, (_, ahead) => token.lastStep + 1 + ahead);
  const now = timeStep(nowMs, token.periodSeconds ?? limits.periodDefaultSeconds);
  const steps = new Set<number>();
  for (const centre of [now + token.driftSteps, now])
    for (let skew = -limits.totpSkewSteps; skew <= limits.totpSkewSteps; skew++)
      if (centre + skew >= 0) steps.add(centre + skew);
  return [...steps].sort((a, b) => a - b);
}

/** The drift to record when a step was accepted, in steps, bounded. */
export function driftAfter(token: PasscodeFacts, step: number, nowMs: number): number {
  if (token.periodSeconds === null) return 0;
  const drift = step - timeStep(nowMs, token.periodSeconds);
  return Math.max(-limits.driftMaxSteps, Math.min(limits.driftMaxSteps, drift));
}

/**
 * The candidate steps whose passcode is the one given, by otplib: an implementation other than the fob's, so that the
 * two check each other. The number of HMACs is always the same, and no comparison stops early.
 *
 * @param secret the shared secret, 16 to 128 bytes
 * @param passcode decimal digits, of any number
 */
export function matchingSteps(
  token: PasscodeFacts,
  secret: Uint8Array,
  passcode: string,
  nowMs: number,
): number[] {
  const steps = candidateSteps(token, nowMs);
  const matches: number[] = [];
  for (let turn = 0; turn < limits.evaluationsPerToken; turn++) {
    const step = steps[turn];
    const expected = generateSync({
      strategy: 'hotp',
      secret,
      algorithm: token.algorithm,
      digits: token.digits as 6 | 7 | 8,
      counter: step ?? turn,
      guardrails,
    });
    const equal = sameText(expected, passcode);
    if (equal && step !== undefined) matches.push(step);
  }
  return matches;
}

/** Compares in time that depends on the length of `expected` only. */
function sameText(expected: string, given: string): boolean {
  const padded = Buffer.from(given.padEnd(expected.length).slice(0, expected.length), 'latin1');
  const equal = timingSafeEqual(Buffer.from(expected, 'latin1'), padded);
  return equal && given.length === expected.length;
}
