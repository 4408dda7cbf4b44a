import { randomUUID } from 'node:crypto';
import { userLimits } from '../../base/limits/users.ts';
import { done, refused } from '../../base/results.ts';
import {
  count,
  list as listShape,
  named,
  object,
  serviceText,
  type TypeOf,
  time,
} from '../../base/shapes.ts';
import type { Acting } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { act, did, subject, unchanged } from '../kit/act.ts';
import { clientName } from '../kit/common-fields.ts';
import { lookUp, shownAs } from '../kit/field.ts';
import { list } from '../kit/list.ts';
import { aboutUser } from '../users/subject.ts';
import type { User } from '../users/users.ts';
import { addMember, groupsOf, removeMember } from './members.ts';

const group = named(object({ id: serviceText, name: serviceText, members: count, createdMs: time }), 'Group');
export type Group = TypeOf<typeof group>;

const about = subject({
  kind: 'group',
  key: 'name',
  keyShape: clientName.shape,
  home: '/groups',
  missing: ['unknown_group'],
  find: groupNamed,
});
const shared = { permission: 'group.change', subject: about, gives: group } as const;

export const createGroup = act({
  ...shared,
  makes: true,
  fields: { name: clientName },
  refusals: { group_taken: 'name', too_many_groups: 'name' },
  routes: [
    {
      name: 'groups.create',
      summary: 'Create a group of people.',
      at: 'POST /v1/groups',
      example: { name: 'Sales' },
    },
  ],
  form: { at: '/groups/create', title: 'Create a group', submit: 'Create a group', done: 'created' },
  async run(acting, { name }) {
    if ((await readGroups(acting.db, name)).length > 0) return refused('group_taken');
    const { n } = await acting.db
      .selectFrom('user_groups')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    if (Number(n) >= userLimits.groupsMax) return refused('too_many_groups');
    const made = await insertGroup(acting, name);
    return did(made, made, { change: 'create' });
  },
});

export const renameGroup = act({
  ...shared,
  fields: { newName: shownAs(clientName, { label: 'New name' }) },
  refusals: { group_taken: 'newName' },
  routes: [
    {
      name: 'groups.rename',
      summary: 'Rename a group of people.',
      at: 'PATCH /v1/groups/:name',
      example: { newName: 'Sales North' },
    },
  ],
  form: {
    at: '/group/rename',
    title: ({ name }) => `Rename the group ${name}`,
    submit: 'Save',
    fills: ({ name }) => ({ newName: name }),
    done: 'changed',
  },
  async run({ db, item }, { newName: name }) {
    const [other] = await readGroups(db, name);
    if (other !== undefined && other.id !== item.id) return refused('group_taken');
    await db.updateTable('user_groups').set({ name }).where('id', '=', item.id).execute();
    return did({ ...item, name }, item, { change: 'rename', name });
  },
});

export const deleteGroup = act({
  ...shared,
  fields: {},
  refusals: { group_has_members: 'form' },
  routes: [
    { name: 'groups.delete', summary: 'Delete a group that nobody is in.', at: 'DELETE /v1/groups/:name' },
  ],
  form: {
    at: '/group/delete',
    title: ({ name }) => `Delete the group ${name}`,
    submit: 'Delete',
    isFinal: true,
    done: 'removed',
  },
  async run({ db, item }) {
    if (item.members > 0) return refused('group_has_members');
    await db.deleteFrom('user_groups').where('id', '=', item.id).execute();
    return did(item, item, { change: 'delete' });
  },
});

