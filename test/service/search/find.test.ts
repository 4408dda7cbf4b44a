import type { SearchKind } from '@passfob/service/storage/schema/schema';
import { findRows, type Search, type SearchPage } from '@passfob/service/storage/search/find';
import { disableUser } from '@passfob/service/subjects/users/acts';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { Explained } from '../explained.ts';
import { type Office, testOfOffice as test } from '../users/kit.ts';
import { addUsers, plain } from './kit.ts';

/** A row as the oracle knows it: its searched columns, and whether the filters let it pass. */
interface Known {
  readonly columns: Readonly<Record<string, string>>;
  readonly isCarried: boolean;
  readonly isChecked: boolean;
}

type Rows = Readonly<Record<SearchKind, Map<string, Known>>>;

const FIRST = ['Anna', 'Annette', 'José', 'Zoë', 'Ännä', 'Straßer', 'ab', ''];
const LAST = ['Öztürk', 'Ozturk-Müller', 'Ana', 'Nguyễn Văn', 'o', 'Hannah', '\u{1f600}'];
const LABELS = ['', 'VPN', 'Anna VPN', 'Öztürk door', 'a', '1070'];
const FILTERS = {
  user: { carried: sql`users.disabled_ms is not null`, checked: sql`users.display_name <> ''` },
  token: { carried: sql`tokens.state = 'assigned'`, checked: sql`tokens.label <> ''` },
};

async function page(office: Office, search: Search): Promise<SearchPage> {
  const found = await findRows(office.store.db, search);
  if (found === undefined) throw new Error('the cursor is refused');
  return found;
}

/** Adds a user with a token, which a third of them lack; these are disabled. */
async function add(office: Office, rows: Rows, at: number): Promise<void> {
  const displayName = [FIRST[at % FIRST.length], LAST[(at * 3) % LAST.length]].join(' ').trim();
  const mail = { email: `${at}.${plain(displayName).replace(/[^a-z]/g, '')}@example.org` };
  const user = { name: `u${1050 + at}`, displayName: at % 9 === 0 ? '' : displayName };
  await addUsers(office.store, [{ ...user, ...(at % 4 === 0 && mail) }], office.nowMs);
  const isDisabled = at % 3 === 0;
  const texts = [user.name, user.displayName, at % 4 === 0 ? mail.email : ''].join('\n');
  rows.user.set(user.name, {
    columns: { texts },
    isCarried: isDisabled,
    isChecked: user.displayName !== '',
  });
  const serial = `PF-${at % 5 === 0 ? 'Anna-' : ''}${2000 + at}`;
  const label = LABELS[at % LABELS.length] ?? '';
  await office.issue(serial, { label, ...(!isDisabled && { user: user.name }) });
  if (isDisabled) await office.do(disableUser, { user: user.name });
  rows.token.set(serial, {
    columns: { serial, label, user: isDisabled ? '' : texts },
    isCarried: !isDisabled,
    isChecked: label !== '',
  });
}

function isFound({ columns, isCarried, isChecked }: Known, { typed, columns: by, filter }: Search): boolean {
  if ((filter?.carried && !isCarried) || (filter?.checked && !isChecked)) return false;
  const searched = plain(by === undefined ? Object.values(columns).join('\n') : (columns[by] ?? ''));
  const words = plain(typed).split(/\s+/);
  return words.every(word => searched.includes(word));
}

const word = fc.oneof(
  fc.constantFrom(
    'anna',
    'OZTURK',
    'Öztürk',
    'nn',
    'a',
    'u',
    '10',
    '107',
    'muller',
    'ss',
    'vpn',
    'pf-',
    '.org',
  ),
  fc.stringMatching(/^[anou10]{1,3}$/),
  fc.constant('\u{1f600}'),
);
const searches = fc.record({
  kind: fc.constantFrom<SearchKind>('user', 'token'),
  typed: fc.array(word, { maxLength: 3 }).map(words => words.join('  ')),
  limit: fc.integer({ min: 1, max: 12 }),
  examined: fc.constantFrom(1, 2, 7, 50, 10_000),
  columns: fc.constantFrom(undefined, undefined, 'serial', 'label', 'user'),
  filters: fc.constantFrom<readonly ('carried' | 'checked')[]>(
    [],
    [],
    ['carried'],
    ['checked'],
    ['carried', 'checked'],
  ),
  isGrowing: fc.integer({ max: 8 }).map(one => one === 0),
});

