import { userLimits } from '@passfob/service/base/limits/users';
import {
  createGroup,
  deleteGroup,
  joinGroup,
  leaveGroup,
  readGroups,
  renameGroup,
} from '@passfob/service/subjects/groups/acts';
import { expect } from 'vitest';
import { insertIn } from '../kit/insert.ts';
import { rowsIn } from '../kit/rows.ts';
import { grace, testOfOffice as test } from '../users/kit.ts';

test('people are put in groups and taken out, and the audit says so of them', async office => {
  await office.users('ada');
  for (const name of ['Sales', 'IT']) await office.do(createGroup, { name });
  await office.do(joinGroup, { user: 'ada', group: 'Sales' });
  const { groups } = await office.do(joinGroup, { user: 'ADA', group: 'IT' });
  expect(groups.map(({ name }) => name)).toEqual(['IT', 'Sales']);
  await office.do(renameGroup, { name: 'Sales', newName: 'Sales North' });
  const audit = await rowsIn(office.store.db, 'audit');
  const before = audit.length;
  // Nothing changes, and the audit gets no row.
  await office.do(joinGroup, { user: 'ada', group: 'IT' });
  expect((await rowsIn(office.store.db, 'audit')).length).toBe(before);
  expect(
    audit
      .filter(({ action, subject_kind }) => action === 'group.change' && subject_kind === 'user')
      .map(({ subject, detail }) => [subject, JSON.parse(detail)]),
  ).toEqual([
    ['ada', { change: 'join', group: 'Sales' }],
    ['ada', { change: 'join', group: 'IT' }],
  ]);
  expect(await deleteGroup(office.management, grace, { name: 'IT' })).toMatchObject({
    refusal: { code: 'group_has_members' },
  });
  await office.do(leaveGroup, { user: 'ada', group: 'IT' });
  await office.do(deleteGroup, { name: 'IT' });
  expect((await readGroups(office.store.db)).map(({ name, members }) => [name, members])).toEqual([
    ['Sales North', 1],
  ]);
});

test('names of groups are of one group, and groups are bounded', async office => {
  await office.users('ada');
  await office.do(createGroup, { name: 'Sales' });
  await office.do(createGroup, { name: 'IT' });
  const { management, store } = office;
  const code = (result: { ok: boolean }) =>
    'refusal' in result ? (result.refusal as { code: string }).code : 'done';
  expect(code(await createGroup(management, grace, { name: 'Sales' }))).toBe('group_taken');
  expect(code(await renameGroup(management, grace, { name: 'IT', newName: 'Sales' }))).toBe('group_taken');
  expect(code(await renameGroup(management, grace, { name: 'IT', newName: 'IT' }))).toBe('done');
  expect(code(await joinGroup(management, grace, { user: 'ada', group: 'none' }))).toBe('unknown_group');
  for (let nth = 2; nth < userLimits.groupsMax; nth++)
    await insertIn(store.db, 'user_groups', { id: `${nth}`, name: `group ${nth}`, created_ms: 0 });
  expect(code(await createGroup(management, grace, { name: 'One more' }))).toBe('too_many_groups');
  for (let nth = 2; nth < 2 + userLimits.groupsOfUserMax; nth++)
    await office.do(joinGroup, { user: 'ada', group: `group ${nth}` });
  expect(code(await joinGroup(management, grace, { user: 'ada', group: 'Sales' }))).toBe(
    'too_many_groups_of_user',
  );
});
