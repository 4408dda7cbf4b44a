import type { Role } from '../../../base/kinds.ts';
import type { Outcome } from '../../../base/outcomes.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { IdempotencyKey } from '../../../storage/idempotency.ts';
import type { Management } from '../../../storage/management.ts';
import { CONSOLE_APPLICATION } from '../../applications/applications.ts';
import { recordAudit } from '../../audit/record.ts';
import { checkPassword } from '../credentials/passwords.ts';
import { type OperatorSession, openSession, proveSession, sessionOf } from '../sessions.ts';
import { prepareUserName } from '../users.ts';

/** A request to the validator: all factors of an operator, whatever the application's row requires. */
export interface SignInRequest extends SignInProof {
  readonly user: string;
  readonly applicationId: string;
  readonly factors: 'password_otp';
}

/** Decides whether password and passcode are right: the validator, called for the console. */
export interface Decider {
  readonly decide: (request: SignInRequest) => Promise<Outcome>;
  /** The console's own application (`CONSOLE_APPLICATION`). */
  readonly applicationId: string;
}

/** An operator's password and passcode, both secrets. */
export interface SignInProof {
  readonly password: string;
  readonly passcode: string;
  readonly source: string;
  readonly requestId: string;
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

const { factors } = CONSOLE_APPLICATION;

/**
 * Opens a session for an enabled operator with password and own fob. The role is read when the session is opened.
 *
 * @returns undefined for every refusal: only the validator's log distinguishes the reasons
 * @throws ServiceError `busy`
 */
export async function signIn(
  management: Management,
  { decide, applicationId }: Decider,
  { user, ...proof }: SignInProof & { readonly user: string },
): Promise<OperatorSession | undefined> {
  const name = prepareUserName(user) ?? '';
  const before = await enabledOperator(management.db, name);
  const outcome = await decide({ ...proof, user, applicationId, factors });
  // Read whatever the outcome, so that the response time does not reveal who is an operator.
  const operator = await enabledOperator(management.db, name);
  if (outcome !== 'accepted' || operator === undefined) return undefined;
  // The hash may have been renewed. A password change meanwhile ended all sessions, and the old password must not
  // open a new one.
  const isOther = before?.passwordHash !== operator.passwordHash;
  if (isOther && !(await checkPassword(operator.passwordHash, proof.password))) return undefined;
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const { userId, role, passwordHash } = (await enabledOperator(db, name)) ?? {};
    if (userId === undefined || role === undefined || passwordHash !== operator.passwordHash)
      return undefined;
    const session = await openSession(db, { userId, role, nowMs: atMs });
    await recordAudit(db, management.keys, {
      atMs,
      actor: { name, role, source: proof.source, requestId: proof.requestId },
      action: 'operator.sign-in',
      subjectKind: 'operator',
      subjectId: userId,
      subject: name,
    });
    return session;
  });
}

/**
 * Proves again, with password and passcode, that the operator of a session is present.
 *
 * @param value the session's cookie value
 * @returns whether it is proved: false for every reason, also for the session of a one-time link, which has no user
 * @throws ServiceError `busy`
 */
export async function proveAgain(
  management: Management,
  { decide, applicationId }: Decider,
  { value, ...proof }: SignInProof & { readonly value: string },
): Promise<boolean> {
  const session = await sessionOf(management, value);
  if (session === undefined || session.user === null) return false;
  const { user, role } = session;
  if ((await decide({ ...proof, user, applicationId, factors })) !== 'accepted') return false;
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const operator = await enabledOperator(db, user);
    if (operator === undefined) return false;
    await proveSession(db, value, atMs);
    await recordAudit(db, management.keys, {
      atMs,
      actor: { name: user, role, source: proof.source, requestId: proof.requestId },
      action: 'operator.prove',
      subjectKind: 'operator',
      subjectId: operator.userId,
      subject: user,
    });
    return true;
  });
}

interface EnabledOperator {
  readonly userId: string;
  readonly role: Role;
  readonly passwordHash: string | null;
}

async function enabledOperator(db: Db, name: string): Promise<EnabledOperator | undefined> {
  return await db
    .selectFrom('operators')
    .innerJoin('users', 'users.id', 'operators.user_id')
    .select(['operators.user_id as userId', 'operators.role', 'users.password_hash as passwordHash'])
    .where('users.name', '=', name)
    .where('users.disabled_ms', 'is', null)
    .where('operators.disabled_ms', 'is', null)
    .executeTakeFirst();
}
