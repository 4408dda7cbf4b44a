import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { startImport } from '@passfob/service/subjects/jobs/bulk';
import { listJobItems, viewJob } from '@passfob/service/subjects/jobs/jobs';
import { startJobs } from '@passfob/service/subjects/jobs/worker';
import { revokeToken } from '@passfob/service/subjects/tokens/acts';
import { fobNamed, fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { draftsOfFiles } from '@passfob/service/subjects/tokens/import/from-files';
import { draftsOfInventory, openInventoryFile } from '@passfob/service/subjects/tokens/import/from-inventory';
import type { ImportDraft } from '@passfob/service/subjects/tokens/import/items';
import { planImport, prepareImport } from '@passfob/service/subjects/tokens/import/plan';
import { secretOf } from '@passfob/service/subjects/tokens/tokens';
import type { SourceFile } from 'passfob/formats/base/row';
import { type ExportedInventory, importExported } from 'passfob/inventory/exported';
import { give } from 'passfob/inventory/handover';
import { openInventory } from 'passfob/inventory/inventory';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, helpdesk, testOfOffice as it, type Office } from '../users/kit.ts';

const PASSWORD = secret('four words for this file');

const base64 = (length: number) => {
  const bytes = secret(new Uint8Array(randomBytes(length)));
  return Buffer.from(bytes).toString('base64');
};

type Fob = ExportedInventory['fobs'][number];

const account = (changes: Partial<Fob['accounts'][number]> = {}): Fob['accounts'][number] => ({
  ...{ account_id: '0a0b0c0d', state: 'active', kind: 2, algorithm: 1, digits: 6, period: 30 },
  ...{ issuer: 'ACME', label: 'ada', created_ms: 1, suite: null, next_issuer: null, next_label: null },
  ...{ key: base64(20), ...changes },
});

function fob(serial: string, accounts: Fob['accounts'], holder: string | null = null): Fob {
  const pairing = {
    ...{ serial, state: 'confirmed' as const, board: 'pico', firmware: '1.2.3', created_ms: 1 },
    ...{ confirmed_ms: 2, erased_ms: null, escrowed_ms: null, holder },
  };
  const secrets = { device_secret: base64(32), pairing_key: base64(32), recovery_key: base64(32) };
  const clock = { read_ms: 5, is_set: 1 as const, difference_ms: -1499.6, uncertainty_ms: 1 };
  const clocks = [{ ...clock, age_seconds: 10, drift_ppm: 12.5, trim_ppm: 0 }];
  return { pairing, secrets, accounts, clocks };
}

