import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { fobsWithHealth } from 'passfob/commands/health';
import {
  accountIdText,
  accountsOf,
  addPendingAccount,
  proposeNames,
  settleNames,
  suitesOf,
} from 'passfob/inventory/accounts';
import { batchRows, exportPermitOf, findBatch } from 'passfob/inventory/batches';
import { seal } from 'passfob/inventory/encryption';
import { type Inventory, openInventory } from 'passfob/inventory/inventory';
import { openKeyFile } from 'passfob/inventory/key-file';
import { noteObserved, noteSeen, observationOf } from 'passfob/inventory/observations';
import {
  addPendingPairing,
  markEscrowed,
  pairingKeyOf,
  pairingsOf,
  recoveryKeyOf,
} from 'passfob/inventory/pairings';
import { heldRecoveryKeys } from 'passfob/inventory/recovery-keys';
import { MIGRATIONS } from 'passfob/inventory/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { FOB, secrets, settings } from './kit/inventory-rows.ts';

let folder: string;
let open: Inventory[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'passfob-inventory-'));
  open = [];
});
afterEach(async () => {
  for (const inventory of open) await inventory.close();
  rmSync(folder, { recursive: true });
});

function opened(): Inventory {
  const inventory = openInventory(folder);
  open.push(inventory);
  return inventory;
}

describe('renamed accounts in the inventory', () => {
  it('a renamed account keeps both names until it is known which hold', async () => {
    const inventory = opened();
    const id = await addPendingPairing(inventory, FOB, secrets(), 1);
    const key = secret(new Uint8Array(randomBytes(20)));
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
});

describe('OCRA accounts in the inventory', () => {
  it('an OCRA account keeps its suite', async () => {
    const inventory = opened();
    const id = await addPendingPairing(inventory, FOB, secrets(), 1);
    const key = secret(new Uint8Array(randomBytes(20)));
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
});

describe('inventories of the first passfob', () => {
  it('an inventory of the first passfob opens with its fobs, accounts and recovery keys, which no fob is known to have', async () => {
    await opened().close();
    const keys = openKeyFile(join(folder, 'inventory.key'), false);
    for (const name of ['inventory.db', 'inventory.db-wal', 'inventory.db-shm']) {
      rmSync(join(folder, name), { force: true });
    }
    const old = new BetterSqlite(join(folder, 'inventory.db'));
    old.exec(MIGRATIONS[0] ?? '');
    old.pragma('user_version = 1');
    const made = secrets();
    const account = settings();
    const accountId = accountIdText(account.id);
    const key = secret(new Uint8Array(randomBytes(20)));
    const sealed = (column: string, id: string, plain: Uint8Array) => seal(keys, { column, id }, plain);
    old
      .prepare(
        "insert into pairings values (7, 'PF-QPZR-Y9X8', 'confirmed', 'pico', '0.1.0', 1000, 1001, null)",
      )
      .run();
    old
      .prepare('insert into secrets values (7, ?, ?, ?)')
      .run(
        sealed('secrets.device_secret', '7', made.deviceSecret),
        sealed('secrets.pairing_key', '7', made.pairingKey),
        sealed('secrets.recovery_key', '7', made.recoveryKey),
      );
    old
      .prepare("insert into accounts values (7, ?, 'active', 2, 1, 6, 30, 'Example', 'alice', ?, 1002)")
      .run(accountId, sealed('accounts.sealed_key', `7 ${accountId}`, key));
    old.close();

    const inventory = opened();
    expect(await pairingsOf(inventory, FOB.serial)).toMatchObject([
      { id: 7, state: 'confirmed', escrowed_ms: null, ...FOB },
    ]);
    expect(await pairingKeyOf(inventory, 7)).toEqual(made.pairingKey);
    expect(await recoveryKeyOf(inventory, 7)).toEqual(made.recoveryKey);
    expect(await accountsOf(inventory, 7)).toEqual([{ state: 'active', key, settings: account }]);
    await markEscrowed(inventory, 7, 2000);
    expect(await pairingsOf(inventory, FOB.serial)).toMatchObject([{ escrowed_ms: 2000 }]);
  });
});

describe('inventories from before later exports', () => {
  it('an inventory from before later exports opens with its journal, of which nothing is in a file or exportable', async () => {
    await opened().close();
    for (const name of ['inventory.db', 'inventory.db-wal', 'inventory.db-shm']) {
      rmSync(join(folder, name), { force: true });
    }
    const old = new BetterSqlite(join(folder, 'inventory.db'));
    for (const step of MIGRATIONS.slice(0, 3)) old.exec(step);
    old.pragma('user_version = 3');
    old.prepare("insert into batches values (5, 'plan.csv', 1000)").run();
    old.prepare("insert into batch_rows values (5, 'key', 'done', 'PF-QPZR-Y9X8', '01020304', 1001)").run();
    old.close();

    const inventory = opened();
    expect(await findBatch(inventory, 'plan.csv')).toBe(5);
    expect([...(await batchRows(inventory, 5)).values()]).toEqual([
      {
        ...{ key: 'key', state: 'done', serial: 'PF-QPZR-Y9X8', accountId: '01020304', changedMs: 1001 },
        handedOnMs: null,
      },
    ]);
    expect(await exportPermitOf(inventory, 5)).toBeUndefined();
  });
});

describe('inventories from before care', () => {
  it('an inventory from before care opens with its fobs, of which none was seen yet', async () => {
    await opened().close();
    const keys = openKeyFile(join(folder, 'inventory.key'), false);
    for (const name of ['inventory.db', 'inventory.db-wal', 'inventory.db-shm']) {
      rmSync(join(folder, name), { force: true });
    }
    const old = new BetterSqlite(join(folder, 'inventory.db'));
    for (const step of MIGRATIONS.slice(0, 4)) old.exec(step);
    old.pragma('user_version = 4');
    old
      .prepare(
        "insert into pairings (id, serial, state, board, firmware, created_ms, confirmed_ms) values (7, 'PF-QPZR-Y9X8', 'confirmed', 'pico', '0.2.0', 1000, 1001)",
      )
      .run();
    const made = secrets();
    const sealed = (column: string, plain: Uint8Array) => seal(keys, { column, id: '7' }, plain);
    old
      .prepare('insert into secrets values (7, ?, ?, ?)')
      .run(
        sealed('secrets.device_secret', made.deviceSecret),
        sealed('secrets.pairing_key', made.pairingKey),
        sealed('secrets.recovery_key', made.recoveryKey),
      );
    old.close();

    const inventory = opened();
    expect(await heldRecoveryKeys(inventory, 7)).toEqual([made.recoveryKey]);
    const [fob] = await fobsWithHealth(inventory, {}, 2_000);
    expect(fob).toMatchObject({
      serial: 'PF-QPZR-Y9X8',
      firmware: '0.2.0',
      lastSeen: null,
      observed: null,
      health: null,
    });
    await noteSeen(inventory, 7, 3_000);
    await noteObserved(inventory, 7, { board: 'pico' }, 4_000);
    await noteSeen(inventory, 7, 5_000);
    expect(await observationOf(inventory, 7)).toEqual({
      seenMs: 5_000,
      told: { atMs: 4_000, observed: { board: 'pico' } },
    });
  });
});
