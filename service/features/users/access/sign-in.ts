import type { Role } from '../../../base/kinds.ts';
import type { Outcome } from '../../../base/outcomes.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { recordAudit } from '../../audit/record.ts';
import { CONSOLE_APPLICATION } from '../applications.ts';
import { checkPassword } from '../credentials/passwords.ts';
import { type OperatorSession, openSession, proveSession, sessionOf } from '../sessions.ts';
import { prepareUserName } from '../users.ts';

/** What the validator is asked: all of what an operator shows, whatever the application's row says. */
export interface SignInRequest extends SignInProof {
  readonly user: string;
  readonly applicationId: string;
  readonly factors: 'password_otp';
}

/** What decides whether password and passcode are right: the validator, asked for the console. */
export interface Decider {
  readonly decide: (request: SignInRequest) => Promise<Outcome>;
  /** The console's own application (`CONSOLE_APPLICATION`). */
  readonly applicationId: string;
}

/** What an operator shows. Password and passcode are secrets. */
export interface SignInProof {
  readonly password: string;
  readonly passcode: string;
  readonly source: string;
  readonly requestId: string;
  readonly idempotencyKey?: string | undefined;
}

const { factors } = CONSOLE_APPLICATION;

/**
 * Opens a session for an enabled operator with password and own fob. The role is the operator's as it stands when the
 * session is opened.
 *
 * @returns undefined for every reason not to: only the validator's log tells them apart
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
  // Asked for whatever the outcome was, so that the time does not tell who is an operator.
  const operator = await enabledOperator(management.db, name);
  if (outcome !== 'accepted' || operator === undefined) return undefined;
  // The hash may have been renewed; a password that was changed meanwhile ended all sessions, and the old one opens none.
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
 * Proves anew, with password and passcode, that the operator of a session is there.
 *
 * @param value the session's cookie value
 * @returns whether it is proved: false for every reason, also for a session by a one-time link, which is nobody's
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
