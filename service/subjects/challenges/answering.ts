import type { Selectable } from 'kysely';
import type { Factors } from '../../base/kinds.ts';
import { lockState, noFailures } from '../../base/lock.ts';
import { normalisePasscode } from '../../base/passcode.ts';
import { usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { latestMade } from '../../storage/queries/latest.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { type ApplicationVersion, applicationNow } from '../applications/cache.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { lockFactsOf, type User } from '../users/users.ts';
import type { Proofs } from '../validation/factors.ts';
import { lockUsers } from '../validation/facts.ts';
import type { ValidationContext } from '../validation/request.ts';
import type { Known } from '../validation/validator.ts';
import { hashSession } from './create.ts';

/** An answer from the user's fob that an application passes on. */
export interface AnswerRequest {
  readonly id: string;
  readonly session: string;
  readonly passcode: string;
  readonly password?: string | undefined;
  readonly pin?: string | undefined;
  readonly applicationId: string;
  /** Factors that the application requires; default: only the passcode. */
  readonly factors?: Factors | undefined;
  /**
   * The version of the application that was authenticated: if it has changed since, or is disabled, nobody gets in.
   */
  readonly standing?: ApplicationVersion | undefined;
  readonly source: string;
  readonly requestId: string;
}

export type ChallengeRow = Selectable<Schema['challenges']>;

/** One answer that is being decided. */
export interface PendingAnswer {
  readonly db: Db;
  readonly keys: Keys;
  readonly request: AnswerRequest;
  readonly challenge: ChallengeRow | undefined;
  readonly user: User | undefined;
  readonly token: TokenRow | undefined;
  readonly known: Known;
  /** Whether the application is unchanged since its key was looked up. */
  readonly isUnchanged: boolean;
  readonly nowMs: number;
}

/**
 * Returns the name of the user a question is for; empty if there is no such question, or it has no user. The name
 * never changes.
 */
export async function nameOfAsked(db: Db, id: string): Promise<string> {
  const row = await db
    .selectFrom('challenges')
    .innerJoin('users', 'users.id', 'challenges.user_id')
    .select('users.name')
    .where('challenges.id', '=', id)
    .executeTakeFirst();
  return row?.name ?? '';
}

/** Reads all facts that decide an answer, under the lock of the user's row. */
export async function readAnswering(
  context: ValidationContext,
  db: Db,
  request: AnswerRequest,
  { name, proofs }: { readonly name: string; readonly proofs: Proofs },
): Promise<PendingAnswer> {
  const nowMs = context.clock();
  const lock = await context.lock(db);
  const [user] = await lockUsers(db, [name]);
  const challenge = await db
    .selectFrom('challenges')
    .selectAll()
    .where('id', '=', request.id)
    .executeTakeFirst();
  const token = await db
    .selectFrom('tokens')
    .selectAll()
    .where('id', '=', challenge?.token_id ?? '')
    .where('user_id', '=', user?.id ?? '')
    .where('state', 'in', usableStates)
    .executeTakeFirst();
  const known: Known = {
    user,
    lockState: lockState(user === undefined ? noFailures : lockFactsOf(user), lock, nowMs),
    tokens: token === undefined ? [] : [token],
    replaced: [],
    hasTemporaryCode: false,
    passcode: normalisePasscode(request.passcode),
    choosesPin: false,
    changesPin: false,
    pinAlways: request.factors === 'pin_otp',
    proofs,
  };
  const isUnchanged = await stillStands(db, request);
  return { db, keys: context.keys, request, challenge, user, token, known, isUnchanged, nowMs };
}

async function stillStands(db: Db, { applicationId, standing }: AnswerRequest): Promise<boolean> {
  if (standing === undefined) return true;
  const now = (await applicationNow(db, applicationId))?.standing;
  return now?.keyHash === standing.keyHash && now.factors === standing.factors;
}

/** Whether the question is open for this session of this application. */
export function isOpen({ challenge, request, isUnchanged, nowMs }: PendingAnswer): boolean {
  return (
    isUnchanged &&
    challenge !== undefined &&
    challenge.application_id === request.applicationId &&
    challenge.session_hash === hashSession(request.session) &&
    challenge.answered_ms === null &&
    challenge.expires_ms > nowMs &&
    challenge.created_ms <= latestMade(nowMs)
  );
}
