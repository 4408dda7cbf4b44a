import type { Actor } from '../../../base/actor.ts';
import type { Role } from '../../../base/kinds.ts';
import { accessLimits } from '../../../base/limits/access.ts';
import { done, type RefusalCode, refused } from '../../../base/results.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { recordAudit } from '../../audit/record.ts';
import { isLastAdmin } from '../admins.ts';
import { isReservedName } from '../look-alikes.ts';
import { endSessionsOf } from '../sessions.ts';
import { findUser, prepareUserName, type User } from '../users.ts';

/** An operator in the public form: a user with a role. */
export interface OperatorView {
  readonly user: string;
  readonly displayName: string;
  readonly role: Role;
  /** When disabled as operator or as user, whichever is set (milliseconds since 1970); null if neither is. */
  readonly disabledMs: number | null;
  readonly createdMs: number;
}

const roles: readonly Role[] = ['admin', 'helpdesk', 'auditor'];

/** Whether a text is a role. */
function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Makes a user an operator. */
export async function addOperator(
  management: Management,
  actor: Actor,
  { user, role }: { readonly user: string; readonly role: Role },
) {
  if (!isRole(role)) return refused('bad_role');
  const change = { management, actor, typed: user, detail: { change: 'add', role } };
  return await changing(change, async (db, found, atMs) => {
    if (found.operator !== undefined) return 'operator_present';
    // In the audit these names do not stand for a person (`actor.ts`).
    if (isReservedName(found.user.name)) return 'reserved_name';
    const { count } = await db
      .selectFrom('operators')
      .select(select => select.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    if (count >= accessLimits.operatorsMax) return 'too_many_operators';
    const operator = { user_id: found.user.id, role, disabled_ms: null, created_ms: atMs };
    await db.insertInto('operators').values(operator).execute();
    return viewOf(found.user, operator);
  });
}

/** Gives an operator another role; they have to sign in again. */
export async function changeOperatorRole(
  management: Management,
  actor: Actor,
  { user, role }: { readonly user: string; readonly role: Role },
) {
  if (!isRole(role)) return refused('bad_role');
  const change = { management, actor, typed: user, detail: { change: 'role', role } };
  return await changing(change, async (db, found) => {
    if (found.operator === undefined) return 'unknown_operator';
    if (role !== 'admin' && (await isLastAdmin(db, found.user.id))) return 'last_admin';
    await db.updateTable('operators').set({ role }).where('user_id', '=', found.user.id).execute();
    return viewOf(found.user, { ...found.operator, role });
  });
}

/** Keeps an operator out of the console until enabled again. */
export function disableOperator(management: Management, actor: Actor, typed: string) {
  return changing({ management, actor, typed, detail: { change: 'disable' } }, async (db, found, atMs) => {
    if (found.operator === undefined) return 'unknown_operator';
    if (await isLastAdmin(db, found.user.id)) return 'last_admin';
    const disabled_ms = found.operator.disabled_ms ?? atMs;
    await db.updateTable('operators').set({ disabled_ms }).where('user_id', '=', found.user.id).execute();
    return viewOf(found.user, { ...found.operator, disabled_ms });
  });
}

export function enableOperator(management: Management, actor: Actor, typed: string) {
  return changing({ management, actor, typed, detail: { change: 'enable' } }, async (db, found) => {
    if (found.operator === undefined) return 'unknown_operator';
    const disabled_ms = null;
    await db.updateTable('operators').set({ disabled_ms }).where('user_id', '=', found.user.id).execute();
    return viewOf(found.user, { ...found.operator, disabled_ms });
  });
}

/** Makes an operator an ordinary user again. */
export function removeOperator(management: Management, actor: Actor, typed: string) {
  return changing({ management, actor, typed, detail: { change: 'remove' } }, async (db, found) => {
    if (found.operator === undefined) return 'unknown_operator';
    if (await isLastAdmin(db, found.user.id)) return 'last_admin';
    await db.deleteFrom('operators').where('user_id', '=', found.user.id).execute();
    return viewOf(found.user, found.operator);
  });
}

/** Returns all operators, by name. */
export async function listOperators(db: Db): Promise<OperatorView[]> {
  const rows = await db
    .selectFrom('operators')
    .innerJoin('users', 'users.id', 'operators.user_id')
    .select(['users.name', 'users.display_name', 'users.disabled_ms as user_disabled_ms'])
    .select(['operators.role', 'operators.disabled_ms', 'operators.created_ms'])
    .orderBy('users.name')
    .limit(accessLimits.operatorsMax)
    .execute();
  return rows.map(row => ({
    user: row.name,
    displayName: row.display_name,
    role: row.role,
    disabledMs: row.disabled_ms ?? row.user_disabled_ms,
    createdMs: row.created_ms,
  }));
}

/** Whether there is any operator, which means that the set-up is complete. */
export async function hasOperators(db: Db): Promise<boolean> {
  return (await db.selectFrom('operators').select('user_id').limit(1).executeTakeFirst()) !== undefined;
}

interface OperatorRow {
  readonly user_id: string;
  readonly role: Role;
  readonly disabled_ms: number | null;
  readonly created_ms: number;
}

interface Found {
  readonly user: User;
  readonly operator: OperatorRow | undefined;
}

interface Change {
  readonly management: Management;
  readonly actor: Actor;
  readonly typed: string;
  readonly detail: Record<string, string>;
}

/** Changes one operator and audits the change in one transaction; any change ends the operator's sessions. */
function changing<C extends RefusalCode = never>(
  { management, actor, typed, detail }: Change,
  change: (db: Db, found: Found, atMs: number) => Promise<OperatorView | C>,
) {
  const atMs = management.clock();
  return writing(management.db, async db => {
    const user = await findUser(db, prepareUserName(typed) ?? '');
    if (user === undefined) return refused('unknown_user');
    const operator = await db
      .selectFrom('operators')
      .selectAll()
      .where('user_id', '=', user.id)
      .executeTakeFirst();
    const changed = await change(db, { user, operator }, atMs);
    if (typeof changed === 'string') return refused(changed);
    await endSessionsOf(db, user.id);
    await recordAudit(db, management.keys, {
      atMs,
      actor,
      action: 'operator.change',
      subjectKind: 'operator',
      subjectId: user.id,
      subject: user.name,
      detail: { ...detail, ...(operator && { roleBefore: operator.role }) },
    });
    return done(changed);
  });
}

function viewOf(user: User, operator: OperatorRow): OperatorView {
  return {
    user: user.name,
    displayName: user.display_name,
    role: operator.role,
    disabledMs: operator.disabled_ms ?? user.disabled_ms,
    createdMs: operator.created_ms,
  };
}
