import { randomBytes } from 'node:crypto';
import { raiseAlert } from '../alerts/alerts.ts';
import { type Db, writing } from '../data/database.ts';
import { limits } from '../limits.ts';
import { findUser, lockFactsOf, prepareUserName, storeLockFacts, type User } from '../people/users.ts';
import type { Keys } from '../sealing/key-file.ts';
import { macOf, seal } from '../sealing/seal.ts';
import { usableStates } from '../tokens/states.ts';
import { passcodeFactsOf, secretOf, type TokenRow, usableTokens } from '../tokens/tokens.ts';
import { earlierAnswer, fingerprintOf, keepAnswer } from './answers.ts';
import { recordEvent } from './events.ts';
import { afterFailure, afterSuccess, type LockPolicy, type LockStanding, lockStanding } from './lock.ts';
import { countsAsFailure, type Outcome } from './outcomes.ts';
import { driftAfter, matchingSteps, normalisePasscode } from './passcode.ts';

/** Someone says they are `user` and shows a passcode. */
export interface ValidationRequest {
  readonly user: string;
  readonly passcode: string;
  /** Where the person is, as far as the application knows: an address. */
  readonly source: string;
  readonly applicationId: string;
  readonly requestId: string;
  /** Marks repeats of the very same request, which then get the same answer. */
  readonly idempotencyKey?: string | undefined;
}

/** What validation works with. */
export interface Validator {
  readonly db: Db;
  readonly keys: Keys;
  readonly lock: LockPolicy;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Evaluated where there is no token to evaluate, so that the work is the same. */
  readonly decoy: TokenRow;
}

/** A token that nobody has, for `Validator.decoy`. */
export function makeDecoy(keys: Keys): TokenRow {
  const id = 'decoy';
  const sealed = seal(keys, { table: 'tokens', id }, randomBytes(limits.sealKeyBytes));
  return {
    id,
    serial: id,
    user_id: null,
    state: 'initialised',
    kind: 'totp',
    algorithm: 'sha1',
    digits: limits.digitsDefault,
    period_seconds: limits.periodDefaultSeconds,
    last_step: -1,
    drift_steps: 0,
    sealed_secret: sealed.box,
    key_id: sealed.keyId,
    issuer: '',
    label: '',
    created_ms: 0,
    last_used_ms: null,
    fob_id: null,
    policy_id: null,
    policy_version: null,
    revoked_reason: null,
    alphabet: 'decimal',
    pin_place: 'none',
    uses: 0,
  };
}

interface Verdict {
  readonly outcome: Outcome;
  readonly user: User | undefined;
  readonly token: TokenRow | undefined;
}

/**
 * Decides one log-in, in one transaction: lock, passcode, high-water mark, alert and log stand or fall together.
 *
 * @returns what became of it; only `accepted` may let anybody in
 * @throws ServiceError `busy`, or a database error; then nothing was accepted
 */
export function validate(validator: Validator, request: ValidationRequest): Promise<Outcome> {
  return writing(validator.db, async db => {
    const nowMs = validator.clock();
    const fingerprint = fingerprintOf(validator.keys, request);
    const earlier = fingerprint && (await earlierAnswer(db, fingerprint, nowMs));
    if (earlier) return earlier;
    const { outcome, user, token } = await decide({ ...validator, db }, request, nowMs);
    await recordEvent(db, {
      atMs: nowMs,
      userId: user?.id ?? null,
      tokenId: token?.id ?? null,
      applicationId: request.applicationId,
      outcome,
      source: request.source,
      requestId: request.requestId,
    });
    if (fingerprint) await keepAnswer(db, fingerprint, outcome, nowMs);
    return outcome;
  });
}

async function decide(validator: Validator, request: ValidationRequest, nowMs: number): Promise<Verdict> {
  const { db } = validator;
  const user = await findUser(db, prepareUserName(request.user) ?? '');
  const facts = user === undefined ? afterSuccess : lockFactsOf(user);
  const standing = lockStanding(facts, validator.lock, nowMs);
  const tokens = await usableTokens(db, user?.id ?? '');
  const passcode = normalisePasscode(request.passcode);
  const settled = settledUnseen(user, standing, tokens, passcode);
  // The passcode of a locked account must stay unlooked at, and the work must not tell: decoys stand in.
  const looked =
    settled === undefined ? tokens : Array.from({ length: tokens.length || 1 }, () => validator.decoy);
  const found = await examine(validator, request, { tokens: looked, passcode: passcode ?? '', nowMs });
  const outcome = settled ?? found.outcome;
  const failed = countsAsFailure[outcome] ? afterFailure(standing, nowMs) : facts;
  await storeLockFacts(db, user?.id ?? '', outcome === 'accepted' ? afterSuccess : failed);
  return { outcome, user, token: settled === undefined ? found.token : undefined };
}

