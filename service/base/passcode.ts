import { createHmac } from 'node:crypto';
import { codeInAlphabet, foldCase, isIn } from './alphabets.ts';
import type { AlgorithmName, Alphabet, TokenKind } from './kinds.ts';
import { tokenLimits } from './limits/tokens.ts';
import { validationLimits } from './limits/validation.ts';

/** The facts of a token that verification needs. */
export interface PasscodeFacts {
  readonly kind: TokenKind;
  readonly algorithm: AlgorithmName;
  readonly alphabet: Alphabet;
  readonly digits: number;
  readonly periodSeconds: number | null;
  readonly lastStep: number;
  readonly driftSteps: number;
  /** HOTP: how many counters from the next one on are accepted. */
  readonly lookAhead: number;
  /** The step and the time of the last passcode that was refused for being too far off (`out-of-step.ts`). */
  readonly ahead?: { readonly step: number; readonly atMs: number } | undefined;
}

/** The form of a token's passcodes. */
export type PasscodeForm = Pick<PasscodeFacts, 'algorithm' | 'alphabet' | 'digits'>;

/** Separators that users copy with the groups of the display. */
export const separators = /[\s\p{Pd}\u2212]/gu;

/**
 * Returns a typed passcode without the separators that users copy from the display's groups, full-width characters
 * folded. Case and punctuation stay: whether they matter depends on the token's alphabet.
 *
 * @returns undefined if the rest is not a passcode of any token
 */
export function normalisePasscode(typed: string): string | undefined {
  if (typed.length > validationLimits.passcodeFieldMax) return undefined;
  const characters = typed.normalize('NFKC').replace(separators, '');
  const wellFormed =
    characters.length >= tokenLimits.passcodeMin &&
    characters.length <= tokenLimits.passcodeMax &&
    /^[0-9A-Za-z+/]+$/.test(characters);
  return wellFormed ? characters : undefined;
}

/**
 * Returns a normalised passcode as a token would show it, in its alphabet's case.
 *
 * @returns undefined if the token shows no passcode of this length or in these characters
 */
export function asShown(token: PasscodeFacts, passcode: string): string | undefined {
  const folded = foldCase(token.alphabet, passcode);
  return folded.length === token.digits && isIn(token.alphabet, folded) ? folded : undefined;
}

/** Returns the time step of a moment (RFC 6238 §4.2, T0 = 0). */
export function timeStep(nowMs: number, periodSeconds: number): number {
  return Math.floor(nowMs / 1000 / periodSeconds);
}

/**
 * Returns the steps whose passcodes are checked, in the order in which they would be accepted.
 *
 * HOTP: the expected counter and those that a person may have skipped (RFC 4226 §7.4). TOTP: steps around the last
 * known time of the fob's clock, and around the true time, because a fob whose clock has been set again jumps back to
 * it. Both: the step that resynchronises the fob.
 */
export function candidateSteps(token: PasscodeFacts, nowMs: number): number[] {
  const usual = usualSteps(token, nowMs);
  const found = foundStep(token, nowMs);
  return found === undefined || usual.includes(found) ? usual : [...usual, found];
}

/**
 * Returns the step right after a passcode that was recently refused for being too far off: two right ones in a row
 * cannot be guessed.
 */
function foundStep({ lastStep, ahead }: PasscodeFacts, nowMs: number): number | undefined {
  if (ahead === undefined || ahead.step <= lastStep) return undefined;
  const sinceMs = nowMs - ahead.atMs;
  return sinceMs >= 0 && sinceMs < tokenLimits.offKeptMs ? ahead.step + 1 : undefined;
}

/** Whether a passcode is accepted at a step only because of the refused passcode before it. */
export function isFoundStep(token: PasscodeFacts, step: number, nowMs: number): boolean {
  return !usualSteps(token, nowMs).includes(step);
}

function usualSteps(token: PasscodeFacts, nowMs: number): number[] {
  if (token.kind === 'hotp') {
    const counters: number[] = [];
    for (let ahead = 1; ahead <= token.lookAhead; ahead++)
      if (Number.isSafeInteger(token.lastStep + ahead)) counters.push(token.lastStep + ahead);
    return counters;
  }
  const now = timeStep(nowMs, token.periodSeconds ?? tokenLimits.periodDefaultSeconds);
  const steps = new Set<number>();
  for (const centre of [now + token.driftSteps, now])
    for (let skew = -tokenLimits.totpSkewSteps; skew <= tokenLimits.totpSkewSteps; skew++)
      if (centre + skew >= 0) steps.add(centre + skew);
  return [...steps].sort((a, b) => a - b);
}

