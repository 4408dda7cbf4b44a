import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { fobsWithHealth } from 'passfob/commands/health';
import { FobError } from 'passfob/errors';
import {
  accountIdText,
  accountsOf,
  addPendingAccount,
  confirmAccount,
  dropAccount,
  proposeNames,
  settleNames,
  suitesOf,
} from 'passfob/inventory/accounts';
import { batchRows, exportPermitOf, findBatch } from 'passfob/inventory/batches';
import { inventoryDirectory } from 'passfob/inventory/directory';
import { seal, unseal } from 'passfob/inventory/encryption';
import { type Inventory, openInventory } from 'passfob/inventory/inventory';
import { openKeyFile } from 'passfob/inventory/key-file';
import { noteObserved, noteSeen, observationOf } from 'passfob/inventory/observations';
import {
  addPendingPairing,
  confirmPairing,
  dropPairing,
  markErased,
  markEscrowed,
  pairingKeyOf,
  pairingsOf,
  recoveryKeyOf,
} from 'passfob/inventory/pairings';
import { heldRecoveryKeys } from 'passfob/inventory/recovery-keys';
import { MIGRATIONS } from 'passfob/inventory/schema';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { refusal } from './kit/failure.ts';
import { FOB, secrets, seed, settings } from './kit/inventory-rows.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function opened(directory = join(folder, 'inventory')): Inventory {
  const inventory = openInventory(directory);
  onTestFinished(() => inventory.close());
  return inventory;
}

/** Returns everything the inventory has on its disk at this moment, as after a crash. */
function crashCopy(name: string): string {
  const copy = join(folder, name);
  cpSync(join(folder, 'inventory'), copy, { recursive: true });
  return copy;
}

it('pairings are on the disk, with their keys, when the promise resolves', async () => {
  const inventory = opened();
  const made = secrets();
  const id = await addPendingPairing(inventory, FOB, made, 1000);
  const after = opened(crashCopy('crashed'));
  const [pairing, ...others] = await pairingsOf(after, FOB.serial);
  expect(others).toEqual([]);
  expect(pairing).toMatchObject({ id, state: 'pending', created_ms: 1000, confirmed_ms: null, ...FOB });
  expect(await pairingKeyOf(after, id)).toEqual(made.pairingKey);
});

it('a confirmed pairing ends those before it, a pending one does not', async () => {
  const inventory = opened();
  const first = await addPendingPairing(inventory, FOB, secrets(), 1);
  await confirmPairing(inventory, first, 2);
  const second = await addPendingPairing(inventory, FOB, secrets(), 3);
  const third = await addPendingPairing(inventory, FOB, secrets(), 4);
  const ids = async () => (await pairingsOf(inventory, FOB.serial)).map(({ id }) => id);
  expect(await ids()).toEqual([first, third, second]);
  await confirmPairing(inventory, third, 5);
  expect(await ids()).toEqual([third]);
  await expect(pairingKeyOf(inventory, first)).rejects.toThrow(FobError);
});

it('a pairing is dropped only while pending', async () => {
  const inventory = opened();
  const pending = await addPendingPairing(inventory, FOB, secrets(), 1);
  const confirmed = await addPendingPairing(inventory, { ...FOB, serial: 'PF-2222-2222' }, secrets(), 1);
  await confirmPairing(inventory, confirmed, 2);
  await dropPairing(inventory, pending);
  await dropPairing(inventory, confirmed);
  expect(await pairingsOf(inventory, FOB.serial)).toEqual([]);
  expect(await pairingsOf(inventory, 'PF-2222-2222')).toHaveLength(1);
});

it('a pairing leaves no encrypted secret behind when the fob is erased', async () => {
  const inventory = opened();
  const id = await addPendingPairing(inventory, FOB, secrets(), 1);
  await confirmPairing(inventory, id, 2);
  await addPendingAccount(inventory, id, settings(), seed(), 3);
  const sealed = [
    ...(await inventory.db.selectFrom('secrets').selectAll().execute()).flatMap(row => [
      row.device_secret,
      row.pairing_key,
      row.recovery_key,
    ]),
    ...(await inventory.db.selectFrom('accounts').select('sealed_key').execute()).map(row => row.sealed_key),
  ];
  expect(sealed).toHaveLength(4);
  await markErased(inventory, id, 9);
  expect(await pairingsOf(inventory, FOB.serial)).toEqual([]);
  await inventory.close();
  const stored = readFileSync(join(folder, 'inventory', 'inventory.db'));
  expect(sealed.map(box => stored.includes(Buffer.from(box)))).toEqual([false, false, false, false]);
});

