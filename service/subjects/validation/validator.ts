import type { LockState } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import {
  asShown,
  isFoundStep,
  matchingSteps,
  type PasscodeToMatch,
  passcodeAt,
  sameText,
} from '../../base/passcode.ts';
import { type Acceptance, readRecent } from '../../base/recent.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import type { PasscodeToken } from '../tokens/rows.ts';
import { passcodeFactsOf, secretOf } from '../tokens/tokens.ts';
import { isPinDue } from '../users/pin.ts';
import type { User } from '../users/users.ts';
import type { Proofs } from './factors.ts';

/** The outcome of a request, the deciding token, and the acceptance that it repeats. */
export interface ValidationResult {
  readonly outcome: Outcome;
  readonly token: PasscodeToken | undefined;
  readonly repeats?: Acceptance | undefined;
}

/** The facts of one request before any passcode is evaluated. */
export interface Known {
  readonly user: User | undefined;
  readonly lockState: LockState;
  /** The user's tokens whose passcodes may be accepted. */
  readonly tokens: readonly PasscodeToken[];
  /** The tokens that a temporary code replaces: the usable ones or, if there are none, all that the user has had. */
  readonly replaced: readonly PasscodeToken[];
  readonly hasTemporaryCode: boolean;
  /** Normalised; undefined if no token could show it. */
  readonly passcode: string | undefined;
  readonly pinAlways: boolean;
  /** Whether a right passcode is enough to choose a due PIN. */
  readonly choosesPin: boolean;
  /** Whether the request is only for a new PIN. */
  readonly changesPin: boolean;
  readonly proofs: Proofs;
}

/** Returns the outcome if it is settled before any passcode is evaluated. The lock takes precedence. */
export function settledUnseen(known: Known): Outcome | undefined {
  const { user, tokens, passcode } = known;
  const closed = closedOutcome(known);
  if (user === undefined || closed !== undefined) return closed ?? 'unknown_user';
  if (tokens.length === 0 && !known.hasTemporaryCode) return 'no_usable_token';
  if (passcode === undefined || !isPlausible(known, passcode)) return 'malformed';
  if (known.proofs.password === false) return 'wrong_password';
  if (!asksPin(known, passcode)) return undefined;
  // A temporary code comes from the help desk: only a fob at hand is enough to choose a PIN.
  const choosesPin = known.choosesPin && mayShow(known, passcode);
  return pinOutcome(user, { ...known, choosesPin });
}

/** Returns the outcome if the account is closed to every log-in. */
export function closedOutcome({ user, lockState }: Pick<Known, 'user' | 'lockState'>): Outcome | undefined {
  if (user === undefined) return 'unknown_user';
  if (lockState.locked) return 'locked';
  return user.disabled_ms === null ? undefined : 'disabled';
}

function isPlausible(known: Known, passcode: string): boolean {
  return known.hasTemporaryCode || mayShow(known, passcode);
}

function mayShow({ tokens }: Known, passcode: string): boolean {
  return tokens.some(token => asShown(passcodeFactsOf(token), passcode) !== undefined);
}

/**
 * Whether every token that may have shown this passcode needs a PIN at the service; a fob's own PIN is sufficient. A
 * temporary code replaces the user's fobs, and needs a PIN if all of them do: the lost ones, if it replaces those.
 */
function asksPin(known: Known, passcode: string): boolean {
  const { tokens, replaced, pinAlways } = known;
  const plausible = tokens.filter(token => asShown(passcodeFactsOf(token), passcode) !== undefined);
  const wanting = (some: readonly PasscodeToken[]) =>
    some.length > 0 && some.every(one => wantsPin(known, one));
  return plausible.length === 0 ? pinAlways || wanting(replaced) : wanting(plausible);
}

/** Whether a log-in with this token needs a PIN at the service. */
export function wantsPin(
  { pinAlways, changesPin = false }: Pick<Known, 'pinAlways'> & Partial<Pick<Known, 'changesPin'>>,
  token: PasscodeToken,
): boolean {
  return changesPin || token.pin_place === 'service' || (pinAlways && token.pin_place !== 'fob');
}

