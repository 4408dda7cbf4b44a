import { textWidth } from 'passfob/cli/base/columns';
import { openInventory } from 'passfob/inventory/inventory';
import { afterAll, beforeAll, expect } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { onTerminal } from '../../tools/readme/terminal.ts';
import { addFob } from './kit/inventory-rows.ts';
import { cliMain, needsBuild } from './kit/simulated-fob.ts';

const HOLDERS = ['Ada Lovelace, Room 12, Analytical Engines', '山田太郎', null] as const;
const SERIALS = ['PF-7Q4M-K2XZ', 'PF-EPS6-2222', 'PF-QPZR-Y9X8'] as const;

describeNeeds(needsBuild, 'output on a terminal', () => {
  const home = temporaryFolder('test', afterAll);
  beforeAll(async () => {
    const inventory = openInventory(home);
    for (const [place, serial] of SERIALS.entries()) {
      const label = `user.${place}@department.example.org`;
      await addFob(inventory, { serial, holder: HOLDERS[place] ?? null, label });
    }
    await inventory.close();
  });

  const linesAt = async (socat: string, columns: number, args: string) => {
    const command = `stty cols ${columns}; ${process.execPath} ${cliMain} ${args}`;
    const env = { ...process.env, PASSFOB_HOME: home };
    const shown = await onTerminal(socat, command, { cwd: home, env, reactions: [] });
    return shown.split('\n').filter(line => line !== '');
  };

  itNeeds(needsTool('socat'), '30 columns show every serial, holder and account, whole', async socat => {
    const list = await linesAt(socat, 30, 'inventory list');
    for (const serial of SERIALS) expect(list).toContain(serial);
    expect(list).toEqual(
      expect.arrayContaining(['  Ada Lovelace, Room 12,', '  Analytical Engines', '  山田太郎']),
    );
    expect(list.filter(line => textWidth(line) > 30)).toEqual([]);
    const record = await linesAt(socat, 30, 'inventory show PF-7Q');
    expect(record).toContain('Example:user.0@department.example.org');
  });

  itNeeds(needsTool('socat'), '80 columns show records, 200 columns one line for each fob', async socat => {
    expect((await linesAt(socat, 80, 'inventory list')).filter(line => textWidth(line) > 80)).toEqual([]);
    const wide = await linesAt(socat, 200, 'inventory list');
    expect(wide).toHaveLength(SERIALS.length);
    const starts = wide.map(line => textWidth(line.slice(0, line.indexOf('1 account'))));
    expect(new Set(starts).size).toBe(1);
  });
});