it('an account keeps settings and key, and whether the fob has proved it', async () => {
  const inventory = opened();
  const id = await addPendingPairing(inventory, FOB, secrets(), 1);
  const key = seed();
  const account = settings('Žofie ✓');
  await addPendingAccount(inventory, id, account, key, 2);
  expect(await accountsOf(inventory, id)).toEqual([{ state: 'pending', key, settings: account }]);
  await confirmAccount(inventory, id, account.id);
  expect(await accountsOf(inventory, id)).toEqual([{ state: 'active', key, settings: account }]);
  await dropAccount(inventory, id, account.id);
  expect(await accountsOf(inventory, id)).toEqual([]);
});

it('a renamed account keeps both names until it is known which hold', async () => {
  const inventory = opened();
  const id = await addPendingPairing(inventory, FOB, secrets(), 1);
  const key = seed();
  const account = settings();
  await addPendingAccount(inventory, id, account, key, 2);
  const text = new TextEncoder();
  const nextNames = { issuer: text.encode(''), label: text.encode('bob') };
  const kept = async () => (await accountsOf(inventory, id))[0];
  await proposeNames(inventory, id, account.id, nextNames);
  expect(await kept()).toMatchObject({ settings: account, nextNames });
  await settleNames(inventory, id, account.id, false);
  expect(await kept()).toEqual({ state: 'pending', key, settings: account });
  await proposeNames(inventory, id, account.id, nextNames);
  await settleNames(inventory, id, account.id, true);
  const renamed = { state: 'pending', key, settings: { ...account, ...nextNames } };
  expect(await kept()).toEqual(renamed);
  // No name is proposed any more: settling again changes nothing.
  await settleNames(inventory, id, account.id, true);
  expect(await kept()).toEqual(renamed);
});

it('an OCRA account keeps its suite', async () => {
  const inventory = opened();
  const id = await addPendingPairing(inventory, FOB, secrets(), 1);
  const key = seed();
  const suite = { question: 2, length: 16, inputs: 23, step: 5 };
  const ocra = { ...settings('bank'), kind: 3, digits: 8, period: 0, ...suite };
  await addPendingAccount(inventory, id, ocra, key, 2);
  await addPendingAccount(inventory, id, settings(), key, 3);
  const [kept, other] = await accountsOf(inventory, id);
  expect(kept).toEqual({ state: 'pending', key, settings: ocra });
  expect(other?.settings).not.toHaveProperty('inputs');
  const text = 'OCRA-1:HOTP-SHA1-8:C-QH16-PSHA512-T5M';
  expect([...(await suitesOf(inventory, id))]).toEqual([[accountIdText(ocra.id), text]]);
});

it('inventory files hold no secret in clear, neither while open nor after', async () => {
  const inventory = opened();
  const made = secrets();
  const key = seed();
  const id = await addPendingPairing(inventory, FOB, made, 1);
  await addPendingAccount(inventory, id, settings(), key, 2);
  const all = [made.deviceSecret, made.pairingKey, made.recoveryKey, key];
  const found = (directory: string) =>
    readdirSync(directory).filter(name =>
      all.some(one => readFileSync(join(directory, name)).includes(Buffer.from(one))),
    );
  expect(found(join(folder, 'inventory'))).toEqual([]);
  await inventory.close();
  expect(found(join(folder, 'inventory'))).toEqual([]);
});

it('inventory files belong to their user alone', () => {
  opened();
  const modes = [join(folder, 'inventory'), ...readdirSync(join(folder, 'inventory')).map(inside)].map(
    path => statSync(path).mode & 0o077,
  );
  expect(modes).not.toHaveLength(1);
  expect(modes.filter(mode => mode !== 0)).toEqual([]);
});

