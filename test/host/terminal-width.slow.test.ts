import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textWidth } from 'passfob/cli/base/columns';
import { addPendingAccount, confirmAccount } from 'passfob/inventory/accounts';
import { assign } from 'passfob/inventory/fobs';
import { openInventory } from 'passfob/inventory/inventory';
import { addPendingPairing, confirmPairing } from 'passfob/inventory/pairings';
import { afterAll, beforeAll, expect } from 'vitest';
import { describeNeeds, itNeeds, tool } from '../kit/tools.ts';
import { onTerminal } from '../readme/terminal.ts';
import { FOB, secrets, settings } from './kit/inventory-rows.ts';
import { cliMain, needsBuild } from './kit/simulated-fob.ts';

const HOLDERS = ['Ada Lovelace, Room 12, Analytical Engines', '山田太郎', null] as const;
const SERIALS = ['PF-7Q4M-K2XZ', 'PF-EPS6-2222', 'PF-QPZR-Y9X8'] as const;

describeNeeds(needsBuild, 'output on a terminal', () => {
  let home: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'passfob-width-'));
    const inventory = openInventory(home);
    for (const [place, serial] of SERIALS.entries()) {
      const id = await addPendingPairing(inventory, { ...FOB, serial }, secrets(), 1);
      await confirmPairing(inventory, id, 1);
      await assign(inventory, serial, HOLDERS[place] ?? null);
      const account = settings(`user.${place}@department.example.org`);
      await addPendingAccount(inventory, id, account, secrets().deviceSecret, 1);
      await confirmAccount(inventory, id, account.id);
    }
    await inventory.close();
  });
  afterAll(() => rmSync(home, { recursive: true }));

  const socat = tool('socat');
  const linesAt = async (columns: number, args: string) => {
    const command = `stty cols ${columns}; ${process.execPath} ${cliMain} ${args}`;
    const env = { ...process.env, PASSFOB_HOME: home };
    const shown = await onTerminal(socat ?? '', command, { cwd: home, env, reactions: [] });
    return shown.split('\n').filter(line => line !== '');
  };

  itNeeds(
    { name: 'socat', found: socat },
    '30 columns show every serial, holder and account, whole',
    async () => {
      const list = await linesAt(30, 'inventory list');
      for (const serial of SERIALS) expect(list).toContain(serial);
      expect(list).toEqual(
        expect.arrayContaining(['  Ada Lovelace, Room 12,', '  Analytical Engines', '  山田太郎']),
      );
      expect(list.filter(line => textWidth(line) > 30)).toEqual([]);
      const record = await linesAt(30, 'inventory show PF-7Q');
      expect(record).toContain('Example:user.0@department.example.org');
    },
  );

  itNeeds(
    { name: 'socat', found: socat },
    '80 columns show records, 200 columns one line for each fob',
    async () => {
      expect((await linesAt(80, 'inventory list')).filter(line => textWidth(line) > 80)).toEqual([]);
      const wide = await linesAt(200, 'inventory list');
      expect(wide).toHaveLength(SERIALS.length);
      const starts = wide.map(line => textWidth(line.slice(0, line.indexOf('1 account'))));
      expect(new Set(starts).size).toBe(1);
    },
  );
});
