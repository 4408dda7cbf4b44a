import { defaultLockPolicy } from '@passfob/service/base/lock';
import type { Db } from '@passfob/service/storage/database/database';
import { leaseMail } from '@passfob/service/subjects/mail/deliver';
import { expireMail } from '@passfob/service/subjects/mail/expiry';
import { pageMail } from '@passfob/service/subjects/mail/list';
import { pushesToSend } from '@passfob/service/subjects/push/delivery';
import { areAllDecimal } from '@passfob/service/subjects/tokens/passcode-keys';
import { searchedBy, searchTokens } from '@passfob/service/subjects/tokens/search';
import { listTokensOf } from '@passfob/service/subjects/tokens/views';
import { asksServicePin } from '@passfob/service/subjects/users/pin';
import { listUsers } from '@passfob/service/subjects/users/user-views';
import {
  CompiledQuery,
  type KyselyPlugin,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
} from 'kysely';
import { expect } from 'vitest';
import { fill } from './tokens/filled.ts';
import { accepted, testOfOffice as test } from './users/kit.ts';

/** Collects the statements of a database, and explains them as SQLite would run them. */
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
      // Any value serves as a placeholder for the value of each row.
      const ofOne = parameters.map(value => (value !== null && typeof value === 'object' ? '' : value));
      const explain = CompiledQuery.raw(`explain query plan ${sql}`, ofOne);
      const { rows } = await this.#db.executeQuery<{ detail: string }>(explain);
      plans.push(rows.map(({ detail }) => detail).join('; '));
    }
    return plans;
  }
}

/** Plan steps about values that the statement itself contains. */
const ofLists = /(?:SCAN|SEARCH) json_each VIRTUAL TABLE INDEX \d+:|SCAN CONSTANT ROW|SCAN owner/g;

test('every search uses an index and sorts nothing', async office => {
  await fill(office);
  const explained = new Explained(office.store.db);
  const db = office.store.db.withPlugin(explained);
  for (const by of [...searchedBy, undefined])
    for (const text of ['', 'a', 'no token has this'])
      for (const state of [undefined, 'active', 'inventory'] as const) {
        const query = { text, rows: 1, ...(by && { by }), ...(state && { state }) };
        const { next } = accepted(await searchTokens(db, query));
        if (next !== null) accepted(await searchTokens(db, { ...query, after: next }));
      }
  const lock = { lock: defaultLockPolicy, nowMs: 1, limit: 1 };
  for (const state of [undefined, 'locked', 'disabled'] as const) {
    const { next } = await listUsers(db, { ...lock, search: 'a', state });
    if (next !== null) await listUsers(db, { ...lock, search: 'a', state, after: next });
  }
  const plans = await explained.plans();
  expect(plans.length).toBeGreaterThanOrEqual(50);
  for (const plan of plans) {
    expect(plan).toMatch(/^SEARCH (?:tokens|users|search_parts) USING (?:COVERING )?(?:INDEX|PRIMARY KEY)/);
    expect(plan.replaceAll(ofLists, '')).not.toContain('SCAN');
    expect(plan).not.toContain('TEMP B-TREE');
  }
});

test('the page of a user finds and sorts the tokens of this user alone', async office => {
  const id = await office.userId('ada');
  const explained = new Explained(office.store.db);
  await listTokensOf(office.store.db.withPlugin(explained), { id, name: 'ada' });
  expect(await explained.plans()).toEqual([
    'SEARCH tokens USING INDEX tokens_user (user_id=?); USE TEMP B-TREE FOR ORDER BY',
  ]);
});

test('mails are listed, found when due, and deleted by an index', async office => {
  const explained = new Explained(office.store.db);
  const db = office.store.db.withPlugin(explained);
  await pageMail(db);
  await pageMail(db, { after: { createdMs: 1, id: 'a' } });
  await pageMail(db, { user: 'ada' });
  await leaseMail(db, 1);
  await expireMail(db, 1);
  const plans = await explained.plans();
  expect(plans).toHaveLength(5);
  for (const plan of plans) expect(plan).toMatch(/USING (?:COVERING )?INDEX mails_|USING INDEX .*mails/);
});

test('the periodic queries of a node use an index, however many fobs are connected', async office => {
  const explained = new Explained(office.store.db);
  await pushesToSend(office.store.db.withPlugin(explained), 1);
  const [plan, ...more] = await explained.plans();
  expect(more).toEqual([]);
  expect(plan).toMatch(/^SEARCH pushes USING INDEX pushes_state/);
  expect(plan).not.toContain('SCAN');
});

test('the query of every log-in form about all tokens uses an index', async office => {
  await fill(office);
  const explained = new Explained(office.store.db);
  const db = office.store.db.withPlugin(explained);
  await asksServicePin(db);
  await areAllDecimal(db);
  const plans = await explained.plans();
  expect(plans).toHaveLength(2);
  expect(plans[0]).toContain('INDEX tokens_service_pin');
  expect(plans[1]).toContain('INDEX tokens_lettered');
});