/**
 * Returns why even a right passcode of this token cannot be accepted: the token needs a PIN that was not shown.
 * Called once the passcode's token is known, because tokens of the same form may differ in this.
 */
export function pinMissing(
  known: Pick<Known, 'user' | 'proofs' | 'pinAlways' | 'choosesPin'> & Partial<Pick<Known, 'changesPin'>>,
  token: PasscodeToken,
): Outcome | undefined {
  return known.user !== undefined && wantsPin(known, token) ? pinOutcome(known.user, known) : undefined;
}

function pinOutcome(
  user: User,
  { proofs, choosesPin = false }: Pick<Known, 'proofs'> & Partial<Pick<Known, 'choosesPin'>>,
): Outcome | undefined {
  if (isPinDue(user)) return choosesPin ? undefined : 'pin_change';
  return proofs.pin === true ? undefined : 'wrong_pin';
}

/** Returns the outcome of a right, new passcode of this token that is used up. */
export function usedUp(
  known: Known,
  { token, step, nowMs }: { readonly token: PasscodeToken; readonly step: number; readonly nowMs: number },
): 'accepted' | 'new_pin' | 'found' {
  // Two earlier time-based passcodes must not log in, because somebody may have read them then; counter-based ones do
  // not depend on time.
  if (token.kind === 'totp' && isFoundStep(passcodeFactsOf(token), step, nowMs)) return 'found';
  const isDue = known.user !== undefined && isPinDue(known.user);
  return known.changesPin || (wantsPin(known, token) && isDue) ? 'new_pin' : 'accepted';
}

/** The result of evaluating a passcode with one token. */
export interface Match {
  readonly token: PasscodeToken;
  /** The steps around now at which the token shows it; undefined if its seed cannot be decrypted. */
  readonly steps: readonly number[] | undefined;
  /** The acceptance that it repeats, if there is no newer step. */
  readonly repeats: Acceptance | undefined;
}

/** Evaluates every token. Nothing is accepted here. */
export function evaluate(keys: Keys, tokens: readonly PasscodeToken[], shown: PasscodeToMatch): Match[] {
  return tokens.map(token => evaluateOne(keys, token, shown));
}

function evaluateOne(keys: Keys, token: PasscodeToken, typed: PasscodeToMatch): Match {
  const secret = secretOf(keys, token);
  if (secret === undefined) return { token, steps: undefined, repeats: undefined };
  try {
    const facts = passcodeFactsOf(token);
    const shown = asShown(facts, typed.passcode) ?? '';
    const steps = matchingSteps(facts, secret, { ...typed, passcode: shown });
    const isNew = steps.some(step => step > token.last_step);
    const repeats = isNew
      ? undefined
      : readRecent(token.recent).filter(({ step }) => sameText(passcodeAt(facts, secret, step), shown))[0];
    return { token, steps, repeats };
  } finally {
    secret.fill(0);
  }
}

/** Returns the candidate for replay protection: the first token, and its first step, that is new. */
export function newest(
  matches: readonly Match[],
): { readonly token: PasscodeToken; readonly step: number } | undefined {
  for (const { token, steps } of matches)
    for (const step of steps ?? []) if (step > token.last_step) return { token, step };
  return undefined;
}

/** Returns the result for a passcode that was not accepted. */
export function notAccepted(known: Known, matches: readonly Match[]): ValidationResult {
  const repeated = matches.find(({ repeats }) => repeats !== undefined && repeats.letNobodyIn !== true);
  if (repeated !== undefined) return { outcome: 'replay', token: repeated.token, repeats: repeated.repeats };
  const withheld = newest(matches.filter(({ token }) => pinMissing(known, token) !== undefined))?.token;
  const missing = withheld && pinMissing(known, withheld);
  if (missing !== undefined) return { outcome: missing, token: withheld };
  const superseded = matches.find(
    ({ steps, repeats }) => repeats !== undefined || (steps !== undefined && steps.length > 0),
  );
  if (superseded !== undefined) return { outcome: 'superseded', token: superseded.token };
  const damaged = matches.find(({ steps }) => steps === undefined);
  if (damaged !== undefined) return { outcome: 'unreadable', token: damaged.token };
  return { outcome: 'wrong', token: undefined };
}
