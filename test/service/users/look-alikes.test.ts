import { prepareEmail } from '@passfob/service/base/email-address';
import { prepareLine } from '@passfob/service/base/one-line';
import { skeletonOf } from '@passfob/service/base/skeleton';
import { actingOf } from '@passfob/service/storage/acting';
import { addOperator } from '@passfob/service/subjects/operators/acts';
import { importItem } from '@passfob/service/subjects/tokens/import/import-item';
import type { ImportDraft, TokenItem } from '@passfob/service/subjects/tokens/import/items';
import { planImport } from '@passfob/service/subjects/tokens/import/plan';
import { addToken } from '@passfob/service/subjects/tokens/issue';
import { createUser } from '@passfob/service/subjects/users/acts';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { newToken } from '../kit.ts';
import { codeOf, grace, Office } from './kit.ts';

/** `ada` with a Cyrillic first letter. */
const CYRILLIC_ADA = '\u0430da';

const create = async (office: Office, name: string) => await office.code(createUser, { name });

test('texts that look the same have one skeleton, by the table of UTS 39', () => {
  const alike = [
    ['ada', CYRILLIC_ADA],
    ['paypal', '\u0440\u0430yp\u0430l'],
    ['scope', '\u0455\u0441\u043e\u0440\u0435'],
    ['victor', '\u03bdictor'],
    ['ada', 'a\u034fda'],
    ['e\u0301va', '\u00e9va'],
    ['mia', '\u217fia'],
  ] as const;
  for (const [one, other] of alike) expect([other, skeletonOf(other)]).toEqual([other, skeletonOf(one)]);
  for (const name of ['bob', '\u00e4da', 'grace', '\u4e2d\u6587'])
    expect(skeletonOf(name)).not.toBe(skeletonOf('ada'));
});

test('a user name that looks like another user’s is refused, whichever was there first', async () => {
  await using office = await Office.open();
  expect(await create(office, 'ada')).toBe('done');
  expect(await create(office, CYRILLIC_ADA)).toBe('name_looks_alike');
  // Names are folded before the comparison: capitals, and invisible characters.
  expect(await create(office, '\u0410DA')).toBe('name_looks_alike');
  expect(await create(office, 'ad\u034fa')).toBe('name_looks_alike');
  expect(await create(office, 'ada')).toBe('user_taken');
  expect(await create(office, '\u0441\u0430\u0440\u0430')).toBe('done');
  expect(await create(office, 'capa')).toBe('name_looks_alike');
  expect(await create(office, 'c\u0430pa')).toBe('name_looks_alike');
});

test('names in other scripts without a look-alike are accepted, and ASCII names are not compared', async () => {
  await using office = await Office.open();
  const names = ['user1', 'userl', 'user0', 'usero', 'corner', 'comer', 'modern', 'modem', 'muller'];
  const others = [
    ...['m\u00fcller', 'jos\u00e9', '\u043c\u0430\u0440\u0438\u044f'],
    ...['\u4e2d\u6587', '\u03b3\u03b9\u03ac\u03bd\u03bd\u03b7\u03c2'],
  ];
  for (const name of [...names, ...others])
    expect([name, await create(office, name)]).toEqual([name, 'done']);
  // It looks like two of the names.
  expect(await create(office, 'us\u0435r1')).toBe('name_looks_alike');
});

test('of two look-alike names created at once, one is accepted', async () => {
  await using office = await Office.open();
  const results = await Promise.all(['ada', CYRILLIC_ADA].map(name => create(office, name)));
  expect(results.sort()).toEqual(['done', 'name_looks_alike']);
});

test('no operator may have a name that looks like a non-person actor of the audit', async () => {
  await using office = await Office.open();
  for (const name of ['l\u0456nk', 's\u0435rvice', '\u0430pi:backup']) {
    expect(await create(office, name)).toBe('done');
    const added = await addOperator(office.management, grace, { user: name, role: 'auditor' });
    expect([name, codeOf(added)]).toEqual([name, 'reserved_name']);
  }
});

