import { createTask } from '@passfob/service/features/care/tasks';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { Bench } from '../agents/bench.ts';
import { accepted, grace } from '../users/kit.ts';
import { putHeld } from './kit.ts';

/** Just before a whole second: setting a fob's clock needs no waiting. */
const NOW_MS = 1_770_000_000_990;
/** For all fobs, however busy the computer is. */
const PATIENCE_MS = 200_000;

it('a crowd of fobs with three tasks each is cared for as soon as its agents connect, and nothing is done twice', {
  ...LONG,
  timeout: 300_000,
}, async () => {
  await using bench = await Bench.open();
  bench.office.nowMs = NOW_MS;
  const { management } = bench.office;
  const [fobs, agents] = [countOf(20, 200), countOf(4, 20)];
  const owned = [];
  for (let n = 0; n < fobs; n++) {
    const one = await bench.fobOf(`user${n}`);
    const [gone, kept] = [await putHeld(bench.office, one, 'gone'), await putHeld(bench.office, one, 'kept')];
    accepted(await revokeToken(management, grace, { serial: gone.serial, reason: 'retired' }));
    const names = { account: kept.id, issuer: 'New', label: 'renamed' };
    accepted(await createTask(management, grace, { serial: one.serial, kind: 'rename-account', ...names }));
    one.fob.loseTime();
    one.fob.reboot();
    owned.push(one);
  }
  for (let n = 0; n < agents; n++) {
    const agent = await bench.agent();
    for (const { fob } of owned.filter((_, at) => at % agents === n)) agent.plug(fob);
  }
  const left = () => bench.db.selectFrom('fob_tasks').select('id').where('state', '<>', 'done').execute();
  const tasks = () => bench.db.selectFrom('fob_tasks').select('id').execute();
  await expect
    .poll(async () => [(await tasks()).length, (await left()).length], { timeout: PATIENCE_MS })
    .toEqual([3 * fobs, 0]);
  for (const action of ['fob.clock', 'fob.remove-account', 'fob.rename']) {
    const rows = await bench.db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', action)
      .where('detail', 'like', '%"what":"done"%')
      .execute();
    expect([action, rows.length]).toEqual([action, fobs]);
  }
  expect(await bench.db.selectFrom('fob_care').selectAll().execute()).toEqual([]);
});
