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

/** What became of a request, by which token; an acceptance that it repeats. */
export interface ValidationResult {
  readonly outcome: Outcome;
  readonly token: PasscodeToken | undefined;
  readonly repeats?: Acceptance | undefined;
}

/** What is known of one request before any passcode is looked at. */
export interface Known {
  readonly user: User | undefined;
  readonly standing: LockState;
  /** The user's tokens whose passcodes may be accepted. */
  readonly tokens: readonly PasscodeToken[];
  /** What a temporary code stands in for: the tokens in use or, where there are none, all that the user has had. */
  readonly replaced: readonly PasscodeToken[];
  readonly hasTemporaryCode: boolean;
  /** Normalised; undefined when it is no passcode of any token. */
  readonly passcode: string | undefined;
  readonly pinAlways: boolean;
  /** Whether a right passcode is enough to choose a PIN that is due. */
  readonly choosesPin: boolean;
  /** Whether nothing but a new PIN is wanted. */
  readonly changesPin: boolean;
  readonly proofs: Proofs;
}

/** The outcome where there is one before any passcode is looked at. The lock comes before everything else. */
export function settledUnseen(known: Known): Outcome | undefined {
  const { user, tokens, passcode } = known;
  const closed = closedOutcome(known);
  if (user === undefined || closed !== undefined) return closed ?? 'unknown_user';
  if (tokens.length === 0 && !known.hasTemporaryCode) return 'no_usable_token';
  if (passcode === undefined || !isPlausible(known, passcode)) return 'malformed';
  if (known.proofs.password === false) return 'wrong_password';
  if (!asksPin(known, passcode)) return undefined;
  // A temporary code comes from help desk: it is no fob at hand, which alone is enough for a PIN.
  const choosesPin = known.choosesPin && mayShow(known, passcode);
  return pinOutcome(user, { ...known, choosesPin });
}

/** The outcome where nobody gets into the account, whatever is shown. */
export function closedOutcome({ user, standing }: Pick<Known, 'user' | 'standing'>): Outcome | undefined {
  if (user === undefined) return 'unknown_user';
  if (standing.locked) return 'locked';
  return user.disabled_ms === null ? undefined : 'disabled';
}

function isPlausible(known: Known, passcode: string): boolean {
  return known.hasTemporaryCode || mayShow(known, passcode);
}

function mayShow({ tokens }: Known, passcode: string): boolean {
  return tokens.some(token => asShown(passcodeFactsOf(token), passcode) !== undefined);
}

/**
 * Whether every token that may have shown this passcode wants a PIN at the service; a fob's own PIN is proof enough. A
 * temporary code stands in for the user's fobs, and wants what all of them want: those that were lost, where it is for them.
 */
function asksPin(known: Known, passcode: string): boolean {
  const { tokens, replaced, pinAlways } = known;
  const plausible = tokens.filter(token => asShown(passcodeFactsOf(token), passcode) !== undefined);
  const wanting = (some: readonly PasscodeToken[]) =>
    some.length > 0 && some.every(one => wantsPin(known, one));
  return plausible.length === 0 ? pinAlways || wanting(replaced) : wanting(plausible);
}

/** Whether a log-in by this token wants a PIN at the service. */
export function wantsPin(
  { pinAlways, changesPin = false }: Pick<Known, 'pinAlways'> & Partial<Pick<Known, 'changesPin'>>,
  token: PasscodeToken,
): boolean {
  return changesPin || token.pin_place === 'service' || (pinAlways && token.pin_place !== 'fob');
}

/**
 * Why a passcode of this token cannot be accepted, however right it is: the token wants a PIN that was not shown. Asked
 * once it is known whose passcode it is, since tokens that look alike may differ in this.
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

/** What a passcode of this token comes to that is right, new, and used up by it. */
export function usedUp(
  known: Known,
  { token, step, nowMs }: { readonly token: PasscodeToken; readonly step: number; readonly nowMs: number },
): 'accepted' | 'new_pin' | 'found' {
  // Two passcodes of a while ago must not log in, which somebody may have read then; those by event wait for no time.
  if (token.kind === 'totp' && isFoundStep(passcodeFactsOf(token), step, nowMs)) return 'found';
  const isDue = known.user !== undefined && isPinDue(known.user);
  return known.changesPin || (wantsPin(known, token) && isDue) ? 'new_pin' : 'accepted';
}

/** What a passcode is to one token. */
export interface Match {
  readonly token: PasscodeToken;
  /** The steps around now at which the token shows it; undefined where its seed does not unseal. */
  readonly steps: readonly number[] | undefined;
  /** The acceptance that it repeats, where there is no newer step. */
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

/** What may be put to the compare-and-set: the first token, and its first step, that is new. */
export function newest(
  matches: readonly Match[],
): { readonly token: PasscodeToken; readonly step: number } | undefined {
  for (const { token, steps } of matches)
    for (const step of steps ?? []) if (step > token.last_step) return { token, step };
  return undefined;
}

/** What a passcode came to that was not accepted. */
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
