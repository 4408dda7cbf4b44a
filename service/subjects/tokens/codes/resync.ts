import type { Actor } from '../../../base/actor.ts';
import { challengeLimits } from '../../../base/limits/challenges.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { afterFailure, afterSuccess, type LockPolicy, lockState } from '../../../base/lock.ts';
import { parseSuite } from '../../../base/ocra-suite.ts';
import { timeStep } from '../../../base/passcode.ts';
import { withAcceptance } from '../../../base/recent.ts';
import { done, type RefusalCode, type Result, refused } from '../../../base/results.ts';
import { count, flag, object, serviceText, type TypeOf, text } from '../../../base/shapes.ts';
import { usableStates } from '../../../base/token-states.ts';
import { type Acting, actOf } from '../../../storage/acting.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { engineOf } from '../../../storage/schema/engine.ts';
import { alertWhenLocked } from '../../alerts/locked.ts';
import { recordAudit } from '../../audit/record.ts';
import { actByItself } from '../../kit/act.ts';
import { field, optional, shownAs } from '../../kit/field.ts';
import { readLockPolicy } from '../../users/settings.ts';
import { lockFactsOf, storeLockFacts, type User } from '../../users/users.ts';
import { makeDummyToken } from '../dummy-evaluation.ts';
import type { TokenRow } from '../rows.ts';
import { aboutToken } from '../subject.ts';
import { usableTokens } from '../tokens.ts';
import { type FirstStep, firstStepOf, type TwoPasscodes } from './consecutive.ts';

export type { TwoPasscodes } from './consecutive.ts';

/**
 * `driftSteps`: by which the fob's clock is ahead of the service's, 0 for counters; `clockIsOff`: so large that the fob's
 * clock should be set.
 */
const resynchronised = object({ serial: serviceText, driftSteps: count, clockIsOff: flag });
type Resynchronised = TypeOf<typeof resynchronised>;

const passcode = field(
  text(validationLimits.passcodeFieldMax, { minLength: 1 }),
  { label: 'First passcode', kind: 'password' },
  'resync_failed',
  given => given,
);

/**
 * Resynchronises a token by two consecutive passcodes (RFC 4226 §7.4), never at or below its last accepted step; a
 * token that answers questions with a counter, by its answers to one question asked twice. Both are then used up. A
 * miss counts as a failed attempt, so that this is no second way to guess.
 */
export const resyncToken = actByItself({
  permission: 'token.resync',
  subject: aboutToken,
  fields: {
    question: optional(
      field(text(challengeLimits.ocraQuestionBytes), { label: 'Question' }, 'bad_question', given => given),
    ),
    first: passcode,
    second: shownAs(passcode, { label: 'Second passcode' }),
  },
  gives: resynchronised,
  refusals: {
    unknown_serial: 'form',
    not_usable: 'question',
    bad_question: 'question',
    account_locked: 'first',
    resync_failed: 'first',
    seed_unreadable: 'form',
  },
  routes: [
    {
      name: 'tokens.resync',
      summary: 'Resynchronise a token with two consecutive passcodes.',
      at: 'POST /v1/tokens/:serial/resync',
      example: { first: '755224', second: '287082' },
    },
  ],
  form: {
    at: '/token/resync',
    title: ({ serial }) => `Resynchronise ${serial}`,
    lead: ({ kind }) =>
      kind === 'ocra'
        ? 'Have the user enter one question of your choice twice, one right after the other, and read out both answers. Both are used up. A wrong pair counts towards lockout.'
        : 'Have the user make two passcodes, one right after the other. Both are used up. A wrong pair counts towards lockout.',
    submit: 'Resynchronise',
    hides: ({ kind }) => (kind === 'ocra' ? [] : ['question']),
    done: 'resynchronised',
  },
  run(management, actor, input) {
    const read = async (db: Db, isHeld: boolean) => {
      const token = await db
        .selectFrom('tokens')
        .selectAll()
        .where('serial', '=', input.serial)
        .executeTakeFirst();
      if (token === undefined) return refused('unknown_serial');
      const user = await userOf(db, token.user_id ?? '', isHeld);
      if (user === undefined || !usableStates.includes(token.state)) return refused('not_usable');
      const refusal = token.kind === 'ocra' ? questionRefusal(token, input) : undefined;
      if (refusal !== undefined) return refused(refusal);
      // Read again: while the user's row is locked, the last accepted step does not change.
      const same = db.selectFrom('tokens').selectAll().where('id', '=', token.id);
      return done({ user, tokens: await same.where('user_id', '=', user.id).execute() });
    };
    return resync(management, actor, { read, input });
  },
});

/** The same for the users themselves, who need not know which of their tokens it is. */
export function resyncTokenOfUser(
  management: Management,
  actor: Actor,
  input: TwoPasscodes & { readonly userId: string },
) {
  const read = async (db: Db, isHeld: boolean) => {
    const user = await userOf(db, input.userId, isHeld);
    if (user === undefined) return refused('unknown_user');
    if (user.disabled_ms !== null) return refused('disabled_user');
    const tokens = await usableTokens(db, user.id);
    return tokens.length === 0 ? refused('no_usable_token') : done({ user, tokens });
  };
  return resync(management, actor, { read, input });
}

