import { createHash, randomInt, randomUUID } from 'node:crypto';
import { challengeLimits } from '../../base/limits/challenges.ts';
import { parseSuite, usualSuite } from '../../base/ocra-suite.ts';
import { usableStates } from '../../base/token-states.ts';
import { type Db, validating } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { prepareUserName, type User } from '../users/users.ts';
import { lockUsers } from '../validation/facts.ts';
import type { ValidationContext } from '../validation/request.ts';

/** A request of an application for a question to a user's fob. */
export interface ChallengeRequest {
  readonly user: string;
  readonly applicationId: string;
  /** The application's identifier of the session. A secret: only its hash is stored. */
  readonly session: string;
}

/** A question that can be answered once, by its session, before it expires. */
export interface Challenge {
  readonly id: string;
  /** Decimal digits, as many as the user's suite requires. */
  readonly question: string;
  /** Milliseconds since 1970: the first moment at which the question is expired. */
  readonly expiresMs: number;
}

/**
 * Creates a question. An unknown user, or a user without such a token, is indistinguishable for the application: a
 * question that nobody can answer looks the same. The user's earlier question ends.
 *
 * @throws ServiceError `busy`, or a database error
 */
export function createChallenge(context: ValidationContext, request: ChallengeRequest): Promise<Challenge> {
  const name = prepareUserName(request.user) ?? '';
  return validating(context.db, async db => {
    const nowMs = context.clock();
    const [user] = await lockUsers(db, [name]);
    const token = await tokenToAnswer(db, user);
    const usual = await suiteOfStrangers(db, context.keys, name);
    const suite = parseSuite(token?.suite ?? usual);
    const challenge: Challenge = {
      id: randomUUID(),
      question: randomDigits(suite?.questionLength ?? 0),
      expiresMs: nowMs + challengeLimits.challengeMs,
    };
    await endChallengesOf(db, user?.id ?? '', nowMs);
    await db
      .insertInto('challenges')
      .values({
        id: challenge.id,
        user_id: user?.id ?? null,
        token_id: token?.id ?? null,
        application_id: request.applicationId,
        question: challenge.question,
        session_hash: hashSession(request.session),
        created_ms: nowMs,
        expires_ms: challenge.expiresMs,
        answered_ms: null,
      })
      .execute();
    return challenge;
  });
}

/** Returns the user's newest token that answers questions. */
function tokenToAnswer(db: Db, user: User | undefined): Promise<TokenRow | undefined> {
  return db
    .selectFrom('tokens')
    .selectAll()
    .where('user_id', '=', user?.id ?? '')
    .where('kind', '=', 'ocra')
    .where('state', 'in', usableStates)
    .orderBy('created_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/**
 * Returns the suite for a user without such a token: that of another user's token, chosen deterministically by the
 * name, so that the lengths of questions are distributed over names as they are over tokens.
 */
async function suiteOfStrangers(db: Db, keys: Keys, name: string): Promise<string> {
  const mark = Buffer.from(macOf(keys, 'challenge', [name]), 'base64url').toString('hex');
  const suites = db
    .selectFrom('tokens')
    .select('suite')
    .where('suite', 'is not', null)
    .orderBy('id')
    .limit(1);
  const chosen =
    (await suites.where('id', '>=', mark).executeTakeFirst()) ?? (await suites.executeTakeFirst());
  return chosen?.suite ?? usualSuite;
}

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

/** Ends the open question of a user. */
async function endChallengesOf(db: Db, userId: string, nowMs: number): Promise<void> {
  await db
    .updateTable('challenges')
    .set({ answered_ms: nowMs })
    .where('user_id', '=', userId)
    .where('answered_ms', 'is', null)
    .execute();
}

/** Returns the hash of a session's identifier, as it is stored. */
export function hashSession(session: string): string {
  return createHash('sha256').update(session, 'utf8').digest('base64url');
}
