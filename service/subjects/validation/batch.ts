import { lockState, noFailures } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { driftAfter, normalisePasscode } from '../../base/passcode.ts';
import { tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { endTemporaryCodes, redeemTemporaryCode } from '../tokens/codes/temporary-codes.ts';
import type { PasscodeToken } from '../tokens/rows.ts';
import { passcodeFactsOf } from '../tokens/tokens.ts';
import { lockFactsOf } from '../users/users.ts';
import { stillProved } from './factors.ts';
import { type BatchFacts, readFacts } from './facts.ts';
import type { BatchedRequest, PendingRequest } from './pending.ts';
import { persistResults } from './persist.ts';
import { acceptSteps, type Candidate } from './replay-protection.ts';
import type { DecisionContext, ValidationRequest } from './request.ts';
import {
  evaluate,
  type Known,
  newest,
  notAccepted,
  pinMissing,
  settledUnseen,
  usedUp,
  type ValidationResult,
} from './validator.ts';

/**
 * Decides a batch of log-ins of different users in the caller's transaction: locks, passcodes, last accepted steps,
 * alerts and log are committed or rolled back together.
 *
 * @param waiting no two with the same name
 * @returns the outcomes, in order; only `accepted` may let anybody in. Undefined if the application has changed since
 * the
 *   request was authenticated: then nothing was decided
 */
export async function decideBatch(
  validator: DecisionContext & { readonly dummy: PasscodeToken },
  db: Db,
  waiting: readonly PendingRequest[],
): Promise<(Outcome | undefined)[]> {
  const nowMs = validator.clock();
  const facts = await readFacts(db, {
    fingerprints: waiting.flatMap(({ fingerprint }) => fingerprint ?? []),
    names: waiting.map(({ name }) => name),
    applications: waiting.map(({ request }) => request.applicationId),
    nowMs,
  });
  const lockState = waiting.filter(({ request }) => isUnchanged(request, facts));
  const outcomes = new Map<PendingRequest, Outcome>();
  for (const pending of lockState) {
    const earlier = facts.answers.get(pending.fingerprint ?? '');
    if (earlier !== undefined) outcomes.set(pending, earlier);
  }
  const fresh = lockState.filter(pending => !outcomes.has(pending));
  const requests = fresh.map(pending => openRequest(validator, pending, { facts, nowMs }));
  const results = await settle(db, validator.keys, requests);
  await persistResults(db, requests, results);
  for (const [index, { pending }] of requests.entries()) {
    const result = results[index];
    if (result !== undefined) outcomes.set(pending, result.outcome);
  }
  return waiting.map(pending => outcomes.get(pending));
}

/**
 * Whether the application is unchanged since its key was looked up: disabling it or replacing its key takes effect at
 * once.
 */
function isUnchanged({ applicationId, lockState }: ValidationRequest, facts: BatchFacts): boolean {
  if (lockState === undefined) return true;
  const now = facts.applications.get(applicationId);
  return now !== undefined && now.keyHash === lockState.keyHash && now.factors === lockState.factors;
}

/** The facts shared by all requests of a batch. */
interface Surroundings {
  readonly facts: BatchFacts;
  readonly nowMs: number;
}

function openRequest(
  validator: DecisionContext & { readonly dummy: PasscodeToken },
  pending: PendingRequest,
  { facts, nowMs }: Surroundings,
): BatchedRequest {
  const { request, proofs } = pending;
  const user = facts.users.get(pending.name);
  const all = facts.tokens.get(user?.id ?? '') ?? [];
  const usable = all.filter(token => tokenStates[token.state].usable);
  const tokens = usable.filter(isShown);
  const passcode = normalisePasscode(request.passcode);
  const known: Known = {
    user,
    lockState: lockState(user === undefined ? noFailures : lockFactsOf(user), facts.lock, nowMs),
    tokens,
    replaced: usable.length > 0 ? usable : all,
    // A temporary code comes from the help desk, which must not take part in setting a PIN.
    hasTemporaryCode: request.changesPin !== true && facts.temporary.has(user?.id ?? ''),
    passcode,
    pinAlways: request.factors === 'pin_otp',
    choosesPin: request.choosesPin === true || request.changesPin === true,
    changesPin: request.changesPin === true,
    proofs: stillProved(proofs, user),
  };
  const settled = settledUnseen(known);
  // The passcode of a locked account is not evaluated, and the response time must not reveal that: dummy tokens are
  // evaluated.
  const looked = settled === undefined && tokens.length > 0 ? tokens : decoysOf(validator.dummy, tokens);
  // If even the right passcode would be refused, the response time must not reveal whether it was right.
  const isEnough = settled === undefined && looked.every(token => pinMissing(known, token) === undefined);
  const matches = evaluate(validator.keys, looked, { passcode: passcode ?? '', nowMs, isEnough });
  const isRevokedUser = tokens.length === 0 && all.some(token => isShown(token) && token.state === 'revoked');
  const opened = { pending, known, settled, matches, isRevokedUser, nowMs };
  const candidate = settled === undefined ? candidateOf(opened) : undefined;
  return { pending, known, settled, matches, candidate, isRevokedUser, nowMs };
}

/** Returns as many dummy tokens as there are tokens, and at least one, each with the same work as its token. */
function decoysOf(dummy: PasscodeToken, tokens: readonly PasscodeToken[]): PasscodeToken[] {
  if (tokens.length === 0) return [dummy];
  return tokens.map(({ kind, look_ahead }) => ({ ...dummy, kind, look_ahead }));
}

/** Whether a passcode of the token is accepted without a question; answers to questions are evaluated elsewhere. */
function isShown({ kind }: PasscodeToken): boolean {
  return kind !== 'ocra';
}

function candidateOf(opened: Omit<BatchedRequest, 'candidate'>): Candidate | undefined {
  const { known, matches } = opened;
  const found = newest(matches.filter(({ token }) => pinMissing(known, token) === undefined));
  if (found === undefined) return undefined;
  const { request } = opened.pending;
  const { token, step } = found;
  return {
    token,
    step,
    driftSteps: driftAfter(passcodeFactsOf(token), step, opened.nowMs),
    atMs: opened.nowMs,
    source: request.source,
    letNobodyIn: usedUp(known, { token, step, nowMs: opened.nowMs }) !== 'accepted',
  };
}

/** Applies replay protection to the right passcodes, and returns the results of all requests. */
async function settle(db: Db, keys: Keys, requests: readonly BatchedRequest[]): Promise<ValidationResult[]> {
  const won = await acceptSteps(
    db,
    requests.flatMap(({ candidate }) => candidate ?? []),
  );
  const results: ValidationResult[] = [];
  for (const one of requests) {
    const { candidate } = one;
    const isWon = candidate !== undefined && won.has(candidate.token.id);
    results.push(await resultOf(db, keys, one, isWon ? candidate : undefined));
  }
  return results;
}

async function resultOf(
  db: Db,
  keys: Keys,
  one: BatchedRequest,
  won: Candidate | undefined,
): Promise<ValidationResult> {
  const { settled, known, nowMs } = one;
  const { user } = known;
  if (settled !== undefined || user === undefined)
    return { outcome: settled ?? 'unknown_user', token: undefined };
  if (known.hasTemporaryCode) {
    // A user who has the fob at hand needs no temporary code any more.
    if (won !== undefined) await endTemporaryCodes(db, user.id, nowMs);
    else if (await redeemTemporaryCode(db, keys, user.id, known.passcode ?? '', nowMs))
      return { outcome: 'accepted', token: undefined };
  }
  if (won === undefined) return notAccepted(known, one.matches);
  return { outcome: usedUp(known, { ...won, nowMs }), token: won.token };
}