test(
  'property: pages hold each row with all words that passes the filter once, while others are added, and totals are true',
  LONG,
  async office => {
    const rows: Rows = { user: new Map(), token: new Map() };
    for (let at = 0; at < 40; at++) await add(office, rows, at);
    await fc.assert(
      fc.asyncProperty(searches, async ({ columns, filters, isGrowing, ...given }) => {
        const filter = Object.fromEntries(filters.map(one => [one, FILTERS[given.kind][one]]));
        const isLimited = columns !== undefined && given.kind === 'token';
        const search: Search = { ...given, filter, isCounted: true, ...(isLimited && { columns }) };
        const namesOf = () =>
          [...rows[search.kind]].flatMap(([name, row]) => (isFound(row, search) ? [name] : []));
        const before = namesOf();
        const names: string[] = [];
        let after: string | undefined;
        for (let turn = 0; turn === 0 || after !== undefined; turn++) {
          const { names: more, next, total, isPartial } = await page(office, { ...search, after });
          names.push(...more);
          expect(turn).toBeLessThan(2_000);
          expect(more.length).toBeLessThanOrEqual(search.limit);
          expect(isPartial).toBe(next !== null && more.length < search.limit);
          if (total?.kind === 'exact' && turn === 0) expect(total.count).toBe(before.length);
          expect(total?.kind).toMatch(next === null ? /^exact$/ : /^(?:exact|at-least)$/);
          expect(total?.count).toBeGreaterThanOrEqual(names.length);
          expect(total?.count).toBeLessThanOrEqual(namesOf().length);
          if (isGrowing && turn === 0) await add(office, rows, rows.user.size);
          after = next ?? undefined;
        }
        expect(new Set(names).size).toBe(names.length);
        expect(names).toEqual(expect.arrayContaining(before));
        expect(namesOf()).toEqual(expect.arrayContaining(names));
      }),
      { numRuns: countOf(150, 1500) },
    );
  },
);

test('a person is found by any words of name, user name and mail in any order, a token by those of its user as well', async office => {
  await addUsers(
    office.store,
    [
      { name: 'u1070', displayName: 'Anna Öztürk' },
      { name: 'u1071', displayName: 'Anna Schmidt', email: 'a.ozturk@example.org' },
      { name: 'u1072', displayName: 'Hannah Brandt' },
    ],
    office.nowMs,
  );
  await office.issue('PF-4217', { user: 'u1070', label: 'VPN' });
  await office.issue('PF-4218', { user: 'u1072', label: 'Anna’s old one' });
  const cases: readonly (readonly [kind: SearchKind, typed: string, names: readonly string[]])[] = [
    ['user', 'anna 1070', ['u1070']],
    ['user', 'ozturk anna', ['u1070', 'u1071']],
    ['user', 'ÖZT  nna\t', ['u1070', 'u1071']],
    ['user', 'anna', ['u1072', 'u1070', 'u1071']],
    ['user', 'anna anna ann', ['u1072', 'u1070', 'u1071']],
    ['user', 'anna 1070 schmidt', []],
    // No word matches across two texts.
    ['user', '1070anna', []],
    ['token', 'anna 4217', ['PF-4217']],
    ['token', 'vpn 1070 pf', ['PF-4217']],
    ['token', 'anna', ['PF-4218', 'PF-4217']],
    ['token', 'brandt old', ['PF-4218']],
    ['token', 'old vpn', []],
  ];
  for (const [kind, typed, names] of cases) {
    const found = await page(office, { kind, typed, limit: 50, isCounted: true });
    expect([typed, [...found.names].sort(), found.total]).toEqual([
      typed,
      [...names].sort(),
      { count: names.length, kind: 'exact' },
    ]);
  }
  const [first] = (await page(office, { kind: 'user', typed: 'anna', limit: 1 })).names;
  expect(first).toBe('u1070');
});

test('more than 10,000 rows are not counted to their end', async office => {
  await sql`insert into users (id, name, created_ms) with recursive numbers (n) as
    (select 10000 union all select n + 1 from numbers where n < 20000) select 'id' || n, 'u' || n, 0 from numbers`.execute(
    office.store.db,
  );
  const all = { kind: 'user', typed: '', limit: 2, isCounted: true } as const;
  const first = await page(office, all);
  expect([first.names, first.total]).toEqual([['u10000', 'u10001'], { count: 10_000, kind: 'more' }]);
  const second = await page(office, { ...all, after: first.next ?? '' });
  expect([second.names, second.total, second.isPartial]).toEqual([['u10002', 'u10003'], first.total, false]);
  const few = await page(office, { ...all, filter: { checked: sql`users.name < 'u10003'` } });
  expect(few.total).toEqual({ count: 3, kind: 'at-least' });
});

test('every search reads ranges of indexes, and sorts no rows', async office => {
  await add(office, { user: new Map(), token: new Map() }, 1);
  const explained = new Explained(office.store.db);
  const db = office.store.db.withPlugin(explained);
  for (const kind of ['user', 'token'] as const)
    for (const typed of ['', 'u1', 'anna u1'])
      for (const filter of [{}, { carried: FILTERS[kind].carried }, FILTERS[kind]])
        for (const columns of kind === 'user' ? [undefined] : ([undefined, 'serial', 'user'] as const)) {
          const search = { kind, typed, filter, limit: 1, isCounted: true, ...(columns && { columns }) };
          const found = await findRows(db, search);
          if (found?.next) await findRows(db, { ...search, after: found.next });
        }
  const plans = await explained.plans();
  expect(plans.length).toBeGreaterThan(36);
  for (const plan of plans) {
    expect(plan).not.toMatch(
      /SCAN (?:users|tokens|search_parts|search_texts|own|owner|owner_row)(?! USING)|Seq Scan/,
    );
    expect(plan).not.toMatch(/TEMP B-TREE FOR ORDER BY|\bSort\b/);
    expect(plan).toMatch(/USING (?:COVERING )?(?:INDEX|PRIMARY KEY)|Index (?:Only )?Scan/);
  }
});
