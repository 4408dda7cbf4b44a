import { setImmediate as othersTurn } from 'node:timers/promises';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { ocraPasscode, stepsAround } from '../../../base/ocra.ts';
import { parseSuite } from '../../../base/ocra-suite.ts';
import { asShown, normalisePasscode, passcodeAt, sameText, timeStep } from '../../../base/passcode.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import type { PasscodeToken, TokenRow } from '../rows.ts';
import { passcodeFactsOf, secretOf } from '../tokens.ts';

/** Two consecutive passcodes of a fob. Secrets until they are used. */
export interface TwoPasscodes {
  readonly first: string;
  readonly second: string;
  /** The question asked both times, if the fob answers questions: as many digits as its suite requires. */
  readonly question?: string | undefined;
}

/**
 * The step of the first of the two passcodes; undefined unless they are consecutive and above the last accepted step.
 */
export type FirstStep = number | undefined | 'unreadable';

/** The parts of a token that the search uses. */
type SearchedToken = PasscodeToken & Pick<TokenRow, 'suite'>;

/** Which of the two passcodes a token shows at a step. */
type Shows = (step: number) => { readonly first: boolean; readonly second: boolean };

/**
 * Searches two consecutive passcodes above the last accepted step or counter: HOTP and counted questions ahead of it,
 * TOTP a day around now. This computes thousands of HMACs, so it runs outside of any transaction, and lets other work
 * run in between.
 */
export async function firstStepOf(
  keys: Keys,
  token: SearchedToken,
  given: TwoPasscodes,
  nowMs: number,
): Promise<FirstStep> {
  const secret = secretOf(keys, token);
  if (secret === undefined) return 'unreadable';
  try {
    const shows =
      token.kind === 'ocra' ? answersOf(token, secret, given, nowMs) : passcodesOf(token, secret, given);
    return shows && (await search(token, shows, nowMs));
  } finally {
    secret.fill(0);
  }
}

async function search(token: SearchedToken, shows: Shows, nowMs: number): Promise<number | undefined> {
  const [from, to] = searched(token, nowMs);
  if (from >= to) return undefined;
  let found: number | undefined;
  let previous = shows(from);
  // Always to the end: the time taken tells nothing about the position of the token.
  for (let step = from; step < to; step++) {
    if ((step - from) % tokenLimits.resyncStepsAtOnce === 0) await othersTurn();
    const next = shows(step + 1);
    if (previous.first && next.second) found ??= step;
    previous = next;
  }
  return found;
}

/** Returns the first and the last step to search. */
function searched(token: SearchedToken, nowMs: number): readonly [number, number] {
  const from = token.last_step + 1;
  if (token.period_seconds === null)
    return [from, Math.min(from + tokenLimits.resyncCounters, tokenLimits.counterMax)];
  const now = timeStep(nowMs, token.period_seconds);
  const around = timeStep(tokenLimits.resyncAroundMs, token.period_seconds);
  return [Math.max(from, now - around), now + around];
}

function passcodesOf(token: SearchedToken, secret: Uint8Array, given: TwoPasscodes): Shows | undefined {
  const facts = passcodeFactsOf(token);
  const shownAs = (typed: string) => {
    const passcode = normalisePasscode(typed);
    return passcode === undefined ? undefined : asShown(facts, passcode);
  };
  const [first, second] = [shownAs(given.first), shownAs(given.second)];
  if (first === undefined || second === undefined) return undefined;
  return step => {
    const shown = passcodeAt(facts, secret, step);
    return { first: sameText(shown, first), second: sameText(shown, second) };
  };
}

/**
 * Compares two answers to one question, by a suite with a counter; the clock's tolerance is that of an answer
 * (`ocra.ts`).
 */
function answersOf(
  token: SearchedToken,
  secret: Uint8Array,
  { question = '', ...given }: TwoPasscodes,
  nowMs: number,
): Shows | undefined {
  const suite = parseSuite(token.suite ?? '');
  const [first, second] = [normalisePasscode(given.first), normalisePasscode(given.second)];
  if (suite === undefined || first === undefined || second === undefined) return undefined;
  const steps = stepsAround(suite, nowMs);
  return counter => {
    const shown = steps.map(step => ocraPasscode(suite, secret, { question, counter, step, pin: '' }));
    const isShown = (passcode: string) => shown.map(one => sameText(one, passcode)).includes(true);
    return { first: isShown(first), second: isShown(second) };
  };
}
