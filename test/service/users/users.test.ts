import { defaultLockPolicy } from '@passfob/service/base/lock';
import {
  changeUser,
  createUser,
  disableUser,
  enableUser,
  unlockUser,
} from '@passfob/service/features/users/user-changes';
import {
  listUsers,
  selectUsers,
  type UserQuery,
  userDetail,
} from '@passfob/service/features/users/user-views';
import { engineOf } from '@passfob/service/storage/schema/engine';
import { CompiledQuery, sql } from 'kysely';
import { expect, test } from 'vitest';
import { accepted, codeOf, grace, Office } from './kit.ts';

const query = (office: Office, changes: Partial<UserQuery> = {}): UserQuery => ({
  lock: defaultLockPolicy,
  nowMs: office.nowMs,
  limit: 50,
  ...changes,
});

const namesOf = async (office: Office, changes: Partial<UserQuery> = {}) =>
  (await listUsers(office.store.db, query(office, changes))).users.map(({ name }) => name);

test('a user is created, found under any spelling, changed and audited; refusals change nothing', async () => {
  await using office = await Office.open();
  const { management } = office;
  const made = accepted(
    await createUser(management, grace, { name: ' Ada ', displayName: 'Ada L.', email: 'Ada@Example.ORG' }),
  );
  expect(made).toMatchObject({ name: 'ada', displayName: 'Ada L.', email: 'Ada@example.org', pin: 'none' });
  expect(codeOf(await createUser(management, grace, { name: 'ADA' }))).toBe('user_taken');
  expect(codeOf(await createUser(management, grace, { name: 'a\nb' }))).toBe('bad_user');
  const rename = (displayName: string) => changeUser(management, grace, { user: 'ada', displayName });
  expect(codeOf(await rename('two\nlines'))).toBe('bad_display_name');
  expect(codeOf(await rename('turned \u202eround'))).toBe('bad_display_name');
  expect(codeOf(await changeUser(management, grace, { user: 'bob', email: null }))).toBe('unknown_user');
  expect(accepted(await changeUser(management, grace, { user: 'Ada', email: '' }))).toMatchObject({
    displayName: 'Ada L.',
    email: null,
  });
  await office.token('ada');
  await office.token('ada');
  const detail = await userDetail(office.store.db, 'ADA', query(office));
  expect(detail).toMatchObject({ id: made.id, tokens: 2, usableTokens: 2, hasPassword: false });
  const acts = (await office.audit()).acts.filter(act => act.startsWith('user.'));
  expect(acts).toEqual(['user.create ada', 'user.change ada']);
});

test('disabling, enabling and unlocking are shown in the view and audited', async () => {
  await using office = await Office.open();
  const { management } = office;
  await office.users('ada');
  const failing = { failures: 3, last_failure_ms: office.nowMs };
  await office.store.db.updateTable('users').set(failing).execute();
  const locked = await userDetail(office.store.db, 'ada', query(office));
  expect(locked?.lockedUntilMs).toBe(office.nowMs + defaultLockPolicy.periodMs);
  expect(accepted(await unlockUser(management, grace, 'ada'))).toMatchObject({
    failures: 0,
    lockedUntilMs: null,
  });
  expect(accepted(await disableUser(management, grace, 'ada')).disabledMs).toBe(office.nowMs);
  office.nowMs += 1000;
  // A second disabling keeps the time of the first.
  expect(accepted(await disableUser(management, grace, 'ada')).disabledMs).toBe(office.nowMs - 1000);
  expect(accepted(await enableUser(management, grace, 'ada')).disabledMs).toBeNull();
  expect((await office.audit()).acts.slice(1)).toEqual([
    'user.unlock ada',
    'user.disable ada',
    'user.disable ada',
    'user.enable ada',
  ]);
});

