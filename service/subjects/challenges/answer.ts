import { challengeLimits } from '../../base/limits/challenges.ts';
import { afterFailure, afterSuccess } from '../../base/lock.ts';
import { counterOfAnswer } from '../../base/ocra.ts';
import { parseSuite, usualSuite } from '../../base/ocra-suite.ts';
import { failedFactor, type Outcome } from '../../base/outcomes.ts';
import { usableStates } from '../../base/token-states.ts';
import { type Db, validating } from '../../storage/database/database.ts';
import { searchableId } from '../../storage/queries/ids.ts';
import { alertWhenLocked } from '../alerts/locked.ts';
import { endTemporaryCodes } from '../tokens/codes/temporary-codes.ts';
import { makeDummyToken } from '../tokens/dummy-evaluation.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { secretOf } from '../tokens/tokens.ts';
import { storeLockFacts } from '../users/users.ts';
import { recordEvents } from '../validation/events.ts';
import { checkFactors } from '../validation/factors.ts';
import type { ValidationContext } from '../validation/request.ts';
import { settledUnseen } from '../validation/validator.ts';
import {
  type AnswerRequest,
  type ChallengeRow,
  isOpen,
  nameOfAsked,
  type PendingAnswer,
  readAnswering,
} from './answering.ts';

/**
 * Decides one answer: lock, passcode, end of the question, counter and log are one transaction, durable when the
 * promise resolves. Of all answers to one question, on all nodes, only one is accepted.
 *
 * @returns the outcome; only `accepted` may let anybody in, and only the session that the question was created for
 * @throws ServiceError `busy`, or a database error; then nothing was accepted
 */
export async function answerChallenge(context: ValidationContext, given: AnswerRequest): Promise<Outcome> {
  const request = { ...given, id: searchableId(given.id) };
  // The user of a question never changes; everything else is read again under the user's lock.
  const name = await nameOfAsked(context.db, request.id);
  const proofs = await checkFactors(context, { ...request, user: name });
  return validating(context.db, async db => {
    const answering = await readAnswering(context, db, request, { name, proofs });
    const outcome = await outcomeOf(answering);
    await writeDown(answering, outcome);
    return outcome;
  });
}

/** Returns the outcome if it is settled before the passcode is checked. The lock takes precedence. */
function settledBefore(answering: PendingAnswer): Outcome | undefined {
  if (isOpen(answering)) return settledUnseen(answering.known);
  return answering.known.lockState.locked ? 'locked' : 'no_challenge';
}

async function outcomeOf(answering: PendingAnswer): Promise<Outcome> {
  const { db, challenge, token, nowMs } = answering;
  const settled = settledBefore(answering);
  // An outcome settled early must not show in the response time: a dummy token is evaluated.
  const counter = counterShown(answering, settled === undefined ? token : undefined);
  if (settled !== undefined || challenge === undefined || token === undefined)
    return settled ?? 'no_challenge';
  if (counter === 'unreadable') return 'unreadable';
  if (counter === undefined) return 'wrong';
  if (!(await endOpen(db, challenge.id, nowMs))) return 'no_challenge';
  return (await moveCounter(answering, token, counter)) ? 'accepted' : 'no_usable_token';
}

function counterShown(
  { keys, challenge, known, nowMs }: PendingAnswer,
  token: TokenRow | undefined,
): number | 'unreadable' | undefined {
  const looked = token ?? { ...makeDummyToken(keys), suite: usualSuite };
  const suite = parseSuite(looked.suite ?? '');
  const secret = secretOf(keys, looked);
  if (secret === undefined || suite === undefined) return 'unreadable';
  try {
    return counterOfAnswer(suite, secret, {
      question: challenge?.question ?? '0',
      passcode: known.passcode ?? '',
      lastCounter: looked.last_step,
      nowMs,
    });
  } finally {
    secret.fill(0);
  }
}

/** The only place that can accept an answer: it ends the question, and checks whether this call ended it. */
async function endOpen(db: Db, id: string, nowMs: number): Promise<boolean> {
  const ended = await db
    .updateTable('challenges')
    .set({ answered_ms: nowMs })
    .where('id', '=', id)
    .where('answered_ms', 'is', null)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirst();
  return ended.numUpdatedRows === 1n;
}

/**
 * Stores the use of the token, and the last accepted counter where it has one; the counter never goes back. @returns
 * whether the token could still be used
 */
async function moveCounter({ db, nowMs }: PendingAnswer, token: TokenRow, counter: number): Promise<boolean> {
  const isCounted = parseSuite(token.suite ?? '')?.isCounted === true;
  const used = db
    .updateTable('tokens')
    .set({ state: 'active', last_used_ms: nowMs, ...(isCounted && { last_step: counter }) })
    .where('id', '=', token.id)
    .where('user_id', '=', token.user_id)
    .where('state', 'in', usableStates);
  const moved = await (isCounted ? used.where('last_step', '<', counter) : used).executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

async function writeDown(answering: PendingAnswer, outcome: Outcome): Promise<void> {
  const { db, challenge, known, nowMs, request, token, user } = answering;
  const failed = failedFactor[outcome];
  if (user !== undefined && (failed !== null || outcome === 'accepted')) {
    const { proofs, lockState: standing } = known;
    const facts = failed === null ? afterSuccess(standing, proofs) : afterFailure(standing, failed, nowMs);
    await storeLockFacts(db, [{ userId: user.id, ...facts }]);
    if (failed !== null)
      await alertWhenLocked(db, standing, { userId: user.id, atMs: nowMs, source: request.source });
  }
  if (challenge !== undefined && failed !== null) await countAttempt(db, challenge, nowMs);
  // A user who has the fob at hand needs no temporary code any more.
  if (user !== undefined && outcome === 'accepted') await endTemporaryCodes(db, user.id, nowMs);
  await recordEvents(db, [
    {
      atMs: nowMs,
      userId: user?.id ?? null,
      tokenId: token?.id ?? null,
      applicationId: request.applicationId,
      outcome,
      source: request.source,
      requestId: request.requestId,
    },
  ]);
}

/** Counts a wrong answer; the last allowed one ends the question. */
async function countAttempt(db: Db, { id, attempts }: ChallengeRow, nowMs: number): Promise<void> {
  const counted = attempts + 1;
  await db
    .updateTable('challenges')
    .set({ attempts: counted, ...(counted >= challengeLimits.challengeAttempts && { answered_ms: nowMs }) })
    .where('id', '=', id)
    .where('answered_ms', 'is', null)
    .execute();
}
