import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writing } from '@passfob/service/storage/database/database';
import { seal } from '@passfob/service/storage/encryption-at-rest/seal';
import { markLost, returnFob } from '@passfob/service/subjects/care/life';
import { careFor } from '@passfob/service/subjects/care/run/run';
import { revokeToken } from '@passfob/service/subjects/tokens/acts';
import { fobNamed, fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { draftsOfInventory, openInventoryFile } from '@passfob/service/subjects/tokens/import/from-inventory';
import { importItem } from '@passfob/service/subjects/tokens/import/import-item';
import { prepareImport } from '@passfob/service/subjects/tokens/import/plan';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { isFobError } from 'passfob/errors';
import { forget, give, importHandover } from 'passfob/inventory/handover';
import { type Inventory, openInventory } from 'passfob/inventory/inventory';
import { pairingKeyOf, pairingsOf } from 'passfob/inventory/pairings';
import { heldRecoveryKeys } from 'passfob/inventory/recovery-keys';
import { afterEach, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { HASTY } from '../../unit/host/kit/owned-fob.ts';
import { lockByPin } from '../kit/fob.ts';
import { accepted, codeOf, grace, Office } from '../users/kit.ts';
import { type CareScene, db, management, office, openEachScene, owned, PASSWORD, scene } from './kit.ts';

openEachScene();

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** Returns a new folder and an inventory of the command line in it. */
function newInventory(): { readonly inventory: Inventory; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-give-'));
  const inventory = openInventory(join(folder, 'home'));
  open.push(async () => {
    await inventory.close();
    rmSync(folder, { recursive: true });
  });
  return { inventory, folder };
}

/** Has the command line take a file. */
async function taken(file: Uint8Array, { inventory, folder } = newInventory(), password = PASSWORD) {
  const path = join(folder, `${randomBytes(4).toString('hex')}.passfob`);
  writeFileSync(path, file);
  return { inventory, folder, ...(await importHandover(inventory, path, password, Date.now())) };
}

/** Has a service import a file. @returns what it says about each row, and whether it imported them */
async function imported({ management, nowMs }: Office, file: Uint8Array): Promise<string[]> {
  const bundle = await openInventoryFile(file, PASSWORD);
  const { db, keys } = management;
  const { rows, items } = await prepareImport(db, keys, draftsOfInventory(bundle, 'nobody'));
  for (const { item } of items)
    accepted(await writing(db, tx => importItem({ db: tx, keys, actor: grace, atMs: nowMs }, item)));
  return rows.map(({ state }) => state);
}

/** Opens a session with the key that an inventory keeps. @returns how many accounts the fob has */
async function accountsFor(scene: CareScene, inventory: Inventory): Promise<number> {
  const [pairing] = await pairingsOf(inventory, scene.owned.serial);
  if (pairing === undefined) throw new Error('the inventory has no keys');
  const client = connect(scene.fob.plugIn().transport, HASTY);
  try {
    await client.hello();
    await client.openSession(pairingKey(await pairingKeyOf(inventory, pairing.id)));
    return (await client.call('info', {})).accounts;
  } finally {
    await client.close();
  }
}

it('the command line takes over a fob of the service and opens a session; the service cannot any more', async () => {
  const { serial } = await scene.account('ada');
  await scene.care();
  expect(codeOf(await scene.give())).toBe('account_in_use');
  accepted(await revokeToken(management, grace, { serial, reason: 'retired' }));
  expect(codeOf(await scene.give())).toBe('accounts_left');
  await scene.care();
  // The key for approvals went in that session, and the next one shows that it is gone.
  await scene.care();
  expect(await scene.labels()).toEqual([]);
  await scene.ask({ kind: 'pin-reset' });
  const given = accepted(await scene.give());
  expect(given.state).toBe('giving');
  expect(await scene.tasks()).toContain('pin-reset cancelled not_needed');
  // Between the file and its confirmation the service leaves the fob alone.
  await expect(scene.care()).rejects.toThrow();
  const { inventory, added } = await taken(given.file);
  expect(added).toEqual([owned.serial]);
  expect(await accountsFor(scene, inventory)).toBe(0);
  accepted(await scene.confirmGiven());
  expect(await scene.row()).toMatchObject({ state: 'handed_over', sealed_secrets: null, key_id: null });
  for (const table of ['push_keys', 'fob_accounts', 'fob_recovery', 'fob_pairings'] as const)
    expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
  await expect(scene.care()).rejects.toThrow();
  expect(codeOf(await scene.give())).toBe('bad_fob_state');
  const acts = (await office.audit()).acts.filter(act => act.startsWith('fob.give'));
  expect(acts).toEqual([`fob.give ${owned.serial}`, `fob.give ${owned.serial}`]);
});

it('after a lost answer another file is made, and confirming twice changes nothing', async () => {
  expect(codeOf(await scene.confirmGiven())).toBe('bad_fob_state');
  accepted(await scene.give());
  const other = secret('another sentence of words');
  const again = accepted(await scene.give(other));
  expect((await taken(again.file, newInventory(), other)).added).toEqual([owned.serial]);
  accepted(await scene.confirmGiven());
  const row = await scene.row();
  scene.later(1000);
  expect(accepted(await scene.confirmGiven()).state).toBe('handed_over');
  expect(await scene.row()).toEqual(row);
  expect((await office.audit()).acts.filter(act => act.startsWith('fob.give'))).toHaveLength(3);
});

it('a fob that was not confirmed comes back with its own file, and is cared for again', async () => {
  const { file } = accepted(await scene.give());
  expect(await imported(office, file)).toEqual(['ok']);
  expect(await scene.row()).toMatchObject({ state: 'in_use' });
  await scene.care();
  expect(await imported(office, file)).toEqual(['present']);
});

it('a fob goes from the command line to the service, back, and to the service again', async () => {
  const { serial } = owned;
  const first = await taken(accepted(await scene.give()).file);
  accepted(await scene.confirmGiven());
  const path = join(first.folder, 'back.passfob');
  await give(first.inventory, [serial], path, PASSWORD, Date.now());
  await forget(first.inventory, [serial], Date.now());
  expect(await imported(office, readFileSync(path))).toEqual(['ok']);
  expect(await scene.row()).toMatchObject({ state: 'in_use' });
  await scene.care();
  const back = accepted(await scene.give());
  accepted(await scene.confirmGiven());
  expect((await taken(back.file, first)).added).toEqual([serial]);
  expect(await accountsFor(scene, first.inventory)).toBe(0);
});

it('one service takes over a fob of another, and looks after it', async () => {
  await using next = await Office.open();
  next.nowMs = office.nowMs;
  const { file } = accepted(await scene.give());
  accepted(await scene.confirmGiven());
  expect(await imported(next, file)).toEqual(['ok']);
  const { observed } = await scene.care({ management: next.management });
  expect(observed.serial).toBe(owned.serial);
});

it('a recovery key that the fob may hold already goes along, to the command line and to a service', async () => {
  await using other = await Office.open();
  const { keys } = management;
  const waiting = secret(new Uint8Array(randomBytes(32)));
  const { box, keyId } = seal(keys, { table: 'fob_recovery', id: owned.id }, waiting);
  const row = { fob_id: owned.id, sealed_key: box, key_id: keyId, created_ms: 1 };
  await db.insertInto('fob_recovery').values(row).execute();
  const { file } = accepted(await scene.give());
  const { inventory } = await taken(file);
  const [pairing] = await pairingsOf(inventory, owned.serial);
  const [newest, ...more] = await heldRecoveryKeys(inventory, pairing?.id ?? 0);
  expect([Buffer.compare(newest ?? Buffer.of(), waiting), more.length]).toEqual([0, 1]);
  expect(await imported(other, file)).toEqual(['ok']);
  expect(await other.store.db.selectFrom('fob_recovery').selectAll().execute()).toHaveLength(1);
});

it('an inventory that still has a fob which it gave away takes it back with its present recovery key', async () => {
  const { serial } = owned;
  const first = await taken(accepted(await scene.give()).file);
  accepted(await scene.confirmGiven());
  const path = join(first.folder, 'service.passfob');
  await give(first.inventory, [serial], path, PASSWORD, Date.now());
  await imported(office, readFileSync(path));
  await scene.ask({ kind: 'pin-reset' });
  const secrets = async () => {
    const row = await fobNamed(db, serial);
    const kept = row && fobSecretsOf(management.keys, row);
    return Buffer.from(kept?.recoveryKey ?? []);
  };
  await lockByPin(owned);
  scene.follow();
  const old = await secrets();
  await scene.care({ mayHold: true });
  scene.follow();
  await scene.care({ mayHold: true });
  const renewed = await secrets();
  expect(renewed.equals(old)).toBe(false);
  expect((await taken(accepted(await scene.give()).file, first)).known).toEqual([serial]);
  const [pairing] = await pairingsOf(first.inventory, serial);
  const [held] = await heldRecoveryKeys(first.inventory, pairing?.id ?? 0);
  expect(Buffer.compare(held ?? Buffer.of(), renewed)).toBe(0);
  expect(pairing?.given_ms).toBeNull();
});

it('a lost fob, one in care and one that is to be erased are not given away', async () => {
  const { serial } = owned;
  accepted(await markLost(management, grace, { serial }));
  expect(codeOf(await scene.give())).toBe('bad_fob_state');
  await office.set('fobs', { state: 'in_use' });
  const lease = { fob_id: owned.id, link: 'another', until_ms: office.nowMs + 1000 };
  await db.insertInto('fob_care').values(lease).execute();
  expect(codeOf(await scene.give())).toBe('fob_in_care');
  await db.deleteFrom('fob_care').execute();
  accepted(await returnFob(management, grace, { serial }));
  expect(codeOf(await scene.give())).toBe('bad_fob_state');
  expect((await office.audit()).acts.join()).not.toContain('fob.give');
});

it('the file opens with its password only, and neither the password nor a key is in the audit', async () => {
  const { file } = accepted(await scene.give());
  const wrong = taken(file, newInventory(), secret('five words of a sentence'));
  await expect(wrong).rejects.toSatisfy(error => isFobError(error, 'bad-input'));
  const rows = JSON.stringify(await office.rows('audit'));
  const key = Buffer.from(owned.key);
  for (const text of [PASSWORD, key.toString('base64'), key.toString('hex')]) {
    expect(rows).not.toContain(text);
    expect(file.includes(text)).toBe(false);
  }
  expect(file.includes(key)).toBe(false);
});

it('a session that was open when the file was made does nothing to the fob any more', async () => {
  const random = (length: number) => secret(new Uint8Array(randomBytes(length)));
  scene.later(60_000, 5_000);
  const client = connect(scene.fob.plugIn().transport, { ...HASTY, random });
  try {
    const hello = await client.hello();
    await client.openSession(pairingKey(owned.key));
    accepted(await scene.give());
    const tools = { now: office.management.clock, random };
    const session = { client, hello, fobId: owned.id, tools };
    const relay = { kind: 'agent', name: '192.0.2.9' } as const;
    const result = await careFor(office.management, session, { relay, mayHold: true });
    expect([result.isBusy, result.done]).toEqual([true, []]);
    expect(result.observed.clock.errorMs).toBeGreaterThan(4_000);
  } finally {
    await client.close();
  }
  expect(await scene.tasks()).toEqual([]);
});
