import { administrationLimits } from '@passfob/service/base/limits/administration';
import { defaultLockPolicy } from '@passfob/service/base/lock';
import { engineOf } from '@passfob/service/storage/schema/engine';
import { selectHits } from '@passfob/service/storage/search/hits';
import { wantedOf } from '@passfob/service/storage/search/parts';
import { changeUser, createUser, disableUser } from '@passfob/service/subjects/users/acts';
import { listUsers, type UserQuery, type UserView } from '@passfob/service/subjects/users/user-views';
import fc from 'fast-check';
import { CompiledQuery, sql } from 'kysely';
import { expect } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { type Office, testOfOffice as test } from '../users/kit.ts';
import { addUsers, type Person, plain } from './kit.ts';

const query = (office: Office, changes: Partial<UserQuery> = {}): UserQuery => ({
  lock: defaultLockPolicy,
  nowMs: office.nowMs,
  limit: 50,
  ...changes,
});

/** Returns all pages of a search, one after the other. */
async function walk(office: Office, changes: Partial<UserQuery>): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  for (let turn = 0; turn < 500; turn++) {
    const page = await listUsers(office.store.db, query(office, { ...changes, after }));
    expect(page.users.length).toBeLessThanOrEqual(changes.limit ?? 50);
    names.push(...page.users.map(({ name }) => name));
    if (page.next === null) return names;
    after = page.next;
  }
  throw new Error('the list does not end');
}

const word = fc.string({
  unit: fc.constantFrom('a', 'b', 'ä', 'ß', 's', ' ', '%', '_', '1', '\u{1f600}'),
  maxLength: 8,
});

test(
  'property: the pages of a search are the users who have the text in name, display name or mail, each once',
  LONG,
  async office => {
    const people: Person[] = fc
      .sample(fc.tuple(word, word, word), { numRuns: 80, seed: 16 })
      .map(([name, displayName, mail], at) => ({
        name: `${plain(name).trim()}.${at}`,
        displayName: displayName.trim(),
        ...(at % 3 > 0 && { email: `${at}.a${plain(mail).replace(/[^a-z]/g, '')}@example.org` }),
      }));
    await addUsers(office.store, people, office.nowMs);
    for (const at of [1, 5, 8, 13, 40]) await office.do(disableUser, { user: people[at]?.name ?? '' });
    const everybody = (await walk(office, { limit: 200 })).length;
    expect(everybody).toBe(80);
    const disabled = new Set(await walk(office, { state: 'disabled' }));
    expect(disabled.size).toBe(5);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(word, fc.constantFrom('a', 'SS', '@example.org', '.1', 'org')),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        async (search, limit, isDisabled) => {
          const text = plain(search).replace(/\s+/g, ' ').trim();
          if (text === '') return;
          const expected = people
            .filter(({ name, displayName = '', email = '' }) =>
              [name, displayName, email].some(one => plain(one).replace(/\s+/g, ' ').includes(text)),
            )
            .map(({ name }) => name)
            .filter(name => !isDisabled || disabled.has(name));
          const found = await walk(office, {
            search,
            limit,
            ...(isDisabled && { state: 'disabled' as const }),
          });
          expect([...found].sort()).toEqual(expected.sort());
        },
      ),
      { numRuns: countOf(60, 600) },
    );
  },
);

test('help desk finds a user by any part of name, user name or mail', async office => {
  const long = 'Maria do Carmo Miranda da Cunha Sebastian';
  await addUsers(
    office.store,
    [
      { name: 'hm2041', displayName: 'Heinz Müller', email: 'h.mueller@sales.example.com' },
      { name: 'gross', displayName: 'Eva Groß' },
      { name: 'smile', displayName: 'Ada \u{1f600} Lovelace' },
      { name: 'carmo', displayName: long },
      { name: '100%', displayName: 'a_b' },
    ],
    office.nowMs,
  );
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['muller', ['hm2041']],
    ['MÜLLER', ['hm2041']],
    ['2041', ['hm2041']],
    ['@sales.example', ['hm2041']],
    ['mueller', ['hm2041']],
    ['GROSS', ['gross']],
    ['groß', ['gross']],
    ['\u{1f600}', ['smile']],
    ['a  \u{1f600}', ['smile']],
    ['do carmo', ['carmo']],
    [long, ['carmo']],
    [`${long}x`, []],
    [long.slice(3, 40), ['carmo']],
    ['%', ['100%']],
    ['_', ['100%']],
    ['h_m', []],
    ['heinz muller h.m', []],
  ];
  for (const [search, names] of cases)
    expect([search, await walk(office, { search })]).toEqual([search, names]);
  const rename = { user: 'hm2041', displayName: 'Heinz Meyer', email: null };
  await office.do(changeUser, rename);
  expect(await walk(office, { search: 'muller' })).toEqual([]);
  expect(await walk(office, { search: 'sales' })).toEqual([]);
  expect(await walk(office, { search: 'meyer' })).toEqual(['hm2041']);
});

