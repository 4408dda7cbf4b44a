import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { openPlan, provedLabels, rowsOf, scene } from '../batch/kit/scene.ts';
import { batchRun, type Traffic } from '../batch/kit/tray.ts';

const FOBS = 200;
const PROCESSES = 2;

it(`one command provisions ${FOBS} simulated fobs`, async () => {
  const { tray, home, plan, ports } = await scene(FOBS, openPlan(FOBS), { processes: PROCESSES });
  const beganMs = performance.now();
  const run = await batchRun(tray, { home, args: [plan, ...ports, '--json'] });
  const seconds = (performance.now() - beganMs) / 1000;
  expect({ exitCode: run.exitCode, failed: run.stderr.match(/^.*failed.*$/gm) }).toEqual({
    exitCode: 0,
    failed: null,
  });
  expect(rowsOf(run).filter(({ state }) => state === 'done')).toHaveLength(FOBS);
  const traffic: Traffic[] = [];
  for (const address of tray.addresses) traffic.push(await tray.traffic(address));
  const mean = (of: (one: Traffic) => number) =>
    (traffic.reduce((sum, one) => sum + of(one), 0) / FOBS).toFixed(1);
  process.stdout.write(
    `${FOBS} fobs in ${PROCESSES} processes, ${availableParallelism()} cores: ${seconds.toFixed(1)} s, ` +
      `${(FOBS / seconds).toFixed(1)} fobs/s; each ${mean(one => one.requests)} round trips, ` +
      `${mean(one => one.toFob)} bytes to the fob, ${mean(one => one.toHost)} back\n`,
  );
  const labels = await provedLabels(home, tray);
  expect(new Set(labels.values()).size).toBe(FOBS);
});
