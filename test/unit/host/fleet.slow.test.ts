import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { accountIdText, accountsOf, addPendingAccount, dropAccount } from 'passfob/inventory/accounts';
import { addClockReading } from 'passfob/inventory/clocks';
import { assign, fobRecord, knownFobs } from 'passfob/inventory/fobs';
import { backUp, forget, give, importHandover, restore } from 'passfob/inventory/handover';
import { historyOf } from 'passfob/inventory/history';
import { openInventory } from 'passfob/inventory/inventory';
import { changeInventoryKeys, openKeyFile } from 'passfob/inventory/key-file';
import { addPendingPairing, markErased, pairingKeyOf, recoveryKeyOf } from 'passfob/inventory/pairings';
import { rekey } from 'passfob/inventory/rekey';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { failure } from './kit/failure.ts';
import { addFob, FOB, secrets, seed, settings } from './kit/inventory-rows.ts';
import { workplace } from './kit/workplace.ts';

const DAY_MS = 86_400_000;
const NOW = 1_800_000_000_000;
const password = () => secret(`correct horse ${randomBytes(6).toString('hex')}`);

/** An inventory with one fob and one account, and their secrets. */
async function stocked(serial = FOB.serial) {
  const { inventory } = workplace().context;
  return { inventory, ...(await addFob(inventory, { serial, label: 'alice', atMs: NOW })) };
}

it('a fob is found by any of its words, in any case', async () => {
  const { inventory } = await stocked();
  await assign(inventory, FOB.serial, 'Ada Lovelace');
  for (const search of ['qpzr', 'LOVE', 'example:ali', 'pico', '', undefined]) {
    expect(await knownFobs(inventory, { search }, NOW)).toMatchObject([
      { serial: FOB.serial, holder: 'Ada Lovelace', accounts: ['Example:alice'], pairing: 'confirmed' },
    ]);
  }
  expect(await knownFobs(inventory, { search: 'nobody' }, NOW)).toEqual([]);
});

it('the history of a fob is kept in the transactions of the changes themselves', async () => {
  const { inventory, id, account } = await stocked();
  await assign(inventory, FOB.serial, 'Ada');
  await assign(inventory, FOB.serial, 'Ada');
  await assign(inventory, FOB.serial, null);
  await dropAccount(inventory, id, account.id);
  await markErased(inventory, id, NOW + 1);
  const history = await historyOf(inventory, FOB.serial);
  expect(history.map(({ event, detail }) => `${event} ${detail}`.trim())).toEqual([
    'paired',
    'enrolled Example:alice',
    'assigned Ada',
    'unassigned Ada',
    'removed Example:alice',
    'erased',
  ]);
  expect(await fobRecord(inventory, FOB.serial, NOW)).toMatchObject({ fob: null, clocks: [] });
  expect(await failure(fobRecord(inventory, 'PF-0000-0000', NOW))).toMatchObject({
    kind: 'not-in-inventory',
    message: 'This inventory does not know the fob PF-0000-0000, or not any more.',
  });
  expect(await failure(assign(inventory, FOB.serial, 'Ada'))).toMatchObject({ kind: 'not-in-inventory' });
});

it('the inventory says which clocks to set, by their measured drift', async () => {
  const { inventory, id } = await stocked();
  const at = async (days: number) => (await knownFobs(inventory, {}, NOW + days * DAY_MS))[0];
  expect(await at(0)).toMatchObject({ clockSet: null, clockErrorSeconds: null, isStale: true });
  await addClockReading(inventory, id, { readMs: NOW, isSet: true });
  // 20 ppm are 1.728 s a day.
  expect(await at(10)).toMatchObject({ clockErrorSeconds: 18, isStale: false });
  expect(await at(20)).toMatchObject({ clockErrorSeconds: 35, isStale: true });
  await addClockReading(inventory, id, { readMs: NOW + 5 * DAY_MS, isSet: true, driftPpm: -1 });
  expect(await at(105)).toMatchObject({ clockErrorSeconds: 9, isStale: false });
  expect(await at(186)).toMatchObject({ isStale: true });
  expect(await knownFobs(inventory, { staleOnly: true }, NOW + 105 * DAY_MS)).toEqual([]);
});