/** Returns a row of an import that gives a user a token. */
function rowFor(user: string, serial: string): { item: TokenItem; draft: ImportDraft } {
  const token = newToken({ serial });
  const item: TokenItem = {
    ...{ what: 'token', serial, fob: null, user, kind: 'totp', algorithm: 'sha1', alphabet: 'decimal' },
    ...{ digits: 6, period: 30, counter: 0, issuer: '', label: '' },
    secret: secret(Buffer.from(token.secret).toString('base64')),
  };
  const outcome = { state: 'ok', item } as const;
  return { item, draft: { place: serial, issuer: '', label: '', warnings: [], outcome } };
}

test('an import creates no user whose name looks like a user of the service or of an earlier row', async () => {
  await using office = await Office.open();
  const { management, store } = office;
  const { db, keys } = management;
  await office.users('ada');
  const rows = [
    rowFor('ada', 'S-1'),
    rowFor(CYRILLIC_ADA, 'S-2'),
    rowFor('b\u043eb', 'S-3'),
    rowFor('bob', 'S-4'),
    rowFor('b\u043eb', 'S-5'),
  ];
  const plan = await planImport(
    db,
    keys,
    rows.map(({ draft }) => draft),
  );
  expect(plan.rows.map(({ state }) => state)).toEqual(['ok', 'refused', 'ok', 'refused', 'ok']);
  expect(plan.rows[1]?.reason).toContain('looks the same');
  const results = [];
  for (const { item } of rows)
    results.push(codeOf(await importItem(actingOf({ ...management, db: store.db }, grace), item)));
  expect(results).toEqual(['done', 'name_looks_alike', 'done', 'name_looks_alike', 'done']);
  const added = await addToken(db, keys, newToken({ user: 'ad\u0430', serial: 'S-6' }), office.nowMs);
  expect(codeOf(added)).toBe('name_looks_alike');
});

describe('e-mail addresses', () => {
  it.each(['a@b', 'ada@example.org', "o'hara+vpn@mail.example.co.uk", 'x@xn--bcher-kva.example'])(
    'the e-mail address %s is accepted',
    given => expect(prepareEmail(given)).toBe(given),
  );

  it.each([
    ...['', 'ada', '@example.org', 'ada@', 'ada@-example.org', 'ada@example..org', '.ada@example.org'],
    ...['ada@example.org, eve@example.org', 'ada@example.org;eve@example.org', 'Ada <ada@example.org>'],
    ...['ada@example.org\r\nBcc: eve@example.org', 'ada@example.org\n', ' ada@example.org'],
    ...['"a b"@example.org', 'ada@[192.0.2.1]', 'ada@b@example.org', 'ädä@example.org'],
    ...[`${'a'.repeat(65)}@example.org`, `a@${'b'.repeat(64)}.org`, `a@${'b.'.repeat(200)}org`],
  ])('the e-mail address %j is refused', given => expect(prepareEmail(given)).toBeUndefined());

  it('no accepted e-mail address contains a character with a meaning in a header', () => {
    const piece = fc.constantFrom(
      ...['a', '@', '.', '\r', '\n', ' ', '<', '>', ',', ';', '"', '(', '\\', ':', 'é', '-'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
        const address = prepareEmail(pieces.join(''));
        if (address !== undefined) expect(address).toMatch(/^[^\s<>,;:"()\\@]+@[a-z0-9.-]+$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('single lines of text', () => {
  it('a line is trimmed and composed', () => expect(prepareLine(' e\u0301 ', 1)).toBe('é'));
  it.each(['a\nb', 'a\u2028b', 'a\u0000', 'a\u200bb', 'a\u202eb', 'abcd', '\ud800'])(
    'the line %j is refused',
    given => expect(prepareLine(given, 3)).toBeUndefined(),
  );
});