/** Returns the time step that a TOTP token shows at a moment, as far as its clock is known. */
export function stepShown({ periodSeconds, driftSteps }: PasscodeFacts, nowMs: number): number {
  return timeStep(nowMs, periodSeconds ?? tokenLimits.periodDefaultSeconds) + driftSteps;
}

/**
 * Returns the drift to store after a step was accepted, in steps and bounded; unbounded if two passcodes in a row
 * have shown it.
 */
export function driftAfter(token: PasscodeFacts, step: number, nowMs: number): number {
  if (token.periodSeconds === null) return 0;
  const drift = step - timeStep(nowMs, token.periodSeconds);
  if (isFoundStep(token, step, nowMs)) return drift;
  // A resynchronisation may have stored a larger drift, which must stay valid.
  const most = Math.max(tokenLimits.driftMaxSteps, Math.abs(token.driftSteps));
  return Math.max(-most, Math.min(most, drift));
}

/** The parameter mod of RFC 4226 §5.3 by the number of digits. */
const POWERS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
const TWO_TO_32 = 2 ** 32;

/**
 * Computes the passcode of a token at a step with the HMAC of OpenSSL: the fob uses another implementation, so that
 * the two check each other, and otplib checks both (`second-opinion.ts`). Alphabets other than decimal follow
 * `docs/protocol.md`.
 *
 * @param secret the shared secret, 16 to 128 bytes
 * @throws RangeError for a step that is no whole number from 0 to 2^53 - 1
 */
export function passcodeAt(token: PasscodeForm, secret: Uint8Array, step: number): string {
  const { algorithm, digits } = token;
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError('no passcode has this step');
  if (token.alphabet !== 'decimal')
    return codeInAlphabet({ algorithm, alphabet: token.alphabet, digits, secret, step });
  const power = POWERS[digits];
  if (power === undefined) throw new RangeError('no passcode has this many digits');
  const moving = Buffer.allocUnsafe(8);
  moving.writeUInt32BE(Math.floor(step / TWO_TO_32), 0);
  moving.writeUInt32BE(step % TWO_TO_32, 4);
  const mac = createHmac(algorithm, secret).update(moving).digest();
  // Dynamic truncation, RFC 4226 §5.3: the last four bits say where the 31 bits of the passcode begin.
  const bits = mac.readUInt32BE((mac[mac.length - 1] ?? 0) & 0xf) & 0x7fffffff;
  return String(bits % power).padStart(digits, '0');
}

/** A passcode to find among those of a token. */
export interface PasscodeToMatch {
  /** As the token shows passcodes (`asShown`); any other text matches nothing. */
  readonly passcode: string;
  readonly nowMs: number;
  /**
   * Whether a match at a new step is enough to accept, so that the search may stop there. An acceptance may be faster
   * than a refusal.
   */
  readonly isEnough: boolean;
}

/**
 * Returns the candidate steps whose passcode equals the given one: all of them, or up to the first new one. No
 * comparison stops early.
 *
 * @param secret the shared secret, 16 to 128 bytes
 */
export function matchingSteps(
  token: PasscodeFacts,
  secret: Uint8Array,
  { passcode, nowMs, isEnough }: PasscodeToMatch,
): number[] {
  const steps = candidateSteps(token, nowMs);
  const matches: number[] = [];
  for (let turn = 0; turn < Math.max(steps.length, tokenLimits.evaluationsMin); turn++) {
    const step = steps[turn];
    const equal = sameText(passcodeAt(token, secret, step ?? turn), passcode);
    if (!equal || step === undefined) continue;
    matches.push(step);
    if (isEnough && step > token.lastStep) break;
  }
  return matches;
}

/** Compares in a time that depends only on the length of `expected`. */
export function sameText(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length;
  // A character beyond the end of the given text is NaN, which counts as 0 here: the lengths differ then.
  for (let at = 0; at < expected.length; at++) difference |= expected.charCodeAt(at) ^ given.charCodeAt(at);
  return difference === 0;
}