it('a backup restores everything into another inventory, encrypted under its own key, and once only', async () => {
  const { inventory, id, made, account, key } = await stocked();
  await assign(inventory, FOB.serial, 'Ada');
  await addClockReading(inventory, id, { readMs: NOW, isSet: true, differenceMs: -3.5 });
  const file = join(inventory.directory, 'backup');
  const word = password();
  expect(await backUp(inventory, file, word)).toBe(1);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  const bytes = readFileSync(file);
  for (const one of [made.pairingKey, made.deviceSecret, key]) {
    expect(bytes.includes(Buffer.from(one))).toBe(false);
    expect(bytes.includes(Buffer.from(one).toString('base64'))).toBe(false);
  }

  const other = workplace().context.inventory;
  expect(await restore(other, file, word)).toEqual({ added: [FOB.serial], known: [] });
  expect(await restore(other, file, word)).toEqual({ added: [], known: [FOB.serial] });
  expect(other.keys.currentKeyId).not.toBe(inventory.keys.currentKeyId);
  const [fob, ...more] = await knownFobs(other, {}, NOW);
  expect([fob, more]).toMatchObject([{ holder: 'Ada', accounts: ['Example:alice'] }, []]);
  const row = await other.db.selectFrom('pairings').select('id').executeTakeFirstOrThrow();
  expect(await pairingKeyOf(other, row.id)).toEqual(made.pairingKey);
  expect(await recoveryKeyOf(other, row.id)).toEqual(made.recoveryKey);
  expect(await accountsOf(other, row.id)).toMatchObject([{ key, settings: account, state: 'active' }]);
  expect(await historyOf(other, FOB.serial)).toEqual(await historyOf(inventory, FOB.serial));
  expect((await fobRecord(other, FOB.serial, NOW)).clocks).toEqual(
    (await fobRecord(inventory, FOB.serial, NOW)).clocks,
  );
});

it('a backup is refused with another password, in part, changed anywhere, or as another kind of file', async () => {
  const { inventory } = await stocked();
  const file = join(inventory.directory, 'backup');
  const word = password();
  await backUp(inventory, file, word);
  const other = workplace().context.inventory;
  expect(await failure(restore(other, file, password()))).toMatchObject({ kind: 'bad-input' });
  expect(await failure(importHandover(other, file, word, NOW))).toMatchObject({
    message: 'The file is not a passfob handover, or a later passfob made it.',
  });
  const whole = readFileSync(file);
  const bad = join(inventory.directory, 'bad');
  const flips = [0, 17, 18, 30, 40, 60, whole.length - 1];
  for (const at of flips) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(bad, changed);
    expect(await failure(restore(other, bad, word)), `byte ${at}`).toMatchObject({ kind: 'bad-input' });
  }
  for (const length of [0, 20, 50, whole.length - 1]) {
    writeFileSync(bad, whole.subarray(0, length));
    expect(await failure(restore(other, bad, word)), `${length} bytes`).toMatchObject({ kind: 'bad-input' });
  }
  expect(await knownFobs(other, {}, NOW)).toEqual([]);
  expect(await failure(backUp(inventory, file, word))).toMatchObject({ kind: 'bad-input' });
  expect(await failure(backUp(inventory, `${file}2`, secret('short pw9')))).toMatchObject({
    message: expect.stringContaining('fewer than'),
  });
});

it('a backup never replaces other keys of the same fob, and then restores nothing at all', async () => {
  const { inventory } = await stocked();
  await addFob(inventory, { serial: 'PF-QQQQ-QQQQ' });
  const file = join(inventory.directory, 'backup');
  const word = password();
  await backUp(inventory, file, word);
  const other = await stocked('PF-QQQQ-QQQQ');
  expect(await failure(restore(other.inventory, file, word))).toMatchObject({
    kind: 'inventory',
    message: expect.stringContaining('PF-QQQQ-QQQQ'),
  });
  expect((await knownFobs(other.inventory, {}, NOW)).map(({ serial }) => serial)).toEqual(['PF-QQQQ-QQQQ']);
  expect(await pairingKeyOf(other.inventory, other.id)).toEqual(other.made.pairingKey);
});

it('a handover gives fobs to another owner, and forgets only the given ones', async () => {
  const { inventory, id, made } = await stocked();
  await addFob(inventory, { serial: 'PF-QQQQ-QQQQ' });
  const file = join(inventory.directory, 'given');
  const word = password();
  expect(await failure(forget(inventory, [FOB.serial], NOW))).toMatchObject({
    message: expect.stringContaining('was not given'),
  });
  expect(await failure(give(inventory, ['PF-0000-0000'], file, word, NOW))).toMatchObject({
    kind: 'not-in-inventory',
  });
  await give(inventory, [FOB.serial], file, word, NOW);
  expect(await knownFobs(inventory, {}, NOW)).toMatchObject([{ isGiven: true }, { isGiven: false }]);
  const other = workplace().context.inventory;
  expect(await importHandover(other, file, word, NOW + 5)).toEqual({ added: [FOB.serial], known: [] });
  expect((await historyOf(other, FOB.serial)).at(-1)).toMatchObject({ event: 'taken' });

  await forget(inventory, [FOB.serial], NOW + 6);
  expect(await knownFobs(inventory, {}, NOW)).toMatchObject([{ serial: 'PF-QQQQ-QQQQ' }]);
  await expect(pairingKeyOf(inventory, id)).rejects.toMatchObject({ kind: 'inventory' });
  expect((await historyOf(inventory, FOB.serial)).slice(-2)).toMatchObject([
    { event: 'removed' },
    { event: 'forgotten' },
  ]);
  const row = await other.db.selectFrom('pairings').select('id').executeTakeFirstOrThrow();
  expect(await pairingKeyOf(other, row.id)).toEqual(made.pairingKey);
});

