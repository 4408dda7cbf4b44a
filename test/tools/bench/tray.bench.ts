import { expect, it } from 'vitest';
import { openPlan, provedLabels, rowsOf, scene } from '../../system/batch/kit/scene.ts';
import { batchRun } from '../../system/batch/kit/tray.ts';
import { begin, spread, spreadOf, withSpread } from './figures/record.ts';

/** Fobs of a tray: `TRAYS=1,5 npm run bench -- tray`. */
const TRAYS = (process.env.TRAYS ?? '1,5,20,50,100,200').split(',').map(Number);
const PROCESSES = 2;
/** Small trays are provisioned a few times, a large one once: it holds a spread of its own. */
const FOBS_MEASURED = 60;
const ROUNDS_MAX = 5;

async function provision(fobs: number) {
  const processes = Math.min(PROCESSES, fobs);
  const { tray, home, plan, ports } = await scene(fobs, openPlan(fobs), { processes });
  const beganMs = performance.now();
  const run = await batchRun(tray, { home, args: [plan, ...ports, '--json'] });
  const seconds = (performance.now() - beganMs) / 1_000;
  const failed = run.stderr.match(/^.*failed.*$/gm);
  expect({ exitCode: run.exitCode, failed }).toEqual({ exitCode: 0, failed: null });
  expect(rowsOf(run).filter(({ state }) => state === 'done')).toHaveLength(fobs);
  const [first = ''] = tray.addresses;
  const traffic = await tray.traffic(first);
  const labels = await provedLabels(home, tray);
  expect(new Set(labels.values()).size).toBe(fobs);
  return { seconds, traffic };
}

it('one command provisions trays of simulated fobs, beside the provisioning of one', async () => {
  const record = begin('tray');
  const rows: string[][] = [];
  const points = [];
  let alone: readonly number[] = [];
  for (const fobs of TRAYS) {
    const runs = [];
    const rounds = Math.max(1, Math.min(ROUNDS_MAX, Math.floor(FOBS_MEASURED / fobs)));
    for (let round = 0; round < rounds; round++) runs.push(await provision(fobs));
    const seconds = runs.map(run => run.seconds);
    const rates = seconds.map(took => fobs / took);
    if (alone.length === 0) alone = seconds;
    const { requests = 0, toFob = 0, toHost = 0 } = runs[0]?.traffic ?? {};
    rows.push([
      `${fobs}`,
      withSpread(seconds, 's', 1),
      withSpread(rates, '/s', 1),
      spreadOf(seconds, took => took / fobs / spread(alone).median, '', 2),
      `${requests}, ${toFob}, ${toHost}`,
    ]);
    points.push({ x: fobs, ...spread(rates) });
  }
  const share = `time a fob, as a share of a run for ${TRAYS[0]}`;
  record({
    tables: [[`fobs | whole run | rate | ${share} | round trips, bytes to a fob, and back`, rows]],
    plots: [
      {
        name: 'tray',
        title: 'Fobs that one passfob batch provisions in a second',
        x: { label: 'fobs in the tray' },
        y: { label: 'fobs a second, with the start of the program' },
        series: [{ name: 'simulated fobs in two processes', points }],
      },
    ],
    conditions: ['the simulated fobs on the same cores'],
  });
});
