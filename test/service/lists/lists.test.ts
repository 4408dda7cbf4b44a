import type { Total } from '@passfob/service/base/limits/lists';
import type { MailKind, MailState } from '@passfob/service/base/mail-kinds';
import type { Outcome } from '@passfob/service/base/outcomes';
import type { Db } from '@passfob/service/storage/database/database';
import { recordAudit, type SubjectKind } from '@passfob/service/subjects/audit/record';
import { type ExportFormat, exportOf, nameOf } from '@passfob/service/subjects/kit/export';
import type { AskedPage, ListItem, PagedList } from '@passfob/service/subjects/kit/list';
import { readPage } from '@passfob/service/subjects/kit/read-list';
import { pagedLists } from '@passfob/service/subjects/lists';
import { logIns } from '@passfob/service/subjects/validation/list';
import { expect } from 'vitest';
import { insertIn } from '../kit/insert.ts';
import { rowsIn, setIn } from '../kit/rows.ts';
import { grace, type Office, testOfOffice as test } from '../users/kit.ts';

const ROWS = 60;
const FROM_MS = 1_700_000_000_000;
/** Rows of one time, too: the key tells them apart. */
const atMs = (nth: number) => FROM_MS + 1_000 * (nth >> 1);
const of = <T>(values: readonly T[], nth: number): T => values[nth % values.length] as T;

type Seed = (office: Office) => Promise<void>;

/** Fills the tables of the lists, by the list's name. */
const seeds: Readonly<Record<string, Seed>> = {
  async events(office) {
    const { db } = office.store;
    await office.users('ada', 'bea');
    const users = [...(await rowsIn(db, 'users')).map(({ id }) => id), null];
    const application = { id: 'vpn', name: '@vpn', key_hash: '', factors: 'otp' as const, created_ms: 0 };
    await insertIn(db, 'applications', application);
    for (let nth = 0; nth < ROWS; nth++)
      await insertIn(db, 'events', {
        at_ms: atMs(nth),
        user_id: of(users, nth),
        token_id: null,
        application_id: application.id,
        outcome: of<Outcome>(['accepted', 'wrong', 'locked'], nth >> 2),
        source: of(['192.0.2.7', '=cmd()'], nth >> 1),
        request_id: `request-${nth}`,
      });
  },
  async users(office) {
    await office.users('ada', 'bea');
    const [one] = await rowsIn(office.store.db, 'users');
    await setIn(office.store.db, 'users', { display_name: '=cmd()' }, { id: one?.id ?? '' });
  },
  async tokens(office) {
    for (const serial of ['FOB-1', 'FOB-2']) await office.issue(serial, { label: '@ada', issuer: '-1+1' });
  },
  async mails(office) {
    const { db } = office.store;
    await office.users('ada', 'bea');
    const users = (await rowsIn(db, 'users')).map(({ id }) => id);
    for (let nth = 0; nth < ROWS; nth++)
      await insertIn(db, 'mails', {
        id: `mail-${(nth * 7) % ROWS}`,
        kind: of<MailKind>(['activation', 'reminder'], nth >> 2),
        user_id: of(users, nth),
        activation_id: null,
        address: of(['+ada@example.org', 'bea@example.org'], nth >> 1),
        sealed_content: null,
        key_id: null,
        created_ms: atMs(nth),
        expires_ms: 0,
        due_ms: 0,
        attempts: 0,
        leased_until_ms: null,
        state: of<MailState>(['sent', 'bounced'], nth >> 3),
        error: '@no such user',
        sent_ms: null,
      });
  },
  async activations(office) {
    const { db } = office.store;
    await office.users('ada', 'bea');
    const users = (await rowsIn(db, 'users')).map(({ id }) => id);
    for (let nth = 0; nth < ROWS; nth++)
      await insertIn(db, 'activations', {
        id: `one-${(nth * 7) % ROWS}`,
        user_id: of(users, nth),
        code_hash: `hash-${nth}`,
        fobs: 'any',
        state: of(['open', 'used', 'revoked'] as const, nth >> 2),
        reason: null,
        step: 'waiting',
        attempts: 0,
        created_ms: atMs(nth),
        expires_ms: nth % 2 === 0 ? 0 : 9e12,
        actor: of(['grace', '@otto'], nth >> 1),
      });
  },
  async rows({ management: { db, keys } }) {
    for (let nth = 0; nth < ROWS; nth++)
      await recordAudit(db, keys, {
        atMs: atMs(nth),
        actor: { ...grace, name: of(['grace', '@otto'], nth), source: of(['a', 'b', 'c'], nth) },
        action: of(['user.unlock', 'token.issue'], nth >> 1),
        subjectKind: of<SubjectKind>(['user', 'token'], nth >> 3),
        subjectId: `id-${nth % 5}`,
        subject: of(['ada', '-1+1'], nth),
        detail: { nth, said: '=HYPERLINK("x")' },
      });
  },
};

/** Which items a filter leaves, where it does not compare the field of its own name. */
const leaves: Readonly<Record<string, (item: ListItem, value: unknown) => boolean>> = {
  fromMs: (item, value) => timeOf(item) >= Number(value),
  toMs: (item, value) => timeOf(item) < Number(value),
};
const timeOf = (item: ListItem) => Number(item.atMs ?? item.createdMs);
const isLeft = (name: string, item: ListItem, value: unknown) =>
  leaves[name]?.(item, value) ?? item[name] === value;

