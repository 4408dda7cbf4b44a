import { accessLimits } from '../../base/limits/access.ts';
import { userLimits } from '../../base/limits/users.ts';
import { done, refused } from '../../base/results.ts';
import { named, nullable, object, serviceText, type TypeOf, text, time } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { act, did, subject } from '../kit/act.ts';
import { role, roleOptions } from '../kit/common-fields.ts';
import { lookUp, offered } from '../kit/field.ts';
import { list } from '../kit/list.ts';
import { isLastAdmin } from '../users/admins.ts';
import { isReservedName } from '../users/look-alikes.ts';
import { endSessionsOf } from '../users/sessions.ts';
import { userNamed } from '../users/subject.ts';
import type { User } from '../users/users.ts';

/** `disabledMs`: as operator or as user, whichever is set. */
const operator = named(
  object({
    user: serviceText,
    displayName: serviceText,
    role: role.shape,
    disabledMs: nullable(time),
    createdMs: time,
  }),
  'Operator',
);
export type OperatorView = TypeOf<typeof operator>;

const userName = lookUp(
  text(userLimits.userNameMax, { minLength: 1 }),
  { label: 'User name' },
  ['unknown_user'],
  userNamed,
);
const ownRole = {
  ...role,
  control: {
    ...role.control,
    hint: 'Administrators may do everything, help desk cannot issue or export, auditors only read.',
  },
};

const about = subject({
  kind: 'operator',
  key: 'user',
  home: '/operators',
  missing: ['unknown_user', 'unknown_operator'],
  async find(db, name) {
    const found = await userNamed(db, name);
    if (!found.ok) return found;
    const user = found.value;
    const row = await db
      .selectFrom('operators')
      .selectAll()
      .where('user_id', '=', user.id)
      .executeTakeFirst();
    return row === undefined
      ? refused('unknown_operator')
      : done({ id: user.id, name: user.name, role: row.role, user, row });
  },
});
const shared = { permission: 'operator.change', subject: about, gives: operator } as const;

export const addOperator = act({
  ...shared,
  makes: true,
  fields: { user: userName, role: offered(ownRole, 'helpdesk') },
  refusals: { operator_present: 'user', reserved_name: 'user', too_many_operators: 'user' },
  routes: [
    {
      name: 'operators.add',
      summary: 'Make a user an operator.',
      at: 'POST /v1/operators',
      example: { user: 'ada', role: 'auditor' },
    },
  ],
  form: {
    at: '/operators/add',
    title: 'Add an operator',
    lead: 'The user needs a password and a token to sign in.',
    submit: 'Add an operator',
    done: 'changed',
  },
  async run({ db, atMs }, { user, role }) {
    const all = await db.selectFrom('operators').select('user_id').execute();
    if (all.some(({ user_id }) => user_id === user.id)) return refused('operator_present');
    // In the audit these names do not stand for a person (`actor.ts`).
    if (isReservedName(user.name)) return refused('reserved_name');
    if (all.length >= accessLimits.operatorsMax) return refused('too_many_operators');
    const row = { user_id: user.id, role, disabled_ms: null, created_ms: atMs };
    await db.insertInto('operators').values(row).execute();
    await endSessionsOf(db, user.id);
    return did(viewOf(user, row), user, { change: 'add', role });
  },
});

/** They have to sign in again. */
export const changeOperatorRole = act({
  ...shared,
  fields: { role: ownRole },
  refusals: { last_admin: 'role' },
  routes: [
    {
      name: 'operators.change',
      summary: 'Give an operator another role.',
      at: 'PATCH /v1/operators/:user',
      example: { role: 'helpdesk' },
    },
  ],
  form: {
    at: '/operator/role',
    title: ({ name }) => `Change the role of ${name}`,
    lead: 'The operator must sign in again.',
    submit: 'Save',
    fills: ({ role }) => ({ role }),
    done: 'changed',
  },
  async run({ db, item }, { role }) {
    if (role !== 'admin' && (await isLastAdmin(db, item.id))) return refused('last_admin');
    return await changed(db, item, { role }, { change: 'role', role });
  },
});

