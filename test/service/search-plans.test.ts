import { readPage } from '@passfob/service/subjects/kit/read-list';
import { pagedLists } from '@passfob/service/subjects/lists';
import { leaseMail } from '@passfob/service/subjects/mail/deliver';
import { expireMail } from '@passfob/service/subjects/mail/expiry';
import { pushesToSend } from '@passfob/service/subjects/push/delivery';
import { areAllDecimal } from '@passfob/service/subjects/tokens/passcode-keys';
import { listTokensOf } from '@passfob/service/subjects/tokens/views';
import { asksServicePin } from '@passfob/service/subjects/users/pin';
import { expect } from 'vitest';
import { Explained } from './explained.ts';
import { fill } from './tokens/filled.ts';
import { testOfOffice as test } from './users/kit.ts';

test('the page of a user finds and sorts the tokens of this user alone', async office => {
  const id = await office.userId('ada');
  const explained = new Explained(office.store.db);
  await listTokensOf(office.store.db.withPlugin(explained), { id, name: 'ada' });
  expect(await explained.plans()).toEqual([
    'SEARCH tokens USING INDEX tokens_user (user_id=?); USE TEMP B-TREE FOR ORDER BY',
  ]);
});

test('mails are found when due and deleted by an index', async office => {
  const explained = new Explained(office.store.db);
  const db = office.store.db.withPlugin(explained);
  await leaseMail(db, 1);
  await expireMail(db, 1);
  const plans = await explained.plans();
  expect(plans).toHaveLength(2);
  for (const plan of plans) expect(plan).toMatch(/USING (?:COVERING )?INDEX mails_|USING INDEX .*mails/);
});

test('each list is read in the order of an index, and by the index that a filter names', async office => {
  const explained = new Explained(office.store.db);
  const db = office.store.db.withPlugin(explained);
  for (const list of pagedLists) {
    if (!('rows' in list)) continue;
    const names = Object.keys(list.filters).filter(name => list.filters[name]?.carried === 'rows');
    const place = Object.values(list.rows.order).map(kind => (kind === 'number' ? 1 : 'a'));
    const after = Buffer.from(JSON.stringify(place)).toString('base64url');
    for (const filters of [{}, ...names.map(name => ({ [name]: 'a' }))]) {
      await readPage(db, list, { filters, nowMs: 1, limit: 1, isCounted: true });
      const period = { ...filters, fromMs: 1, toMs: 2 };
      expect(await readPage(db, list, { filters: period, nowMs: 1, limit: 1, after })).toBeDefined();
    }
    for (const plan of await explained.plans()) {
      // What a list adds to the rows of one page.
      if (plan.includes('json_each')) continue;
      expect(plan).toMatch(/(?:SEARCH|SCAN) \w+ USING (?:COVERING )?INDEX/);
      expect(plan).not.toContain('TEMP B-TREE');
    }
  }
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
