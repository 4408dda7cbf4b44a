import { randomBytes } from 'node:crypto';
import { draftsOfFiles } from '@passfob/service/features/tokens/import/from-files';
import { draftsOfInventory } from '@passfob/service/features/tokens/import/from-inventory';
import { importItem } from '@passfob/service/features/tokens/import/import-item';
import type { ImportDraft } from '@passfob/service/features/tokens/import/items';
import { planImport, prepareImport } from '@passfob/service/features/tokens/import/plan';
import { writing } from '@passfob/service/storage/database/database';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { grace, Office } from '../users/kit.ts';
import { COUNTED, SUITE } from './kit.ts';

const PIN_SUITE = 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1';
const LONG = 'OCRA-1:HOTP-SHA256-10:QH10-T30S';

/** Imports every row that can be imported, and returns the tokens by serial number. */
async function take(office: Office, drafts: readonly ImportDraft[]) {
  const { db, keys } = office.management;
  const { items } = await prepareImport(db, keys, drafts);
  for (const { item } of items)
    await writing(db, transaction =>
      importItem({ db: transaction, keys, actor: grace, atMs: office.nowMs }, item),
    );
  return db.selectFrom('tokens').selectAll().orderBy('serial').execute();
}

function account(number: number, suite: string, digits: number) {
  return {
    account_id: `0000000${number}`,
    state: 'active' as const,
    kind: 3,
    algorithm: suite.includes('SHA256') ? 2 : 1,
    digits,
    period: 0,
    issuer: 'ACME',
    label: 'ada',
    created_ms: 1,
    suite,
    next_issuer: null,
    next_label: null,
    key: Buffer.from(secret(new Uint8Array(randomBytes(20)))).toString('base64'),
  };
}

test('inventory accounts that answer questions become tokens, except those with a PIN', async () => {
  await using office = await Office.open();
  const text = () => Buffer.from(secret(new Uint8Array(randomBytes(32)))).toString('base64');
  const fob = {
    pairing: {
      serial: 'abcde',
      state: 'confirmed' as const,
      board: 'pico',
      firmware: '1.2.3',
      created_ms: 1,
      confirmed_ms: 2,
      erased_ms: null,
      escrowed_ms: null,
      holder: 'ada',
    },
    secrets: { device_secret: text(), pairing_key: text(), recovery_key: text() },
    accounts: [account(1, SUITE, 6), account(2, COUNTED, 8), account(3, PIN_SUITE, 6), account(4, LONG, 10)],
    clocks: [],
  };
  const drafts = draftsOfInventory({ version: 1, fobs: [fob], history: [] }, 'holder');
  const { db, keys } = office.management;
  const plan = await planImport(db, keys, drafts);
  expect(plan.rows.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'skipped', 'ok']);
  expect(plan.rows.map(({ warnings }) => warnings.length)).toEqual([0, 0, 1, 0, 0]);
  expect(await take(office, drafts)).toMatchObject([
    { serial: 'abcde-00000001', kind: 'ocra', suite: SUITE, algorithm: 'sha1', digits: 6, state: 'assigned' },
    { serial: 'abcde-00000002', suite: COUNTED, algorithm: 'sha256', digits: 8, last_step: -1 },
    { serial: 'abcde-00000004', suite: LONG, digits: 10, period_seconds: null },
  ]);
  expect((await planImport(db, keys, drafts)).counts).toMatchObject({ ok: 0, present: 4, skipped: 1 });
});

test('key URIs with an OCRA suite become tokens with the counter they name', async () => {
  await using office = await Office.open();
  const seed = secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJA');
  const uri = (suite: string, rest = '') => `otpauth://ocra/ACME:ada?secret=${seed}&suite=${suite}${rest}\n`;
  const bytes = Buffer.from(uri(COUNTED, '&counter=7') + uri(PIN_SUITE));
  const unasked = () => Promise.reject(new Error('not asked for'));
  const tools = { password: unasked, key: unasked };
  const files = [{ name: 'uris.txt', bytes }];
  const drafts = await draftsOfFiles(office.management.keys, files, tools, { userFrom: 'label' });
  expect(drafts.map(({ outcome }) => outcome.state)).toEqual(['ok', 'skipped']);
  expect(await take(office, drafts)).toMatchObject([{ kind: 'ocra', suite: COUNTED, last_step: 6 }]);
});
