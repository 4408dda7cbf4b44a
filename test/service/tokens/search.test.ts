import { administrationLimits } from '@passfob/service/base/limits/administration';
import type { TokenState } from '@passfob/service/base/token-states';
import { writing } from '@passfob/service/storage/database/database';
import { findRows, type Search } from '@passfob/service/storage/search/find';
import { addParts, textsOfToken } from '@passfob/service/storage/search/rows';
import { readPage } from '@passfob/service/subjects/kit/read-list';
import { revokeToken } from '@passfob/service/subjects/tokens/acts';
import { tokens } from '@passfob/service/subjects/tokens/list';
import { listTokensOf, type TokenView } from '@passfob/service/subjects/tokens/views';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { addUsers, allFoundIn, foundIn, plain, type Sought } from '../search/kit.ts';
import { helpdesk, testOfOffice as test } from '../users/kit.ts';
import { byBytes, fill } from './filled.ts';

/** Returns the positions of a search text in some texts, lowest first, by other means than the service. */
function placesIn(texts: readonly string[], wanted: string): string[] {
  const tails = texts.map(plain).flatMap(text => {
    const seen = [...text];
    return seen.map((_, at) => seen.slice(at, at + administrationLimits.searchPartMax).join(''));
  });
  return tails
    .filter(tail => tail.startsWith(wanted) && !tails.some(one => one !== tail && one.startsWith(tail)))
    .sort(byBytes);
}

type By = 'any' | 'serial' | 'user' | 'label';

/** Returns a token's place in the order of a search, or undefined if it does not match. */
function orderOf({ serial, label, user }: TokenView, by: By, text: string): string[] | undefined {
  const wanted = plain(text);
  const isIn = (one: string | null) => one !== null && plain(one).includes(wanted);
  const isOwn = (by !== 'label' && isIn(serial)) || (by !== 'serial' && isIn(label));
  if (by !== 'user' && isOwn) return ['0', placesIn([serial, label], wanted)[0] ?? '', '', serial];
  if (by === 'serial' || by === 'label' || !isIn(user)) return undefined;
  return ['1', placesIn([user ?? ''], wanted)[0] ?? '', user ?? '', serial];
}

const byEach = (one: readonly string[], other: readonly string[]): number =>
  one.map((part, at) => byBytes(part, other[at] ?? '')).find(order => order !== 0) ?? 0;

test('property: the pages of every search are the matching tokens, each once, in order', async office => {
  const everything = await fill(office);
  expect(everything).toHaveLength(60);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<By>('any', 'serial', 'user', 'label'),
      fc.constantFrom(
        ...['F', 'FOB-1', 'fob', 'ob', '5', '-3', 'a', 'ab', 'AD', 'b', 'zo', '\u00df', '\u{1f600}', 'none'],
      ),
      fc.option(fc.constantFrom<TokenState>('inventory', 'assigned', 'suspended', 'revoked', 'active')),
      fc.integer({ min: 1, max: 30 }),
      async (by, text, state, limit) => {
        const asked = { by, text, limit, ...(state !== null && { state }) };
        const found = await allFoundIn(office.store.db, tokens, asked);
        const expected = everything
          .flatMap(token => {
            const order = orderOf(token, by, text);
            return order === undefined ? [] : [{ token, order }];
          })
          .filter(({ token }) => state === null || token.state === state)
          .sort((one, other) => byEach(one.order, other.order));
        expect(found).toEqual(expected.map(({ token }) => token.serial));
      },
    ),
    { numRuns: 150 },
  );
});

test('property: without a text the pages are all tokens by serial number, user or label', async office => {
  const everything = await fill(office);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<By | undefined>('any', 'serial', 'user', 'label', undefined),
      fc.option(fc.constantFrom<TokenState>('inventory', 'assigned', 'suspended', 'revoked', 'active')),
      fc.integer({ min: 1, max: 30 }),
      async (by, state, limit) => {
        const asked = { ...(by && { by }), limit, ...(state !== null && { state }) };
        const found = await allFoundIn(office.store.db, tokens, asked);
        const keyOf = (token: TokenView) => (by === 'user' || by === 'label' ? token[by] : token.serial);
        const expected = everything
          .filter(token => keyOf(token) !== null && (state === null || token.state === state))
          .sort(
            (one, other) =>
              byBytes(keyOf(one) ?? '', keyOf(other) ?? '') || byBytes(one.serial, other.serial),
          );
        expect(found).toEqual(expected.map(({ serial }) => serial));
      },
    ),
    { numRuns: 50 },
  );
});

