import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { FobError } from 'passfob/errors';
import { accountsOf, addPendingAccount, confirmAccount, dropAccount } from 'passfob/inventory/accounts';
import { inventoryDirectory } from 'passfob/inventory/directory';
import { seal, unseal } from 'passfob/inventory/encryption';
import { type Inventory, openInventory } from 'passfob/inventory/inventory';
import { openKeyFile } from 'passfob/inventory/key-file';
import {
  addPendingPairing,
  confirmPairing,
  dropPairing,
  markErased,
  pairingKeyOf,
  pairingsOf,
} from 'passfob/inventory/pairings';
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

function opened(directory = join(folder, 'inventory')): Inventory {
  const inventory = openInventory(directory);
  open.push(inventory);
  return inventory;
}

function problem(work: () => unknown): FobError {
  try {
    work();
  } catch (error) {
    if (error instanceof FobError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Returns everything the inventory has on its disk at this moment, as after a crash. */
function crashCopy(name: string): string {
  const copy = join(folder, name);
  cpSync(join(folder, 'inventory'), copy, { recursive: true });
  return copy;
}

describe('pairings in the inventory', () => {
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
    await addPendingAccount(inventory, id, settings(), secret(new Uint8Array(randomBytes(20))), 3);
    const sealed = [
      ...(await inventory.db.selectFrom('secrets').selectAll().execute()).flatMap(row => [
        row.device_secret,
        row.pairing_key,
        row.recovery_key,
      ]),
      ...(await inventory.db.selectFrom('accounts').select('sealed_key').execute()).map(
        row => row.sealed_key,
      ),
    ];
    expect(sealed).toHaveLength(4);
    await markErased(inventory, id, 9);
    expect(await pairingsOf(inventory, FOB.serial)).toEqual([]);
    await inventory.close();
    const stored = readFileSync(join(folder, 'inventory', 'inventory.db'));
    expect(sealed.map(box => stored.includes(Buffer.from(box)))).toEqual([false, false, false, false]);
  });
});

describe('accounts in the inventory', () => {
  it('an account keeps settings and key, and whether the fob has proved it', async () => {
    const inventory = opened();
    const id = await addPendingPairing(inventory, FOB, secrets(), 1);
    const key = secret(new Uint8Array(randomBytes(20)));
    const account = settings('Žofie ✓');
    await addPendingAccount(inventory, id, account, key, 2);
    expect(await accountsOf(inventory, id)).toEqual([{ state: 'pending', key, settings: account }]);
    await confirmAccount(inventory, id, account.id);
    expect(await accountsOf(inventory, id)).toEqual([{ state: 'active', key, settings: account }]);
    await dropAccount(inventory, id, account.id);
    expect(await accountsOf(inventory, id)).toEqual([]);
  });
});

describe('inventory files', () => {
  it('inventory files hold no secret in clear, neither while open nor after', async () => {
    const inventory = opened();
    const made = secrets();
    const key = secret(new Uint8Array(randomBytes(20)));
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
    expect(problem(() => opened())).toMatchObject({ kind: 'inventory', next: 'Update passfob.' });
  });

  it('inventory files that are no database are refused', () => {
    opened();
    const other = join(folder, 'other');
    cpSync(join(folder, 'inventory'), other, { recursive: true });
    rmSync(join(other, 'inventory.db-wal'), { force: true });
    writeFileSync(join(other, 'inventory.db'), 'not a database '.repeat(1000));
    expect(problem(() => opened(other)).kind).toBe('inventory');
  });
});

const inside = (name: string) => join(folder, 'inventory', name);

describe('the key file', () => {
  it('a key file that others may read is refused, with the remedy', async () => {
    await opened().close();
    chmodSync(inside('inventory.key'), 0o640);
    const error = problem(() => opened());
    expect(error.kind).toBe('inventory');
    expect(error.next).toContain('chmod 600');
  });

  it('a key file is not made again while secrets need the old one', async () => {
    const inventory = opened();
    await addPendingPairing(inventory, FOB, secrets(), 1);
    await inventory.close();
    rmSync(inside('inventory.key'));
    expect(problem(() => opened()).kind).toBe('inventory');
    expect(readdirSync(join(folder, 'inventory'))).not.toContain('inventory.key');
  });

  it.each(['', 'passfob inventory keys 1\n', 'passfob inventory keys 1\nzz AAAA\n', 'x'.repeat(20_000)])(
    'a damaged key file is refused (%#)',
    async text => {
      await opened().close();
      writeFileSync(inside('inventory.key'), text, { mode: 0o600 });
      expect(problem(() => opened()).kind).toBe('inventory');
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
});

describe('values encrypted in the inventory', () => {
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
          expect(problem(() => unseal(keys, other, sealed)).kind).toBe('inventory');
        }
        const changed = Uint8Array.from(sealed);
        const at = chance % changed.length;
        changed[at] = (changed[at] ?? 0) ^ (1 << (chance % 8));
        expect(problem(() => unseal(keys, place, changed)).kind).toBe('inventory');
        expect(problem(() => unseal(keys, place, sealed.subarray(0, at))).kind).toBe('inventory');
      }),
    );
  });
});

describe('the inventory folder', () => {
  it('the inventory folder is where the system keeps such data, or where PASSFOB_HOME says', () => {
    expect(inventoryDirectory({ PASSFOB_HOME: '/p', XDG_DATA_HOME: '/x' }, 'linux', '/h')).toBe('/p');
    expect(inventoryDirectory({ XDG_DATA_HOME: '/x' }, 'linux', '/h')).toBe('/x/passfob');
    expect(inventoryDirectory({ XDG_DATA_HOME: 'x' }, 'linux', '/h')).toBe('/h/.local/share/passfob');
    expect(inventoryDirectory({}, 'darwin', '/h')).toBe('/h/Library/Application Support/passfob');
    expect(inventoryDirectory({ LOCALAPPDATA: '/l' }, 'win32', '/h')).toBe('/l/passfob');
  });
});