it('inventory files of a later passfob are refused', async () => {
  await opened().close();
  const database = new BetterSqlite(inside('inventory.db'));
  database.pragma('user_version = 1000');
  database.close();
  expect(refusal(() => opened())).toMatchObject({ kind: 'inventory', next: 'Update passfob.' });
});

it('inventory files that are no database are refused', () => {
  opened();
  const other = join(folder, 'other');
  cpSync(join(folder, 'inventory'), other, { recursive: true });
  rmSync(join(other, 'inventory.db-wal'), { force: true });
  writeFileSync(join(other, 'inventory.db'), 'not a database '.repeat(1000));
  expect(refusal(() => opened(other)).kind).toBe('inventory');
});

const inside = (name: string) => join(folder, 'inventory', name);

it('a key file that others may read is refused, with the remedy', async () => {
  await opened().close();
  chmodSync(inside('inventory.key'), 0o640);
  const error = refusal(() => opened());
  expect(error).toMatchObject({ kind: 'inventory', next: expect.stringContaining('chmod 600') });
});

it('a key file is not made again while secrets need the old one', async () => {
  const inventory = opened();
  await addPendingPairing(inventory, FOB, secrets(), 1);
  await inventory.close();
  rmSync(inside('inventory.key'));
  expect(refusal(() => opened()).kind).toBe('inventory');
  expect(readdirSync(join(folder, 'inventory'))).not.toContain('inventory.key');
});

it.each(['', 'passfob inventory keys 1\n', 'passfob inventory keys 1\nzz AAAA\n', 'x'.repeat(20_000)])(
  'a damaged key file is refused (%#)',
  async text => {
    await opened().close();
    writeFileSync(inside('inventory.key'), text, { mode: 0o600 });
    expect(refusal(() => opened()).kind).toBe('inventory');
  },
);

it('a key file of another inventory opens nothing', async () => {
  const inventory = opened();
  const id = await addPendingPairing(inventory, FOB, secrets(), 1);
  await inventory.close();
  await opened(join(folder, 'second')).close();
  cpSync(join(folder, 'second', 'inventory.key'), inside('inventory.key'));
  const swapped = opened();
  await expect(pairingKeyOf(swapped, id)).rejects.toMatchObject({ kind: 'inventory' });
});

it('an encrypted value opens in its place only, and only unchanged', () => {
  const keys = openKeyFile(join(folder, 'keys'), true);
  const place = { column: 'secrets.pairing_key', id: '1' };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), (plain, chance) => {
      const sealed = seal(keys, place, plain);
      expect(unseal(keys, place, sealed)).toEqual(plain);
      for (const other of [
        { ...place, id: '2' },
        { ...place, column: 'secrets.device_secret' },
      ]) {
        expect(refusal(() => unseal(keys, other, sealed)).kind).toBe('inventory');
      }
      const changed = Uint8Array.from(sealed);
      const at = chance % changed.length;
      changed[at] = (changed[at] ?? 0) ^ (1 << (chance % 8));
      expect(refusal(() => unseal(keys, place, changed)).kind).toBe('inventory');
      expect(refusal(() => unseal(keys, place, sealed.subarray(0, at))).kind).toBe('inventory');
    }),
  );
});

it('the inventory folder is where the system keeps such data, or where PASSFOB_HOME says', () => {
  expect(inventoryDirectory({ PASSFOB_HOME: '/p', XDG_DATA_HOME: '/x' }, 'linux', '/h')).toBe('/p');
  expect(inventoryDirectory({ XDG_DATA_HOME: '/x' }, 'linux', '/h')).toBe('/x/passfob');
  expect(inventoryDirectory({ XDG_DATA_HOME: 'x' }, 'linux', '/h')).toBe('/h/.local/share/passfob');
  expect(inventoryDirectory({}, 'darwin', '/h')).toBe('/h/Library/Application Support/passfob');
  expect(inventoryDirectory({ LOCALAPPDATA: '/l' }, 'win32', '/h')).toBe('/l/passfob');
});

type Sealed = (column: string, plain: Uint8Array, id?: string) => Uint8Array;