test('help desk finds a token by the last digits of its label, or by any part of its user’s names', async office => {
  const people = [
    { name: 'hm7', displayName: 'Heinz M\u00fcller', email: 'heinz@sales.example.com' },
    { name: 'ada', displayName: 'Ada Lovelace' },
  ];
  await addUsers(office.store, people, office.nowMs);
  await office.issue('PF-2026-004217', { user: 'hm7', label: 'VPN' });
  await office.issue('PF-4217-000001', { user: 'ada', label: '4217 as before' });
  await office.issue('PF-2026-000002', { user: 'ada', label: 'Door' });
  await office.issue('PF-2026-000003', { label: '42 is on it' });
  const found = async (text: string, by?: By) =>
    (await allFoundIn(office.store.db, tokens, { text, ...(by && { by }) })).map(serial => serial.slice(-6));
  expect(await found('4217')).toEqual(['004217', '000001']);
  expect(await found('pf-2026-0042')).toEqual(['004217']);
  expect(await found('muller')).toEqual(['004217']);
  expect(await found('@sales')).toEqual(['004217']);
  expect(await found('LOVELACE')).toEqual(['000002', '000001']);
  expect(await found('42')).toEqual(['000003', '004217', '000001']);
  expect(await found('42', 'label')).toEqual(['000003', '000001']);
  expect(await found('hm7', 'serial')).toEqual([]);
  expect(await found('vpn')).toEqual(['004217']);
  expect(await found('vpn', 'label')).toEqual(['004217']);
  expect(await found('heinz 4217')).toEqual(['004217']);
  expect(await found('2026 lovelace door')).toEqual(['000002']);
  expect(await found('2026 lovelace door', 'user')).toEqual([]);
  for (const text of ['%', '_', '42\0', '42\ud800'])
    for (const by of ['any', 'serial', 'user', 'label'] as const)
      expect([text, by, await found(text, by)]).toEqual([text, by, []]);
});

test('a user with more tokens than a page examines is listed with all of them', async office => {
  const user = await office.userId('stock');
  await office.issue('S-0');
  const row = await office.row('tokens');
  const serials = Array.from({ length: 45 }, (_, at) => `S-${1000 + at}`);
  const revoked = { user_id: user, state: 'revoked', revoked_reason: 'lost', sealed_secret: null } as const;
  await writing(office.store.db, async db => {
    const rows = serials.map(serial => ({ ...row, ...revoked, id: serial, serial }));
    for (const one of rows) await db.insertInto('tokens').values(one).execute();
    await addParts(
      db,
      'token',
      rows.map(one => ({ name: one.serial, texts: textsOfToken(one) })),
    );
  });
  await office.userId('stocker');
  await office.issue('T-1', { user: 'stocker' });
  const walk = async (search: Partial<Search>) => {
    const names: string[] = [];
    let after: string | null | undefined;
    for (let turn = 0; turn < 200 && after !== null; turn++) {
      const page = await findRows(office.store.db, {
        ...{ kind: 'token', typed: 'tock', limit: 8, examined: 10, after },
        ...search,
      });
      names.push(...(page?.names ?? []));
      after = page?.next ?? null;
    }
    return names;
  };
  expect(await walk({})).toEqual([...serials, 'T-1']);
  expect(await walk({ typed: '1', limit: 50 })).toEqual(
    expect.arrayContaining(serials.filter(one => one.includes('1'))),
  );
  expect(await walk({ columns: 'user', filter: { checked: sql`tokens.state = 'assigned'` } })).toEqual([
    'T-1',
  ]);
});

test('the page of a user shows the tokens in use before revoked ones', async office => {
  const id = await office.userId('ada');
  await office.userId('adam');
  for (const serial of ['B', 'A', 'C']) await office.issue(serial, { user: 'ada' });
  await office.issue('D', { user: 'adam' });
  await office.do(revokeToken, { serial: 'A', reason: 'lost' }, helpdesk);
  const shown = await listTokensOf(office.store.db, { id, name: 'ada' });
  expect(shown.map(({ serial, user, state }) => [serial, user, state])).toEqual([
    ['B', 'ada', 'assigned'],
    ['C', 'ada', 'assigned'],
    ['A', 'ada', 'revoked'],
  ]);
});

test('tokens added or removed between two pages shift no others', async office => {
  for (const serial of ['A', 'C', 'E', 'G']) await office.issue(serial);
  const two = async (sought: Sought) => {
    const { items, next } = await foundIn(office.store.db, tokens, { limit: 2, ...sought });
    return { serials: items.map(({ serial }) => serial), after: next ?? '' };
  };
  const first = await two({});
  expect(first.serials).toEqual(['A', 'C']);
  await office.issue('B');
  await office.issue('D');
  expect((await two({ after: first.after })).serials).toEqual(['D', 'E']);
  for (const serial of ['1-X', '3-X', '5-X', '7-X']) await office.issue(serial);
  const found = await two({ text: '-x' });
  expect(found.serials).toEqual(['1-X', '3-X']);
  await office.issue('2-X');
  await office.issue('6-X');
  expect((await two({ text: '-x', after: found.after })).serials).toEqual(['5-X', '6-X']);
});

test('an invalid cursor gives no page, and one of another search shows nothing else', async office => {
  const { db } = office.store;
  const mark = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const shown = (text: string, after: string, by?: By) =>
    readPage(db, tokens, { filters: { text, by }, after, limit: 50, nowMs: 0 });
  for (const after of ['', 'x', mark([1, 2]), 'A'.repeat(2000), mark(['a\0', 'b']), mark(['\ud800', 'b'])]) {
    for (const text of ['', 'a']) expect(await shown(text, after)).toBeUndefined();
    expect(await shown('', after, 'user')).toBeUndefined();
  }
  await office.issue('A-1', { label: 'x' });
  const other = mark(['1', '0', '0', 'a', '', '', '', '0']);
  expect(await shown('zz', other)).toMatchObject({ items: [], next: null });
});
