import { leaseMails } from '@passfob/service/features/mail/deliver';
import { expireMails } from '@passfob/service/features/mail/ends';
import { pageMails } from '@passfob/service/features/mail/list';
import { pushesToSend } from '@passfob/service/features/push/delivery';
import { areAllDecimal } from '@passfob/service/features/tokens/passcode-keys';
import { searchTokens } from '@passfob/service/features/tokens/search';
import { asksServicePin } from '@passfob/service/features/users/pin';
import type { Db } from '@passfob/service/storage/database/database';
import {
  CompiledQuery,
  type KyselyPlugin,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
} from 'kysely';
import { expect, test } from 'vitest';
import { Desk, must } from './tokens/desk.ts';
import { fill } from './tokens/filled.ts';

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

test('mails are listed, found when they are due, and forgotten by an index', async () => {
  await using rig = await Desk.open();
  const explained = new Explained(rig.store.db);
  const db = rig.store.db.withPlugin(explained);
  await pageMails(db);
  await pageMails(db, { after: { createdMs: 1, id: 'a' } });
  await pageMails(db, { user: 'ada' });
  await leaseMails(db, 1);
  await expireMails(db, 1);
  const plans = await explained.plans();
  expect(plans).toHaveLength(5);
  for (const plan of plans) expect(plan).toMatch(/USING (?:COVERING )?INDEX mails_|USING INDEX .*mails/);
});

test('what a node looks for every few seconds is found by an index, however many fobs are connected', async () => {
  await using rig = await Desk.open();
  const explained = new Explained(rig.store.db);
  await pushesToSend(rig.store.db.withPlugin(explained), 1);
  const [plan, ...more] = await explained.plans();
  expect(more).toEqual([]);
  expect(plan).toMatch(/^SEARCH pushes USING INDEX pushes_state/);
  expect(plan).not.toContain('SCAN');
});

test('what every log-in form asks about all tokens is answered by an index', async () => {
  await using rig = await Desk.open();
  await fill(rig);
  const explained = new Explained(rig.store.db);
  const db = rig.store.db.withPlugin(explained);
  await asksServicePin(db);
  await areAllDecimal(db);
  const plans = await explained.plans();
  expect(plans).toHaveLength(2);
  expect(plans[0]).toContain('INDEX tokens_service_pin');
  expect(plans[1]).toContain('INDEX tokens_lettered');
});