/** Keeps an operator out of the console until enabled again. */
export const disableOperator = act({
  ...shared,
  fields: {},
  refusals: { last_admin: 'form' },
  routes: [
    {
      name: 'operators.disable',
      summary: 'Disable an operator: sessions end, and signing in is refused.',
      at: 'POST /v1/operators/:user/disable',
    },
  ],
  form: {
    at: '/operator/disable',
    title: ({ name }) => `Disable the operator ${name}`,
    lead: 'Sessions end at once. Log-ins to applications go on.',
    submit: 'Disable',
    isFinal: true,
    done: 'changed',
  },
  async run({ db, item, atMs }) {
    if (await isLastAdmin(db, item.id)) return refused('last_admin');
    return await changed(db, item, { disabled_ms: item.row.disabled_ms ?? atMs }, { change: 'disable' });
  },
});

export const enableOperator = act({
  ...shared,
  fields: {},
  refusals: {},
  routes: [
    {
      name: 'operators.enable',
      summary: 'Enable an operator again.',
      at: 'POST /v1/operators/:user/enable',
    },
  ],
  form: {
    at: '/operator/enable',
    title: ({ name }) => `Enable the operator ${name}`,
    submit: 'Enable',
    done: 'changed',
  },
  run: ({ db, item }) => changed(db, item, { disabled_ms: null }, { change: 'enable' }),
});

export const removeOperator = act({
  ...shared,
  fields: {},
  refusals: { last_admin: 'form' },
  routes: [
    {
      name: 'operators.remove',
      summary: 'Make an operator an ordinary user again.',
      at: 'DELETE /v1/operators/:user',
    },
  ],
  form: {
    at: '/operator/remove',
    title: ({ name }) => `Remove the operator ${name}`,
    lead: 'The user stays an ordinary user. Sessions in the console end at once.',
    submit: 'Remove',
    isFinal: true,
    done: 'changed',
  },
  async run({ db, item }) {
    if (await isLastAdmin(db, item.id)) return refused('last_admin');
    await db.deleteFrom('operators').where('user_id', '=', item.id).execute();
    await endSessionsOf(db, item.id);
    return did(viewOf(item.user, item.row), item, { change: 'remove', roleBefore: item.role });
  },
});

export const operators = list<OperatorView>({
  name: 'operators.list',
  summary: 'List operators.',
  at: 'GET /v1/operators',
  permission: 'read',
  item: operator,
  as: 'operators',
  key: 'user',
  title: 'user',
  columns: {
    user: { label: 'User name', as: 'user' },
    disabledMs: { label: 'State', as: ms => (ms === null ? ['good', 'Enabled'] : ['plain', 'Disabled']) },
    role: { label: 'Role', as: roleOptions },
    displayName: { label: 'Display name' },
    createdMs: { label: 'Since (UTC)', as: 'time' },
  },
  page: {
    at: '/operators',
    title: 'Operators',
    lead: 'Users who may work in this console, with their password and their own fob.',
    none: 'No operators yet.',
  },
  adds: addOperator,
  acts: [
    [changeOperatorRole, 'Change role'],
    [disableOperator, 'Disable', ({ disabledMs }) => disabledMs === null],
    [enableOperator, 'Enable', ({ disabledMs }) => disabledMs !== null],
    [removeOperator, 'Remove'],
  ],
  read: listOperators,
});

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
  return rows.map(({ user_disabled_ms, ...row }) => viewOf({ ...row, disabled_ms: user_disabled_ms }, row));
}

type OperatorRow = Schema['operators'];

/** Any change ends the operator's sessions. */
async function changed(
  db: Db,
  item: { readonly id: string; readonly name: string; readonly user: User; readonly row: OperatorRow },
  facts: Partial<OperatorRow>,
  detail: Readonly<Record<string, string>>,
) {
  await db.updateTable('operators').set(facts).where('user_id', '=', item.id).execute();
  await endSessionsOf(db, item.id);
  const view = viewOf(item.user, { ...item.row, ...facts });
  return did(view, item, { ...detail, roleBefore: item.row.role });
}

function viewOf(
  user: Pick<User, 'name' | 'display_name' | 'disabled_ms'>,
  row: Pick<OperatorRow, 'role' | 'disabled_ms' | 'created_ms'>,
): OperatorView {
  return {
    user: user.name,
    displayName: user.display_name,
    role: row.role,
    disabledMs: row.disabled_ms ?? user.disabled_ms,
    createdMs: row.created_ms,
  };
}
