import { readPage } from '@passfob/service/subjects/kit/read-list';
import { changeUser, createUser } from '@passfob/service/subjects/users/acts';
import { users } from '@passfob/service/subjects/users/list';
import { expect } from 'vitest';
import { type Office, testOfOffice as test } from '../users/kit.ts';
import { addUsers, allFoundIn, foundIn, type Sought } from './kit.ts';

const walk = ({ store }: Office, sought: Sought) => allFoundIn(store.db, users, sought);

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
    ['heinz muller h.m', ['hm2041']],
    ['2041 heinz', ['hm2041']],
    ['heinz gross', []],
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
  const first = await foundIn(office.store.db, users, { search: 'x', limit: 2 });
  expect(first.items.map(({ name }) => name)).toEqual(['ann', 'bea']);
  await office.do(changeUser, { user: 'dan', displayName: 'x aa' });
  await office.do(createUser, { name: 'xc' });
  const second = await foundIn(office.store.db, users, { search: 'x', limit: 2, after: first.next ?? '' });
  expect(second.items.map(({ name }) => name)).toEqual(['cem', 'xc']);
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

test('an invalid cursor gives no page, and a foreign one shows nothing outside of the search', async office => {
  await office.users('ada', 'adam', 'bob', 'zoe');
  const mark = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const shown = async (search: string, after: string) => {
    const page = await readPage(office.store.db, users, { filters: { search }, after, limit: 50, nowMs: 0 });
    return page?.items.map(({ name }) => name) ?? [];
  };
  const at = (part: string, name: string, driver = '1', source = '0') =>
    mark([driver, source, '0', part, name, name, '', '0']);
  for (const after of [
    ...[
      'x',
      '',
      'A'.repeat(2000),
      mark(['a']),
      mark([1, 2, 3, 4, 5, 6, 7, 8]),
      at('a\0', 'a'),
      at('\ud800', ''),
    ],
    ...[at('ada', '', '2'), at('ada', '', '-1'), at('ada', '', '1', 'x'), at('ada', '', '1', '7')],
    mark(['1', '0', '0', 'ada', '', '', 'all', '0']),
  ])
    expect([after, await shown('ada', after)]).toEqual([after, []]);
  expect(await shown('ada', at('a', ''))).toEqual(['ada', 'adam']);
  expect(await shown('ada', at('ada', 'ada'))).toEqual(['adam']);
  expect(await shown('ada', at('b', ''))).toEqual([]);
});