/** Runs a dummy search if there is no user, so that the response time tells nothing. */
export async function searchForNobody({ keys, clock }: Management, input: TwoPasscodes): Promise<void> {
  await firstStepOf(keys, { ...makeDummyToken(keys), suite: null }, input, clock());
}

/** Only a token with a counter can be out of step; the question must have as many digits as the suite requires. */
function questionRefusal(token: TokenRow, { question = '' }: TwoPasscodes) {
  const suite = parseSuite(token.suite ?? '');
  if (suite?.isCounted !== true) return 'not_usable';
  return /^[0-9]+$/.test(question) && question.length === suite.questionLength ? undefined : 'bad_question';
}

/**
 * Returns the user; with `isHeld` the row is locked until the transaction ends: the user's row before the token's, as
 * validations lock them, so that there is no deadlock.
 */
function userOf(db: Db, userId: string, isHeld: boolean): Promise<User | undefined> {
  const query = db.selectFrom('users').selectAll().where('id', '=', userId);
  return (isHeld && engineOf(db) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

/** A user and the tokens that the passcodes may belong to. */
interface Resynchronising {
  readonly user: User;
  readonly tokens: readonly TokenRow[];
}

interface Attempt<C extends RefusalCode> {
  readonly read: (db: Db, isHeld: boolean) => Promise<Result<Resynchronising, C>>;
  readonly input: TwoPasscodes;
}

/**
 * Searches the passcodes before the transaction, and checks the result inside it: the last accepted step must still
 * be lower, and the account must be open. Nothing is searched for a locked account.
 */
async function resync<C extends RefusalCode>(
  management: Management,
  actor: Actor,
  { read, input }: Attempt<C>,
) {
  const { db, keys, clock } = management;
  const policy = await readLockPolicy(db);
  const seen = await read(db, false);
  if (!seen.ok) return seen;
  const nowMs = clock();
  if (lockState(lockFactsOf(seen.value.user), policy, nowMs).locked) return refused('account_locked');
  const found = new Map<string, FirstStep>();
  for (const token of seen.value.tokens) found.set(token.id, await firstStepOf(keys, token, input, nowMs));
  return actOf(async (acting: Acting) => {
    const now = await read(acting.db, true);
    if (!now.ok) return now;
    const { user } = now.value;
    const tokens = now.value.tokens.filter(({ id }) => found.has(id));
    if (tokens.length === 0) return refused('not_usable');
    return settle(acting, { user, tokens, found, policy });
  })(management, actor, undefined);
}

interface Looked {
  readonly user: User;
  readonly tokens: readonly TokenRow[];
  readonly found: ReadonlyMap<string, FirstStep>;
  readonly policy: LockPolicy;
}

async function settle(acting: Acting, { user, tokens, found, policy }: Looked) {
  const { db, actor, atMs } = acting;
  const standing = lockState(lockFactsOf(user), policy, atMs);
  if (standing.locked) return refused('account_locked');
  let problem: 'resync_failed' | 'seed_unreadable' = 'resync_failed';
  for (const token of tokens) {
    const step = found.get(token.id);
    if (step === 'unreadable') problem = 'seed_unreadable';
    else if (step !== undefined && (await take(acting, token, step))) {
      await storeLockFacts(db, [{ userId: user.id, ...afterSuccess(standing, {}) }]);
      const driftSteps = driftOf(token, step + 1, atMs);
      await record(acting, user, token, { found: true, driftSteps });
      const clockIsOff = Math.abs(driftSteps) > tokenLimits.driftMaxSteps;
      return done<Resynchronised>({ serial: token.serial, driftSteps, clockIsOff });
    }
  }
  await storeLockFacts(db, [{ userId: user.id, ...afterFailure(standing, 'passcode', atMs) }]);
  await alertWhenLocked(db, standing, { userId: user.id, atMs, source: actor.source });
  await record(acting, user, tokens.length === 1 ? tokens[0] : undefined, { found: false });
  return refused(problem);
}

function driftOf(token: TokenRow, step: number, nowMs: number): number {
  return token.period_seconds === null ? 0 : step - timeStep(nowMs, token.period_seconds);
}

/**
 * Raises the last accepted step to the second passcode, unless another request already did; both are remembered as
 * used.
 */
async function take({ db, actor, atMs }: Acting, token: TokenRow, first: number): Promise<boolean> {
  const spent = { atMs, source: actor.source, letNobodyIn: true };
  const once = withAcceptance(token.recent, { ...spent, step: first });
  const moved = await db
    .updateTable('tokens')
    .set({
      last_step: first + 1,
      drift_steps: driftOf(token, first + 1, atMs),
      recent: withAcceptance(once, { ...spent, step: first + 1 }),
    })
    .where('id', '=', token.id)
    .where('last_step', '<', first)
    .where('state', 'in', usableStates)
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

function record(
  { db, keys, actor, atMs }: Acting,
  user: User,
  token: TokenRow | undefined,
  detail: Readonly<Record<string, boolean | number>>,
): Promise<void> {
  const about =
    token === undefined
      ? ({ subjectKind: 'user', subjectId: user.id, subject: user.name } as const)
      : ({ subjectKind: 'token', subjectId: token.id, subject: token.serial } as const);
  return recordAudit(db, keys, { atMs, actor, action: 'token.resync', ...about, detail });
}
