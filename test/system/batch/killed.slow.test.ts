import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from 'passfob/batch/ledger';
import { refuseExisting } from 'passfob/commands/out-file';
import { historyOf } from 'passfob/inventory/history';
import { openInventory } from 'passfob/inventory/inventory';
import { expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { killedAt } from '../../unit/host/kit/killed.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { provisioned } from './kit/provisioned.ts';
import { openPlan, provedLabels, rowsOf, scene } from './kit/scene.ts';
import { batchRun } from './kit/tray.ts';

const SEED = firstSeed(20_261_125);
const KILLS = countOf(4, 50);
const FOBS_MIN = 6;
const FOBS = Math.max(FOBS_MIN, countOf(FOBS_MIN, 40));
/** Lines of progress after which a run is killed at the latest, and milliseconds more. */
const LINES_MAX = FOBS > FOBS_MIN ? 5 : 8;
const DELAY_MS_MAX = 60;

/** Numerical Recipes' generator: the same moments in every run. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describeNeeds(needsBuild, 'killed batches', () => {
  it(`a batch killed ${KILLS} times (seed ${SEED}) does every fob once, and its file is whole or absent`, {
    ...LONG,
    timeout: 1_800_000,
  }, async () => {
    const { tray, home, plan, ports } = await scene(FOBS, openPlan(FOBS), { processes: 2 });
    const chance = chanceOf(SEED);
    const file = join(home, 'tokens');
    const plain = [plan, ...ports, '--json'];
    const out = ['--out', file, '--out-format', 'linotp', '--plain-seeds', '--yes'];
    // A run that ended before its kill has written the file, and no other run replaces it.
    const args = () => (existsSync(file) ? plain : [...plain, ...out]);
    let killed = 0;
    for (let run = 0; run < KILLS; run++) {
      let linesLeft = 1 + chance(LINES_MAX);
      const delayMs = chance(DELAY_MS_MAX);
      const { exitCode } = await batchRun(tray, {
        home,
        args: args(),
        onSaid(_, kill) {
          linesLeft--;
          if (linesLeft === 0) setTimeout(() => kill('SIGKILL'), delayMs);
        },
      });
      if (exitCode === null) killed++;
      if (existsSync(file)) expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(FOBS + 1);
      // The cable and the power of one fob go with it now and then.
      if (chance(3) === 0) await tray.restart(tray.addresses[chance(FOBS)] ?? '');
    }
    expect(killed).toBeGreaterThan(KILLS / 2);
    const last = await batchRun(tray, { home, args: args() });
    expect(last.exitCode).toBe(0);
    const rows = rowsOf(last);
    const written = readFileSync(file, 'utf8').trim().split('\n');
    expect(written.map(line => line.slice(0, 12))).toEqual(rows.map(({ serial }) => serial));
    expect(readdirSync(home).filter(name => name.startsWith('tokens'))).toEqual(['tokens']);
    expect(rows.every(({ state }) => state === 'done')).toBe(true);
    const labels = await provedLabels(home, tray);
    expect(new Map(rows.map(row => [row.serial, row.label]))).toEqual(labels);
    expect(new Set(labels.values()).size).toBe(FOBS);
  });

  it('a batch killed while it writes its file leaves it whole with its history, or absent and yet to be written', async () => {
    const { path: plan, context, ledger } = await provisioned();
    const nowMs = context.now();
    let kills = 0;
    for (let nth = 1, wasKilled = true; wasKilled; nth++) {
      const home = temporaryFolder();
      cpSync(context.inventory.directory, home, { recursive: true });
      const file = join(home, 'tokens');
      wasKilled = killedAt(nth, handsOn({ plan, home, file, nowMs }));
      kills += Number(wasKilled);
      const inventory = openInventory(home);
      try {
        const after = await Ledger.open(inventory, ledger.plan, nowMs);
        const marked = ledger.plan.rows.filter(({ key }) => after.rowOf(key)?.handedOnMs !== null).length;
        const written = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
        expect([0, 3]).toContain(written);
        expect(marked).toBeLessThanOrEqual(written);
        if (!wasKilled) expect(marked).toBe(3);
        const history = await historyOf(inventory, 'PF-0000-0002');
        if (written > 0) expect(history.at(-1)).toMatchObject({ event: 'exported' });
      } finally {
        await inventory.close();
      }
      rmSync(file, { force: true });
      refuseExisting(file);
      expect(readdirSync(home).filter(name => name.startsWith('tokens'))).toEqual([]);
    }
    expect(kills).toBeGreaterThan(4);
  });
});

const built = (path: string) =>
  JSON.stringify(new URL(`../../../host/dist/${path}.js`, import.meta.url).href);

/** A program that hands a finished plan on. */
function handsOn({
  plan,
  home,
  file,
  nowMs,
}: {
  plan: string;
  home: string;
  file: string;
  nowMs: number;
}): string {
  const out = JSON.stringify({ path: file, format: 'linotp' });
  return `
    const { openInventory } = await import(${built('inventory/inventory')});
    const { Ledger } = await import(${built('batch/ledger')});
    const { readPlan } = await import(${built('batch/plan')});
    const { checkRows, writeRows } = await import(${built('batch/hand-on')});
    const inventory = openInventory(${JSON.stringify(home)});
    const ledger = await Ledger.open(inventory, await readPlan(${JSON.stringify(plan)}), ${nowMs});
    const counters = await checkRows(ledger, ${out});
    const context = { inventory, now: () => ${nowMs}, random: length => new Uint8Array(length), report() {} };
    hook();
    await writeRows(context, ledger, ledger.plan.rows, ${out}, counters);`;
}
