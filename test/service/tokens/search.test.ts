import fc from 'fast-check';
import {
  CompiledQuery,
  type KyselyPlugin,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
} from 'kysely';
import { expect, test } from 'vitest';
import type { Db } from '../../../host/service/data/database.ts';
import { revokeToken, suspendToken } from '../../../host/service/tokens/moves.ts';
import { searchTokens, type TokenQuery } from '../../../host/service/tokens/search.ts';
import type { TokenState } from '../../../host/service/tokens/states.ts';
import type { TokenView } from '../../../host/service/tokens/views.ts';
import { codeOf, Desk, desk, must } from './desk.ts';

const USERS = ['ada', 'adele', 'bob', 'Bo', 'zoë'];
const LABELS = ['', 'a', 'ab', 'abc', 'Ab', 'ß', '\u{1f600}'];

/** 60 tokens whose users, labels and states are spread by index. */
async function fill(rig: Desk): Promise<TokenView[]> {
  for (const user of USERS) await rig.user(user.toLowerCase());
  const states: TokenState[] = ['inventory', 'assigned', 'suspended', 'revoked'];
  for (let at = 0; at < 60; at++) {
    const state = states[at % 4];
    const serial = `${['F', 'FOB', 'fob'][at % 3]}-${at}`;
    await rig.issue(serial, {
      label: LABELS[at % LABELS.length] ?? '',
      ...((state === 'assigned' || state === 'suspended') && { user: USERS[(at >> 1) % 5] ?? '' }),
    });
    if (state === 'revoked') must(await revokeToken(rig.management, desk, { serial, reason: 'lost' }));
    if (state !== 'suspended') continue;
    await rig.store.db.updateTable('tokens').set({ state: 'active' }).where('serial', '=', serial).execute();
    must(await suspendToken(rig.management, desk, { serial }));
  }
  return pages(rig, { rows: 200 });
}

async function pages(rig: Desk, query: TokenQuery): Promise<TokenView[]> {
  const all: TokenView[] = [];
  let after: string | null | undefined;
  for (let turn = 0; turn < 200 && after !== null; turn++) {
    const page = must(await searchTokens(rig.store.db, { ...query, ...(after !== undefined && { after }) }));
    expect(page.tokens.length).toBeLessThanOrEqual(query.rows ?? 50);
    all.push(...page.tokens);
    after = page.next;
  }
  expect(after).toBeNull();
  return all;
}

/** By code point, as the database orders. */
function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

test('property: the pages of every search are the matching tokens, each once, in order', async () => {
  await using rig = await Desk.open();
  const everything = await fill(rig);
  expect(everything).toHaveLength(60);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('serial', 'user', 'label'),
      fc.constantFrom('', 'F', 'FOB-1', 'fob', 'a', 'ab', 'AD', 'b', 'zo', 'ß', '\u{1f600}', 'nothing'),
      fc.option(fc.constantFrom<TokenState>('inventory', 'assigned', 'suspended', 'revoked', 'active')),
      fc.integer({ min: 1, max: 30 }),
      async (by, text, state, rows) => {
        const found = await pages(rig, { by, text, rows, ...(state !== null && { state }) });
        const keyOf = (token: TokenView) => (by === 'user' ? token.user : token[by]);
        const prefix = by === 'user' ? text.toLowerCase() : text;
        const expected = everything
          .filter(token => keyOf(token)?.startsWith(prefix) && (state === null || token.state === state))
          .sort(
            (one, other) =>
              byBytes(keyOf(one) ?? '', keyOf(other) ?? '') || byBytes(one.serial, other.serial),
          );
        expect(found.map(({ serial }) => serial)).toEqual(expected.map(({ serial }) => serial));
      },
    ),
    { numRuns: 150 },
  );
});

test('tokens that come or go between two pages shift no others', async () => {
  await using rig = await Desk.open();
  for (const serial of ['A', 'C', 'E', 'G']) await rig.issue(serial);
  const first = must(await searchTokens(rig.store.db, { rows: 2 }));
  expect(first.tokens.map(({ serial }) => serial)).toEqual(['A', 'C']);
  await rig.issue('B');
  await rig.issue('D');
  const second = must(await searchTokens(rig.store.db, { rows: 2, after: first.next ?? '' }));
  expect(second.tokens.map(({ serial }) => serial)).toEqual(['D', 'E']);
});

test('a query that is out of bounds, and a mark that is none, are refused', async () => {
  await using rig = await Desk.open();
  const { db } = rig.store;
  for (const query of [{ rows: 0 }, { rows: 201 }, { rows: 1.5 }, { text: 'x'.repeat(129) }])
    expect(codeOf(await searchTokens(db, query))).toBe('bad_query');
  for (const after of ['', 'x', Buffer.from('[1,2]').toString('base64url'), 'A'.repeat(2000)])
    expect(codeOf(await searchTokens(db, { after }))).toBe('bad_cursor');
});

/** The statements of what runs on a database, as SQLite would do them. */
class Explained implements KyselyPlugin {
  readonly queries: CompiledQuery[] = [];
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  transformQuery({ node, queryId }: PluginTransformQueryArgs) {
    this.queries.push(this.#db.getExecutor().compileQuery(node, queryId));
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }

  async plans(): Promise<string[]> {
    const plans = [];
    for (const { sql, parameters } of this.queries.splice(0)) {
      const explain = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
      const { rows } = await this.#db.executeQuery<{ detail: string }>(explain);
      plans.push(rows.map(({ detail }) => detail).join('; '));
    }
    return plans;
  }
}

test('every search goes by an index, and sorts at most the tokens of one user', async () => {
  await using rig = await Desk.open();
  await fill(rig);
  const explained = new Explained(rig.store.db);
  const db = rig.store.db.withPlugin(explained);
  for (const by of ['serial', 'user', 'label'] as const)
    for (const state of [undefined, 'active', 'inventory'] as const) {
      const query = { by, text: 'a', rows: 1, ...(state && { state }) };
      const { next } = must(await searchTokens(db, query));
      if (next !== null) must(await searchTokens(db, { ...query, after: next }));
    }
  const plans = await explained.plans();
  expect(plans.length).toBeGreaterThanOrEqual(9);
  for (const plan of plans) {
    expect(plan).toMatch(/^SEARCH (?:tokens|users) USING INDEX/);
    expect(plan).not.toContain('SCAN');
    expect(plan.replace('USE TEMP B-TREE FOR LAST TERM OF ORDER BY', '')).not.toContain('TEMP B-TREE');
  }
});