/** Returns an inventory that an earlier passfob made, as the present one opens it. @param steps the migrations that it knew */
async function ofBefore(steps: number, fill: (old: BetterSqlite.Database, sealed: Sealed) => void) {
  await opened().close();
  const keys = openKeyFile(inside('inventory.key'), false);
  for (const end of ['', '-wal', '-shm']) rmSync(inside(`inventory.db${end}`), { force: true });
  const old = new BetterSqlite(inside('inventory.db'));
  for (const step of MIGRATIONS.slice(0, steps)) old.exec(step);
  old.pragma(`user_version = ${steps}`);
  fill(old, (column, plain, id = '7') => seal(keys, { column, id }, plain));
  old.close();
  return opened();
}

const made = secrets();
const addSecrets = (old: BetterSqlite.Database, sealed: Sealed) =>
  old
    .prepare('insert into secrets values (7, ?, ?, ?)')
    .run(
      sealed('secrets.device_secret', made.deviceSecret),
      sealed('secrets.pairing_key', made.pairingKey),
      sealed('secrets.recovery_key', made.recoveryKey),
    );

it('an inventory of the first passfob opens with its fobs, accounts and recovery keys, which no fob is known to have', async () => {
  const [account, key] = [settings(), seed()];
  const accountId = accountIdText(account.id);
  const inventory = await ofBefore(1, (old, sealed) => {
    old.exec(
      "insert into pairings values (7, 'PF-QPZR-Y9X8', 'confirmed', 'pico', '0.1.0', 1000, 1001, null)",
    );
    addSecrets(old, sealed);
    old
      .prepare("insert into accounts values (7, ?, 'active', 2, 1, 6, 30, 'Example', 'alice', ?, 1002)")
      .run(accountId, sealed('accounts.sealed_key', key, `7 ${accountId}`));
  });
  expect(await pairingsOf(inventory, FOB.serial)).toMatchObject([
    { id: 7, state: 'confirmed', escrowed_ms: null, ...FOB },
  ]);
  expect(await pairingKeyOf(inventory, 7)).toEqual(made.pairingKey);
  expect(await recoveryKeyOf(inventory, 7)).toEqual(made.recoveryKey);
  expect(await accountsOf(inventory, 7)).toEqual([{ state: 'active', key, settings: account }]);
  await markEscrowed(inventory, 7, 2000);
  expect(await pairingsOf(inventory, FOB.serial)).toMatchObject([{ escrowed_ms: 2000 }]);
});

it('an inventory from before later exports opens with its journal, of which nothing is in a file or exportable', async () => {
  const inventory = await ofBefore(3, old => {
    old.exec("insert into batches values (5, 'plan.csv', 1000)");
    old.exec("insert into batch_rows values (5, 'key', 'done', 'PF-QPZR-Y9X8', '01020304', 1001)");
  });
  expect(await findBatch(inventory, 'plan.csv')).toBe(5);
  expect([...(await batchRows(inventory, 5)).values()]).toEqual([
    {
      ...{ key: 'key', state: 'done', serial: 'PF-QPZR-Y9X8', accountId: '01020304', changedMs: 1001 },
      handedOnMs: null,
    },
  ]);
  expect(await exportPermitOf(inventory, 5)).toBeUndefined();
});

it('an inventory from before care opens with its fobs, of which none was seen yet', async () => {
  const inventory = await ofBefore(4, (old, sealed) => {
    old.exec(
      "insert into pairings (id, serial, state, board, firmware, created_ms, confirmed_ms) values (7, 'PF-QPZR-Y9X8', 'confirmed', 'pico', '0.2.0', 1000, 1001)",
    );
    addSecrets(old, sealed);
  });
  expect(await heldRecoveryKeys(inventory, 7)).toEqual([made.recoveryKey]);
  expect(await fobsWithHealth(inventory, {}, 2_000)).toMatchObject([
    { serial: 'PF-QPZR-Y9X8', firmware: '0.2.0', lastSeen: null, observed: null, health: null },
  ]);
  await noteSeen(inventory, 7, 3_000);
  await noteObserved(inventory, 7, { board: 'pico' }, 4_000);
  await noteSeen(inventory, 7, 5_000);
  expect(await observationOf(inventory, 7)).toEqual({
    seenMs: 5_000,
    told: { atMs: 4_000, observed: { board: 'pico' } },
  });
});
