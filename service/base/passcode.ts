import { createHmac, randomBytes as randomBytesOf, timingSafeEqual } from 'node:crypto';
import { createGuardrails, generateSync } from 'otplib';
import { charactersOf, codeInAlphabet, foldCase } from './alphabets.ts';
import type { AlgorithmName, Alphabet, TokenKind } from './kinds.ts';
import { tokenLimits } from './limits/tokens.ts';
import { validationLimits } from './limits/validation.ts';

/** What verification needs to know of a token. */
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
  /** Where the last passcode was that was refused for being too far off, and when that was (`out-of-step.ts`). */
  readonly ahead?: { readonly step: number; readonly atMs: number } | undefined;
}

const guardrails = createGuardrails({
  MIN_SECRET_BYTES: tokenLimits.secretMinBytes,
  MAX_SECRET_BYTES: tokenLimits.secretMaxBytes,
});

/** otplib with the HMAC of Node's OpenSSL: the same values as its own in a third of the time. */
const crypto = {
  name: 'node',
  hmac: (algorithm: AlgorithmName, key: Uint8Array, data: Uint8Array) =>
    new Uint8Array(createHmac(algorithm, key).update(data).digest()),
  randomBytes: (length: number) => new Uint8Array(randomBytesOf(length)),
  constantTimeEqual: (one: string | Uint8Array, other: string | Uint8Array) => {
    const [first, second] = [Buffer.from(one), Buffer.from(other)];
    return first.length === second.length && timingSafeEqual(first, second);
  },
};

/** What a token's passcodes look like. */
export type PasscodeForm = Pick<PasscodeFacts, 'algorithm' | 'alphabet' | 'digits'>;

/** What people copy from between the display's groups. */
export const separators = /[\s\p{Pd}\u2212]/gu;

/**
 * A typed passcode without the separators people copy from the display's groups, full-width characters folded. Case and
 * punctuation stay: whether they matter is the token's alphabet's business.
 *
 * @returns undefined when what is left is not a passcode of any token
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
 * A normalised passcode as a token would show it, in its alphabet's case.
 *
 * @returns undefined when the token shows nothing of this length or in these characters
 */
export function asShown(token: PasscodeFacts, passcode: string): string | undefined {
  const folded = foldCase(token.alphabet, passcode);
  const characters = charactersOf(token.alphabet);
  return folded.length === token.digits && [...folded].every(character => characters.includes(character))
    ? folded
    : undefined;
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
 * Both: the one that finds the fob again.
 */
export function candidateSteps(token: PasscodeFacts, nowMs: number): number[] {
  const usual = usualSteps(token, nowMs);
  const found = foundStep(token, nowMs);
  return found === undefined || usual.includes(found) ? usual : [...usual, found];
}

/** The step right after the one of a passcode that was refused a moment ago for being too far off: two in a row are no guess. */
function foundStep({ lastStep, ahead }: PasscodeFacts, nowMs: number): number | undefined {
  if (ahead === undefined || ahead.step <= lastStep) return undefined;
  const sinceMs = nowMs - ahead.atMs;
  return sinceMs >= 0 && sinceMs < tokenLimits.offKeptMs ? ahead.step + 1 : undefined;
}

/** Whether a passcode is accepted at a step for the sake of the refused one before it alone. */
export function isFoundStep(token: PasscodeFacts, step: number, nowMs: number): boolean {
  return !usualSteps(token, nowMs).includes(step);
}

function usualSteps(token: PasscodeFacts, nowMs: number): number[] {
  if (token.kind === 'hotp')
    return Array.from({ length: token.lookAhead }, (_, ahead) => token.lastStep + 1 + ahead).filter(
      Number.isSafeInteger,
    );
  const now = timeStep(nowMs, token.periodSeconds ?? tokenLimits.periodDefaultSeconds);
  const steps = new Set<number>();
  for (const centre of [now + token.driftSteps, now])
    for (let skew = -tokenLimits.totpSkewSteps; skew <= tokenLimits.totpSkewSteps; skew++)
      if (centre + skew >= 0) steps.add(centre + skew);
  return [...steps].sort((a, b) => a - b);
}

/** The time step that a TOTP token shows at a moment, as far as its clock is known. */
export function stepShown({ periodSeconds, driftSteps }: PasscodeFacts, nowMs: number): number {
  return timeStep(nowMs, periodSeconds ?? tokenLimits.periodDefaultSeconds) + driftSteps;
}

/** The drift to record when a step was accepted, in steps, bounded; in full where two passcodes in a row have shown it. */
export function driftAfter(token: PasscodeFacts, step: number, nowMs: number): number {
  if (token.periodSeconds === null) return 0;
  const drift = step - timeStep(nowMs, token.periodSeconds);
  if (isFoundStep(token, step, nowMs)) return drift;
  // A resynchronisation may have found more, and what it found must go on working.
  const most = Math.max(tokenLimits.driftMaxSteps, Math.abs(token.driftSteps));
  return Math.max(-most, Math.min(most, drift));
}

/**
 * The passcode a token shows at a step: decimals by otplib and OpenSSL, implementations other than the fob's, so that
 * they check each other; other alphabets by `docs/protocol.md`.
 *
 * @param secret the shared secret, 16 to 128 bytes
 */
export function passcodeAt(token: PasscodeForm, secret: Uint8Array, step: number): string {
  const { algorithm, digits } = token;
  if (token.alphabet !== 'decimal')
    return codeInAlphabet({ algorithm, alphabet: token.alphabet, digits, secret, step });
  return generateSync({
    strategy: 'hotp',
    secret,
    algorithm,
    digits: digits as 6 | 7 | 8,
    counter: step,
    guardrails,
    crypto,
  });
}

/** What is looked for among the passcodes of a token. */
export interface PasscodeToMatch {
  /** As the token shows passcodes (`asShown`), or anything else, which matches nothing. */
  readonly passcode: string;
  readonly nowMs: number;
  /** Whether nothing more is asked once it is right for a new step, which may be said sooner than a refusal. */
  readonly isEnough: boolean;
}

/**
 * The candidate steps whose passcode is the one given, all of them or up to the first new one. No comparison stops
 * early.
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

/** Compares in time that depends on the length of `expected` only. */
export function sameText(expected: string, given: string): boolean {
  const padded = Buffer.from(given.padEnd(expected.length).slice(0, expected.length), 'latin1');
  const equal = timingSafeEqual(Buffer.from(expected, 'latin1'), padded);
  return equal && given.length === expected.length;
}