/** Two values of a filter that items have, and one that leaves nothing. */
function valuesOf(name: string, items: readonly ListItem[]): unknown[] {
  const held = name in leaves ? items.map(timeOf) : items.map(item => item[name]);
  return [...new Set(held.filter(value => value !== null && value !== undefined))].slice(0, 2);
}

interface Read {
  readonly items: ListItem[];
  readonly partial: number;
  readonly totals: Total[];
}

/** Reads all pages as a client does, by what it gets as `next`. */
async function allPages(
  db: Db,
  list: PagedList,
  filters: AskedPage['filters'],
  lookedAt: number,
): Promise<Read> {
  const read: Read & { partial: number } = { items: [], partial: 0, totals: [] };
  let after: string | null | undefined;
  do {
    const asked = { filters, nowMs: 1, limit: 7, lookedAt, isCounted: true };
    const page = await readPage(db, list, { ...asked, ...(typeof after === 'string' && { after }) });
    if (page === undefined) throw new Error('the list does not know its own place');
    expect(page.items.length).toBeLessThanOrEqual(7);
    if (page.isPartial) read.partial++;
    else expect(page.items.length === 7 || page.next === null).toBe(true);
    if (page.total) read.totals.push(page.total);
    read.items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return read;
}

// Words have tests of their own: test/service/search.
for (const list of pagedLists.filter(one => 'rows' in one))
  test(`${list.name}: each filter and each two leave what they say, over all pages, and are counted`, async office => {
    const { db } = office.store;
    await seeds[list.as]?.(office);
    const { items } = await allPages(db, list, {}, 1_000);
    expect(items.length).toBeGreaterThanOrEqual(ROWS);
    const single = Object.keys(list.filters).flatMap(name =>
      valuesOf(name, items).map(value => [name, value] as const),
    );
    const pairs = single.flatMap((one, at) => single.slice(at + 1).map(other => [one, other]));
    expect(single.length).toBeGreaterThan(Object.keys(list.filters).length);
    let partial = 0;
    for (const given of [...single.map(one => [one]), ...pairs]) {
      const filters = Object.fromEntries(given);
      const left = items.filter(item =>
        Object.entries(filters).every(([name, value]) => isLeft(name, item, value)),
      );
      const found = await allPages(db, list, filters, 20);
      expect(found.items, JSON.stringify(filters)).toEqual(left);
      partial += found.partial;
      const { totals } = await allPages(db, list, filters, 1_000);
      expect(totals[0], JSON.stringify(filters)).toEqual({ count: left.length, kind: 'exact' });
    }
    // A page that looks at twenty rows comes back short, and goes on.
    expect(partial).toBeGreaterThan(0);
  });

for (const list of pagedLists) {
  test(`${list.name}: a whole file has every row, its number, no formula, and two rows in the audit`, async office => {
    await seeds[list.as]?.(office);
    const { items } = await allPages(office.store.db, list, {}, 1_000);
    const before = (await rowsIn(office.store.db, 'audit', { action: 'list.export' })).length;
    const [csv, jsonl] = [await taken(office, list, 'csv'), await taken(office, list, 'jsonl')];
    const [top, head = [], ...rows] = csv.trimEnd().split('\r\n').map(cellsOf);
    expect(top?.[0]).toMatch(/^# .*not whole unless/);
    const [end] = rows.splice(-1);
    // What was recorded meanwhile is in the file of the audit, too.
    expect(rows.length - items.length).toBe(nameOf(list) === 'audit' ? 1 : 0);
    expect(end).toEqual([`# rows: ${rows.length}`]);
    expect(head).toHaveLength(Object.keys(items[0] ?? {}).length);
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^\s*[=+\-@\t\r]/);
    const lines = jsonl
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as ListItem);
    expect(lines.slice(1, -1).slice(-items.length)).toEqual(items);
    expect(lines.at(-1)).toEqual({ rows: lines.length - 2 });
    const recorded = (await rowsIn(office.store.db, 'audit', { action: 'list.export' }, 'id')).slice(before);
    expect(recorded.map(({ detail }) => JSON.parse(detail))).toMatchObject([
      { list: nameOf(list), format: 'csv' },
      { list: nameOf(list), format: 'csv', rows: rows.length, isWhole: true },
      { list: nameOf(list), format: 'jsonl' },
      { list: nameOf(list), format: 'jsonl', rows: lines.length - 2, isWhole: true },
    ]);
  });
}

test('a file that its reader leaves is recorded as not whole', async office => {
  await seeds.events?.(office);
  const list = logIns;
  for await (const _ of exportOf(office.management, grace, list, { format: 'csv', filters: {} })) break;
  const recorded = await rowsIn(office.store.db, 'audit', { action: 'list.export' }, 'id');
  expect(JSON.parse(recorded.at(-1)?.detail ?? '')).toMatchObject({ rows: 0, isWhole: false });
});

/** Every cell is quoted, and none of these has a line's end. */
const cellsOf = (line: string) =>
  line
    .slice(1, -1)
    .split('","')
    .map(cell => cell.replaceAll('""', '"'));

async function taken(office: Office, list: PagedList, format: ExportFormat): Promise<string> {
  let text = '';
  for await (const piece of exportOf(office.management, grace, list, { format, filters: {} })) text += piece;
  return text;
}