/** Returns a file that `passfob handover give` writes for some fobs. */
async function givenFile(fobs: readonly Fob[]): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'passfob-inventory-'));
  const inventory = openInventory(directory);
  try {
    await importExported(inventory, { version: 1, fobs, history: [] });
    const path = join(directory, 'given');
    const serials = fobs.map(({ pairing }) => pairing.serial);
    await give(inventory, serials, path, PASSWORD, 7);
    return readFileSync(path);
  } finally {
    await inventory.db.destroy();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function run(office: Office, drafts: readonly ImportDraft[]) {
  const { management } = office;
  await office.hire();
  const prepared = await prepareImport(management.db, management.keys, drafts);
  const job = await office.do(startImport, prepared, helpdesk);
  const worker = startJobs(management);
  await worker.idle();
  await worker.close();
  return accepted(await viewJob(management.db, job.id));
}

function tokenRow(office: Office, serial: string) {
  return office.row('tokens', { serial });
}

it('fobs and accounts of a handover file become fobs and tokens, with the holders as users', async office => {
  const { management } = office;
  const counted = account({ account_id: '00000002', kind: 1, period: 0, digits: 0x18, algorithm: 2 });
  const bytes = await givenFile([fob('abcde', [account(), counted], 'Ada'), fob('fghij', [account()])]);
  const exported = await openInventoryFile(bytes, PASSWORD);
  const drafts = draftsOfInventory(exported, 'holder');
  expect(await run(office, drafts)).toMatchObject({ state: 'done', done: 5, refused: 0 });
  const token = await tokenRow(office, 'abcde-0a0b0c0d');
  const [given] = exported.fobs;
  expect(token).toMatchObject({ state: 'assigned', kind: 'totp', algorithm: 'sha1', period_seconds: 30 });
  expect(Buffer.from(secretOf(management.keys, token) ?? []).toString('base64')).toBe(
    given?.accounts[1]?.key,
  );
  expect(await tokenRow(office, 'abcde-00000002')).toMatchObject({
    kind: 'hotp',
    algorithm: 'sha256',
    alphabet: 'hex',
    digits: 8,
    last_step: -1,
    period_seconds: null,
  });
  expect(await tokenRow(office, 'fghij-0a0b0c0d')).toMatchObject({ state: 'inventory', user_id: null });
  const acts = new Set((await office.rows('audit')).map(({ action }) => action));
  expect(acts).toEqual(new Set(['fob.import', 'job.run', 'token.import']));
  const row = await fobNamed(office.store.db, 'abcde');
  expect(row).toMatchObject({ id: token.fob_id, clock_set_ms: 5, clock_error_ms: -1500, drift_ppm: 12.5 });
  const kept = row && fobSecretsOf(management.keys, row);
  expect(Buffer.from(kept?.recoveryKey ?? []).toString('base64')).toBe(given?.secrets?.recovery_key);
});

it('importing the same file again finds every row present, and a dry run writes nothing', async office => {
  const { db, keys } = office.management;
  const drafts = draftsOfInventory(
    await openInventoryFile(await givenFile([fob('abcde', [account()])]), PASSWORD),
    'label',
  );
  expect((await planImport(db, keys, drafts)).counts).toEqual({ ok: 2, present: 0, skipped: 0, refused: 0 });
  expect(await db.selectFrom('tokens').select('id').execute()).toEqual([]);
  await run(office, drafts);
  expect((await planImport(db, keys, drafts)).counts).toEqual({ ok: 0, present: 2, skipped: 0, refused: 0 });
  // A revoked token has no seed to compare, and cannot be restored.
  await office.do(revokeToken, { serial: 'abcde-0a0b0c0d', reason: 'lost' }, helpdesk);
  expect((await planImport(db, keys, drafts)).counts).toEqual({ ok: 0, present: 1, skipped: 0, refused: 1 });
});

it('a dry run gives a reason for every row that is not taken, and shows no secret', async office => {
  const { db, keys } = office.management;
  const known = fob('known', []);
  await run(office, draftsOfInventory({ version: 1, fobs: [known], history: [] }, 'nobody'));
  const other = fob('known', [
    account({ account_id: '1', key: base64(12) }),
    account({ account_id: '2', kind: 3, suite: 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1' }),
    account({ account_id: '3', state: 'pending' }),
    account({ account_id: '4', algorithm: 9 }),
    account({ account_id: '5', label: '' }),
    account({ account_id: '5' }),
  ]);
  const { secrets: _, pairing, ...rest } = fob('gone', []);
  const erased: Fob = { ...rest, pairing: { ...pairing, state: 'erased' } };
  const broken = { pairing: { serial: 'broken' } } as unknown as Fob;
  const exported: ExportedInventory = { version: 1, fobs: [other, erased, broken], history: [] };
  const plan = await planImport(db, keys, draftsOfInventory(exported, 'label'));
  expect(
    plan.rows.map(({ place, state, reason }) => `${place}: ${state}. ${reason}`).join('\n'),
  ).toMatchInlineSnapshot(`
    "fob known: refused. The service has a fob with this serial number and other secrets. Find out which secrets are right.
    fob known, account 1: refused. The secret must be 16 to 128 bytes long.
    fob known, account 2: skipped. The service cannot check answers by its suite (OCRA).
    fob known, account 3: skipped. The fob has not yet proved that it holds the account.
    fob known, account 4: refused. It is damaged, or passfob did not write it.
    fob known, account 5: refused. The user name is empty, too long or holds control characters. Use 1 to 128 ordinary characters.
    fob known, account 5: skipped. An earlier row is the same.
    fob gone: skipped. The fob was erased: its keys are gone.
    fob broken: refused. It is damaged, or passfob did not write it."
  `);
  const shown = JSON.stringify(plan);
  for (const { key } of other.accounts) expect(shown).not.toContain(key);
});

it('import reads other programs’ tables and key URIs, and recognises them the second time', async office => {
  const { db, keys } = office.management;
  const seeds = [1, 2].map(() => secret(new Uint8Array(randomBytes(20))));
  const [one, two] = seeds.map(seed => Buffer.from(seed).toString('hex'));
  const table = `S1,${one},totp,6,30\nS2,${two},hotp,8,7\nS3,zz,totp,6\n`;
  const file: SourceFile = { name: 'tokens.csv', bytes: Buffer.from(table) };
  const tools = {
    password: () => Promise.reject(new Error('not asked for')),
    key: () => Promise.reject(new Error('not asked for')),
  };
  const read = () => draftsOfFiles(keys, [file], tools, { userFrom: 'label' });
  const plan = await planImport(db, keys, await read());
  expect(plan.rows.map(({ state, serial, user }) => [state, serial, user])).toEqual([
    ['ok', 'S1', null],
    ['ok', 'S2', null],
    ['refused', null, null],
  ]);
  expect(plan.rows[2]?.reason).not.toBe('');
  expect(await run(office, await read())).toMatchObject({ done: 2, refused: 0 });
  expect((await planImport(db, keys, await read())).counts).toMatchObject({ ok: 0, present: 2 });
  const rows = await db.selectFrom('tokens').selectAll().orderBy('label').execute();
  expect(rows).toMatchObject([
    { label: 'S1', kind: 'totp', state: 'inventory', last_step: -1 },
    { label: 'S2', kind: 'hotp', digits: 8 },
  ]);
  expect(rows.map(row => Buffer.from(secretOf(keys, row) ?? []).toString('hex'))).toEqual([one, two]);
});

it('a row that was refused while the job ran contains its reason', async office => {
  const { management } = office;
  await office.hire();
  const drafts = draftsOfInventory({ version: 1, fobs: [fob('abcde', [account()])], history: [] }, 'label');
  const prepared = await prepareImport(management.db, management.keys, drafts);
  const job = await office.do(startImport, prepared, helpdesk);
  await office.issue('abcde-0a0b0c0d');
  const worker = startJobs(management);
  await worker.idle();
  await worker.close();
  expect(accepted(await listJobItems(management.db, { id: job.id }))).toMatchObject([
    { subject: 'abcde', state: 'done', message: '' },
    { subject: 'abcde-0a0b0c0d', state: 'refused', message: expect.stringContaining('serial number') },
  ]);
});

it('tokens keep the serial numbers of their file, and none of these becomes a user', async office => {
  const { db, keys } = office.management;
  const key = '3132333435363738393031323334353637383930';
  const base32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ';
  const tables = [
    `OATH0001,${key},totp,6,30\nOATH0002,${key.slice(2)}31,hotp\n`,
    `# version: 2\nada,resolver,realm,OATH0003,${key.slice(4)}3131,totp,6,30\n`,
    `serial,user,secret\nS-1,bob,${base32}I\nS-2,,${base32}Q\n`,
    `upn,serial number,secret key,time interval,manufacturer,model\na.name.longer.than.a.fob.shows@example.com,S-3,${base32}Y,30,C,H\n`,
  ];
  const files = tables.map((table, at) => ({ name: `${at}.csv`, bytes: new TextEncoder().encode(table) }));
  const unasked = { password: async () => '', key: async () => new Uint8Array(16) };
  const plan = await planImport(db, keys, await draftsOfFiles(keys, files, unasked, { userFrom: 'label' }));
  expect(plan.rows.map(({ serial, user, state }) => [serial, user, state])).toEqual([
    ['OATH0001', null, 'ok'],
    ['OATH0002', null, 'ok'],
    ['OATH0003', 'ada', 'ok'],
    ['S-1', 'bob', 'ok'],
    ['S-2', null, 'ok'],
    ['S-3', 'a.name.longer.than.a.fob.shows@example.com', 'ok'],
  ]);
});

it('log-ins get their turn while a long import is checked', async office => {
  const { db, keys } = office.management;
  const letters = (at: number) => [...String(at).padStart(4, '0')].map(digit => 'ABCDEFGHIJ'[Number(digit)]);
  const seedOf = (at: number) => `GEZDGNBVGY3TQOJQGEZDGNBVGY3T${letters(at).join('')}`;
  const lines = Array.from({ length: 1_500 }, (_, at) => `otpauth://totp/u${at}?secret=${seedOf(at)}\n`);
  const file = { name: 'many.txt', bytes: new TextEncoder().encode(lines.join('')) };
  const unasked = { password: async () => '', key: async () => new Uint8Array(16) };
  const drafts = await draftsOfFiles(keys, [file], unasked, { userFrom: 'nobody' });
  let turns = 0;
  let isJudged = false;
  const others = (async () => {
    for (; !isJudged; turns++) await turn();
  })();
  const before = process.cpuUsage();
  const { counts } = await prepareImport(db, keys, drafts);
  const usedMs = process.cpuUsage(before).user / 1000;
  isJudged = true;
  await others;
  expect(counts.ok).toBe(1_500);
  // Without pauses the others would get a single turn at the end, even on a fast machine.
  expect(turns).toBeGreaterThan(1);
  expect(turns).toBeGreaterThan(usedMs / 250);
});

test('a wrong password, a damaged file and another file are refused as a whole', async () => {
  const bytes = await givenFile([fob('abcde', [])]);
  const damaged = Buffer.from(bytes);
  damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1;
  await expect(openInventoryFile(bytes, 'another password')).rejects.toMatchObject({ kind: 'bad-input' });
  await expect(openInventoryFile(damaged, PASSWORD)).rejects.toMatchObject({ kind: 'bad-input' });
  await expect(openInventoryFile(Buffer.from('secret,serial\n'), PASSWORD)).rejects.toMatchObject({
    kind: 'bad-input',
  });
});

it('a bare list of seeds is imported with what the operator knows of the tokens', async office => {
  const { keys } = office.management;
  const seed = secret('3132333435363738393031323334353637383931');
  const list = { name: 'feitian.txt', bytes: new TextEncoder().encode(`2600135004013 ${seed} 60\n`) };
  const tools = { password: async () => '', key: async () => new Uint8Array(0) };
  const [unsaid] = await draftsOfFiles(keys, [list], tools, { userFrom: 'nobody' });
  expect(unsaid?.outcome).toMatchObject({
    state: 'refused',
    reason: expect.stringContaining('TOTP or HOTP'),
  });
  const assumed = { type: 'totp' } as const;
  const [said] = await draftsOfFiles(keys, [list], { ...tools, assumed }, { userFrom: 'nobody' });
  expect(said?.outcome).toMatchObject({
    state: 'ok',
    item: { serial: '2600135004013', kind: 'totp', period: 60, digits: 6 },
  });
});