test('a user who is renamed between two pages is listed at most once, and others are not shifted', async office => {
  const people = ['ann', 'bea', 'cem', 'dan'].map(name => ({ name, displayName: `x ${name}` }));
  await addUsers(office.store, people, office.nowMs);
  const first = await listUsers(office.store.db, query(office, { search: 'x', limit: 2 }));
  expect(first.users.map(({ name }) => name)).toEqual(['ann', 'bea']);
  await office.do(changeUser, { user: 'dan', displayName: 'x aa' });
  await office.do(createUser, { name: 'xc' });
  const second = await listUsers(
    office.store.db,
    query(office, { search: 'x', limit: 2, after: first.next ?? '' }),
  );
  expect(second.users.map(({ name }) => name)).toEqual(['cem', 'xc']);
  expect(second.next).toBeNull();
});

test('leftover search parts show no user who does not have the text', async office => {
  await office.users('ada');
  for (const [part, name] of [
    ['bob', 'ada'],
    ['ada', 'nobody'],
    ['adam', 'ada'],
  ] as const)
    await office.store.db.insertInto('search_parts').values({ kind: 'user', part, name }).execute();
  expect(await walk(office, { search: 'bob' })).toEqual([]);
  expect(await walk(office, { search: 'ada' })).toEqual(['ada']);
});

test('a page looks at a limited number of hits, and a search for a rare user continues to its end', async office => {
  const count = administrationLimits.pageRowsScanned + 30;
  const people = Array.from({ length: count }, (_, at) => ({ name: `user ${1000 + at}` }));
  await addUsers(office.store, people, office.nowMs);
  const last = people.at(-1)?.name ?? '';
  await office.do(disableUser, { user: last });
  const search = { search: 'USER', state: 'disabled' } as const;
  const first = await listUsers(office.store.db, query(office, search));
  expect(first.users).toEqual([]);
  expect(first.next).not.toBeNull();
  const second = await listUsers(office.store.db, query(office, { ...search, after: first.next ?? '' }));
  expect([second.users.map(({ name }) => name), second.next]).toEqual([[last], null]);
  expect(await walk(office, { search: 'ser', limit: 200 })).toEqual(people.map(({ name }) => name));
});

test('an invalid cursor gives an empty page, and a foreign one shows nothing outside of the search', async office => {
  await office.users('ada', 'adam', 'bob', 'zoe');
  const mark = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const shown = async (search: string, after: string) => {
    const { users } = await listUsers(office.store.db, query(office, { search, after }));
    return users.map(({ name }: UserView) => name);
  };
  for (const after of [
    'x',
    '',
    mark(['a']),
    mark([1, 2]),
    mark(['a\0', 'a']),
    mark(['\ud800', '']),
    'A'.repeat(2000),
  ])
    expect(await shown('ada', after)).toEqual([]);
  expect(await shown('ada', mark(['a', '']))).toEqual(['ada', 'adam']);
  expect(await shown('ada', mark(['ada', 'ada']))).toEqual(['adam']);
  expect(await shown('ada', mark(['b', '']))).toEqual([]);
});

test('a search walks the primary key of the parts, from its cursor to the end of the prefix', async office => {
  const wanted = wantedOf('ada') ?? { beginning: '', whole: '' };
  for (const after of [undefined, { part: 'adam', name: 'x' }]) {
    const plan = await office.store.db.transaction().execute(async db => {
      const isPostgres = engineOf(db) === 'postgres';
      // With few rows PostgreSQL would otherwise sort or read the whole table.
      if (isPostgres)
        for (const way of ['seqscan', 'bitmapscan', 'sort'])
          await sql`set local ${sql.raw(`enable_${way}`)} = off`.execute(db);
      const compiled = selectHits(db, 'user', wanted, after).compile();
      const explain = `${isPostgres ? 'explain' : 'explain query plan'} ${compiled.sql}`;
      const { rows } = await db.executeQuery(CompiledQuery.raw(explain, [...compiled.parameters]));
      return JSON.stringify(rows);
    });
    expect(plan).toMatch(
      /SEARCH search_parts USING PRIMARY KEY \(kind=\? AND \(?part(?:,name\))?>.* AND part<\?\)|search_parts_pkey.*Index Cond: .*kind = .*ROW\(part, name\) > ROW.*part </,
    );
    expect(plan).not.toMatch(/temp b-tree|sort|seq scan|\bscan search_parts/i);
  }
});