test('user lists page through all names once, by a part of the name and by state', async () => {
  await using office = await Office.open();
  // One name has a character beyond the first plane: an upper bound of U+FFFF would lose it.
  const names = ['ada', 'adam', 'adb', 'ad𐐨', 'bob', 'böb', 'b%', 'b_'];
  await office.users(...names);
  const sorted = [...names].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await listUsers(office.store.db, query(office, { after, limit: 3 }));
    seen.push(...page.users.map(({ name }) => name));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(seen).toEqual(sorted);
  expect(await namesOf(office, { search: 'AD' })).toEqual(['ada', 'adam', 'adb', 'ad𐐨']);
  expect(await namesOf(office, { search: 'ada' })).toEqual(['ada', 'adam']);
  expect(await namesOf(office, { search: 'b%' })).toEqual(['b%']);
  expect(await namesOf(office, { search: '_' })).toEqual(['b_']);
  // Names in which the lowest possible text follows: nothing, %, or another letter.
  expect(await namesOf(office, { search: 'b' })).toEqual(['adb', 'b%', 'b_', 'bob', 'böb']);
  expect(await namesOf(office, { after: 'adam' })).toEqual(sorted.slice(sorted.indexOf('adam') + 1));
  expect(await namesOf(office, { search: 'x' })).toEqual([]);
  expect(await namesOf(office, { search: ' ' })).toEqual([]);
  expect(await namesOf(office, { search: 'a\0' })).toEqual([]);
  expect(await namesOf(office, { search: 'a\ud800' })).toEqual([]);
  expect(await namesOf(office, { after: 'a\0' })).toEqual([]);
  accepted(await disableUser(office.management, grace, 'bob'));
  const last_failure_ms = office.nowMs;
  const fail = (name: string, failures: number) =>
    office.store.db
      .updateTable('users')
      .set({ failures, last_failure_ms })
      .where('name', '=', name)
      .execute();
  await fail('ada', 3);
  await fail('adam', 2);
  expect(await namesOf(office, { state: 'disabled' })).toEqual(['bob']);
  expect(await namesOf(office, { state: 'locked' })).toEqual(['ada']);
  expect(await namesOf(office, { state: 'locked', lock: { ...defaultLockPolicy, threshold: 0 } })).toEqual(
    [],
  );
  office.nowMs += defaultLockPolicy.periodMs;
  expect(await namesOf(office, { state: 'locked' })).toEqual([]);
});

/** Returns the plan of a list of users, when sorting and full scans are disabled. */
function planOf(office: Office, changes: Partial<UserQuery>): Promise<string> {
  return office.store.db.transaction().execute(async db => {
    const { sql: text, parameters } = selectUsers(db, query(office, changes)).limit(51).compile();
    const isPostgres = engineOf(db) === 'postgres';
    if (isPostgres)
      for (const way of ['seqscan', 'bitmapscan', 'sort'])
        await sql`set local ${sql.raw(`enable_${way}`)} = off`.execute(db);
    const explain = isPostgres ? 'explain' : 'explain query plan';
    return JSON.stringify(
      (await db.executeQuery(CompiledQuery.raw(`${explain} ${text}`, [...parameters]))).rows,
    );
  });
}

test.each([
  [{}, /autoindex_users_2 \(name>|users_name_key.*Index Cond: \(name >/],
  [{ after: 'adam' }, /autoindex_users_2 \(name>|users_name_key.*Index Cond: \(name >/],
  [{ state: 'disabled' }, /users_disabled/],
  [{ state: 'locked' }, /users_failing/],
] as const)('a list of users %j uses an index', async (changes, index) => {
  await using office = await Office.open();
  const plan = await planOf(office, changes);
  expect(plan).toMatch(index);
  expect(plan).not.toMatch(/temp b-tree|sort|seq scan|scan users"/i);
  // A second lower bound would make the database read all rows up to it.
  expect(
    (
      selectUsers(office.store.db, query(office, changes))
        .compile()
        .sql.match(/"name" >/g) ?? []
    ).length,
  ).toBe(1);
});

test('no view of a user contains a hash', async () => {
  await using office = await Office.open();
  await office.users('ada');
  await office.password('ada');
  const { users } = await listUsers(office.store.db, query(office));
  const detail = await userDetail(office.store.db, 'ada', query(office));
  expect(users[0]?.hasPassword).toBe(true);
  expect(JSON.stringify([users, detail])).not.toMatch(/argon2|hash/i);
  expect((await office.audit()).text).not.toContain('argon2');
});