it('re-keying encrypts everything again and forgets the old key', async () => {
  const { inventory, id, made, key } = await stocked();
  const before = inventory.keys.currentKeyId;
  expect(await rekey(inventory)).toBe(4);
  const after = openInventory(inventory.directory);
  expect([...after.keys.sealing.keys()]).toEqual([after.keys.currentKeyId]);
  expect(after.keys.currentKeyId).not.toBe(before);
  expect(await pairingKeyOf(after, id)).toEqual(made.pairingKey);
  expect((await accountsOf(after, id)).map(account => account.key)).toEqual([key]);
  await after.close();
});

it('re-keying blocks a passfob process that still encrypts under the old key', async () => {
  const { inventory, id } = await stocked();
  const late = openInventory(inventory.directory);
  await rekey(inventory);
  const adding = addPendingAccount(late, id, settings('late'), new Uint8Array(20), NOW);
  await expect(adding).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_TRIGGER' });
  const pairing = addPendingPairing(late, { ...FOB, serial: 'PF-QQQQ-QQQQ' }, secrets(), NOW);
  await expect(pairing).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_TRIGGER' });
  await late.close();
  expect(await knownFobs(openInventory(inventory.directory), {}, NOW)).toHaveLength(1);
});

it('a second re-keying waits for the first, and both leave every secret open', async () => {
  const { inventory, id, made, key } = await stocked();
  const other = openInventory(inventory.directory);
  expect(await Promise.all([rekey(inventory), rekey(other)])).toEqual([4, 4]);
  await other.close();
  const after = openInventory(inventory.directory);
  expect(after.keys.sealing.size).toBe(1);
  expect(await pairingKeyOf(after, id)).toEqual(made.pairingKey);
  expect((await accountsOf(after, id)).map(account => account.key)).toEqual([key]);
  await after.close();
});

it('a re-keying changes nothing where the key file lacks a key that a secret needs', async () => {
  const { inventory } = await stocked();
  const path = join(inventory.directory, 'inventory.key');
  const text = readFileSync(path, 'utf8');
  await rekey(inventory);
  writeFileSync(path, text);
  await expect(rekey(inventory)).rejects.toThrow('lacks a key that the inventory needs');
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('re-keyings that meet a damaged secret keep its key and add no key without end', async () => {
  const { inventory, id, made } = await stocked();
  const before = inventory.keys.currentKeyId;
  const spy = new BetterSqlite(join(inventory.directory, 'inventory.db'));
  // The key's id stays, the rest is none of its values.
  spy.exec('update accounts set sealed_key = cast(substr(sealed_key, 1, 4) || zeroblob(48) as blob)');
  spy.close();
  for (let time = 0; time < 4; time++) {
    await expect(rekey(inventory)).rejects.toMatchObject({ kind: 'inventory' });
  }
  const after = openInventory(inventory.directory);
  expect(after.keys.sealing.size).toBeLessThan(4);
  expect(after.keys.sealing.has(before)).toBe(true);
  expect(await pairingKeyOf(after, id)).toEqual(made.pairingKey);
  await after.close();
});

it('a re-keying that was cut off before its first secret keeps no new secret out', async () => {
  const { inventory, id } = await stocked();
  await rekey(inventory);
  await changeInventoryKeys(join(inventory.directory, 'inventory.key'), async file => file.add('seal'));
  const after = openInventory(inventory.directory);
  await addPendingAccount(after, id, settings('new'), seed(), NOW);
  expect(await accountsOf(after, id)).toHaveLength(2);
  await after.close();
});

it('a fob that comes back after a re-keying is refused by a passfob that has only the old key', async () => {
  const { inventory, id, made } = await stocked();
  const word = password();
  const file = join(inventory.directory, 'given');
  await give(inventory, [FOB.serial], file, word, NOW);
  const late = openInventory(inventory.directory);
  await rekey(inventory);
  await expect(importHandover(late, file, word, NOW + 1)).rejects.toThrow('got a new key');
  await late.close();
  const after = openInventory(inventory.directory);
  expect(await recoveryKeyOf(after, id)).toEqual(made.recoveryKey);
  await after.close();
});

it('re-keying cut off after any step leaves an inventory that opens, and the next re-keying completes it', async () => {
  const { inventory, id, made, account, key } = await stocked();
  const path = join(inventory.directory, 'inventory.db');
  const spy = new BetterSqlite(path);
  // The cut: writes of accounts fail after the secrets were encrypted again.
  spy.exec("create trigger cut before update on accounts begin select raise(abort, 'cut'); end");
  await expect(rekey(inventory)).rejects.toThrow('cut');
  const half = openInventory(inventory.directory);
  expect(half.keys.sealing.size).toBe(2);
  expect(await pairingKeyOf(half, id)).toEqual(made.pairingKey);
  expect((await accountsOf(half, id)).map(one => one.key)).toEqual([key]);
  spy.exec('drop trigger cut');
  spy.close();
  expect(await rekey(half)).toBe(4);
  await half.close();
  const whole = openInventory(inventory.directory);
  expect(openKeyFile(join(inventory.directory, 'inventory.key'), false).sealing.size).toBe(1);
  expect((await accountsOf(whole, id)).map(one => accountIdText(one.settings.id))).toEqual([
    accountIdText(account.id),
  ]);
  await whole.close();
});