export const groups = list<Group>({
  name: 'groups.list',
  summary: 'List groups of people.',
  at: 'GET /v1/groups',
  permission: 'read',
  item: group,
  as: 'groups',
  key: 'name',
  title: 'name',
  columns: {
    name: { label: 'Name', as: 'name' },
    members: { label: 'People' },
    createdMs: { label: 'Created (UTC)', as: 'time' },
  },
  page: {
    at: '/groups',
    title: 'Groups',
    lead: 'Who belongs together: a department, a place. People are put in a group on their own pages or by an import.',
    none: 'No groups.',
  },
  adds: createGroup,
  acts: [
    [renameGroup, 'Rename'],
    [deleteGroup, 'Delete', ({ members }) => members === 0],
  ],
  read: db => readGroups(db),
});

const chosen = lookUp(clientName.shape, { label: 'Group' }, ['unknown_group'], groupNamed);

const membership = {
  permission: 'group.change',
  subject: aboutUser,
  gives: object({ groups: listShape(object({ id: serviceText, name: serviceText })) }),
} as const;

export const joinGroup = act({
  ...membership,
  fields: {
    group: shownAs(chosen, {
      options: async db => (await readGroups(db)).map(({ name }) => [name, name] as const),
    }),
  },
  refusals: { too_many_groups_of_user: 'group' },
  routes: [
    {
      name: 'users.join-group',
      summary: 'Put a user in a group.',
      at: 'POST /v1/users/:user/groups',
      example: { group: 'Sales' },
    },
  ],
  form: {
    at: '/user/groups/join',
    title: ({ name }) => `Put ${name} in a group`,
    submit: 'Put in the group',
    done: 'changed',
  },
  async run(acting, { group }) {
    const present = await groupsOf(acting.db, acting.item.id);
    if (present.length >= userLimits.groupsOfUserMax) return refused('too_many_groups_of_user');
    const isNew = await addMember(acting.db, { groupId: group.id, userId: acting.item.id, by: 'hand' });
    return await joined(acting, isNew, { change: 'join', group: group.name });
  },
});

export const leaveGroup = act({
  ...membership,
  fields: { group: shownAs(chosen, { kind: 'hidden' }) },
  refusals: {},
  routes: [
    {
      name: 'users.leave-group',
      summary: 'Take a user out of a group.',
      at: 'DELETE /v1/users/:user/groups/:group',
    },
  ],
  form: {
    at: '/user/groups/leave',
    title: ({ name }) => `Take ${name} out of a group`,
    lead: (_, value) => value('group'),
    submit: 'Take out of the group',
    done: 'changed',
  },
  async run(acting, { group }) {
    const wasThere = await removeMember(acting.db, { groupId: group.id, userId: acting.item.id });
    return await joined(acting, wasThere, { change: 'leave', group: group.name });
  },
});

export const membershipActs = [joinGroup, leaveGroup] as const;

async function joined(
  { db, item }: Acting & { readonly item: User },
  isChanged: boolean,
  detail: Readonly<Record<string, string>>,
) {
  const value = { groups: await groupsOf(db, item.id) };
  return isChanged ? did(value, item, detail) : unchanged(value);
}

/** Adds a group whose name no other has. */
async function insertGroup({ db, atMs }: Acting, name: string): Promise<Group> {
  const row = { id: randomUUID(), name, created_ms: atMs };
  await db.insertInto('user_groups').values(row).execute();
  return { id: row.id, name, members: 0, createdMs: atMs };
}

async function groupNamed(db: Db, name: string) {
  const [row] = await readGroups(db, name);
  return row === undefined ? refused('unknown_group') : done(row);
}

/** Returns all groups, by name, or the one of a name. */
export async function readGroups(db: Db, name?: string): Promise<Group[]> {
  const rows = await db
    .selectFrom('user_groups')
    .select(['id', 'name', 'created_ms as createdMs'])
    .select(({ selectFrom }) =>
      selectFrom('group_members')
        .whereRef('group_members.group_id', '=', 'user_groups.id')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .as('members'),
    )
    .$if(name !== undefined, query => query.where('name', '=', name ?? ''))
    .orderBy('name')
    .limit(userLimits.groupsMax)
    .execute();
  return rows.map(row => ({ ...row, members: Number(row.members) }));
}
