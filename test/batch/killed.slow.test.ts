import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needsBuild } from '../host/kit/simulated-fob.ts';
import { countOf, firstSeed, LONG } from '../kit/counts.ts';
import { describeNeeds } from '../kit/tools.ts';
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
});