/** The outcome where there is one before any passcode is looked at. The lock comes before everything else (R23). */
function settledUnseen(
  user: User | undefined,
  standing: LockStanding,
  tokens: readonly TokenRow[],
  passcode: string | undefined,
): Outcome | undefined {
  if (user === undefined) return 'unknown_user';
  if (standing.locked) return 'locked';
  if (passcode === undefined) return 'malformed';
  if (tokens.length === 0) return 'no_usable_token';
  return undefined;
}

interface Looked {
  readonly tokens: readonly TokenRow[];
  readonly passcode: string;
  readonly nowMs: number;
}

interface Finding {
  readonly outcome: Outcome;
  readonly token: TokenRow | undefined;
}

/** Evaluates every token, then accepts at most one. */
async function examine(validator: Validator, request: ValidationRequest, looked: Looked): Promise<Finding> {
  const matches = looked.tokens.map(token => ({ token, steps: stepsOf(validator.keys, token, looked) }));
  // Every match is put to the compare-and-set, older steps too: it alone tells what is new.
  for (const { token, steps } of matches)
    for (const step of steps ?? [])
      if (await accept(validator, request, { token, step, looked })) return { outcome: 'accepted', token };
  const replayed = await findReplay(validator, request, looked);
  if (replayed !== undefined) return { outcome: 'replay', token: replayed };
  const superseded = matches.find(({ steps }) => steps !== undefined && steps.length > 0);
  if (superseded !== undefined) return { outcome: 'superseded', token: superseded.token };
  const damaged = matches.find(({ steps }) => steps === undefined);
  if (damaged !== undefined) return { outcome: 'unreadable', token: damaged.token };
  return { outcome: 'wrong', token: undefined };
}

/** The steps at which a token shows this passcode; undefined when its seed does not unseal. */
function stepsOf(keys: Keys, token: TokenRow, looked: Looked): number[] | undefined {
  const secret = secretOf(keys, token);
  if (secret === undefined) return undefined;
  try {
    return matchingSteps(passcodeFactsOf(token), secret, looked.passcode, looked.nowMs);
  } finally {
    secret.fill(0);
  }
}

interface Candidate {
  readonly token: TokenRow;
  readonly step: number;
  readonly looked: Looked;
}

/**
 * The only place that may say yes. It moves the high-water mark and looks at whether it was this call that moved it:
 * of all requests for one step, on all nodes, one wins (R7).
 */
async function accept(validator: Validator, request: ValidationRequest, won: Candidate): Promise<boolean> {
  const { token, step, looked } = won;
  const { db } = validator;
  const moved = await db
    .updateTable('tokens')
    .set({
      last_step: step,
      drift_steps: driftAfter(passcodeFactsOf(token), step, looked.nowMs),
      state: 'active',
      last_used_ms: looked.nowMs,
    })
    .where('id', '=', token.id)
    .where('last_step', '<', step)
    .where('state', 'in', usableStates)
    .executeTakeFirst();
  if (moved.numUpdatedRows !== 1n) return false;
  await db
    .insertInto('spent')
    .values({
      token_id: token.id,
      place: token.uses % limits.spentPerTokenKept,
      step,
      code_mac: spentMac(validator.keys, token, looked.passcode),
      accepted_ms: looked.nowMs,
      source: request.source,
      application_id: request.applicationId,
    })
    .execute();
  await db
    .deleteFrom('spent')
    .where('token_id', '=', token.id)
    .where('step', '<=', query =>
      query
        .selectFrom('spent')
        .select('step')
        .where('token_id', '=', token.id)
        .orderBy('step', 'desc')
        .limit(1)
        .offset(limits.spentPerTokenKept),
    )
    .execute();
  return true;
}

/** Looks for an earlier acceptance of this very passcode and raises the alert (R8). */
async function findReplay(
  validator: Validator,
  request: ValidationRequest,
  looked: Looked,
): Promise<TokenRow | undefined> {
  const { db, keys } = validator;
  let replayed: TokenRow | undefined;
  for (const token of looked.tokens) {
    const first = await db
      .selectFrom('spent')
      .selectAll()
      .where('token_id', '=', token.id)
      .where('code_mac', '=', spentMac(keys, token, looked.passcode))
      .orderBy('step', 'desc')
      .executeTakeFirst();
    if (first === undefined || token.user_id === null || replayed !== undefined) continue;
    replayed = token;
    await raiseAlert(db, {
      kind: 'replay',
      dedupe: `replay:${token.id}:${first.step}`,
      userId: token.user_id,
      tokenId: token.id,
      step: first.step,
      firstUseMs: first.accepted_ms,
      firstUseSource: first.source,
      atMs: looked.nowMs,
      source: request.source,
    });
  }
  return replayed;
}

function spentMac(keys: Keys, token: TokenRow, passcode: string): string {
  return macOf(keys, 'spent', [token.id, passcode]);
}
