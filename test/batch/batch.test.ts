import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeNeeds } from '../kit/tools.ts';
import { needsBuild } from '../host/kit/simulated-fob.ts';
import { batchRun, trayOf } from './kit/tray.ts';

describeNeeds(needsBuild, 'a batch by the command line', () => {
  it('runs', async () => {
    const tray = await trayOf(4);
    const home = mkdtempSync(join(tmpdir(), 'passfob-batch-'));
    onTestFinished(async () => {
      await tray.close();
      rmSync(home, { recursive: true });
    });
    const plan = join(home, 'plan.csv');
    writeFileSync(plan, 'issuer,label\nExample,a\nExample,b\nExample,c\nExample,d\n');
    const began = Date.now();
    const run = await batchRun(tray, { home, args: [plan, '--ports', tray.addresses.join(','), '--json'] });
    console.log(Date.now() - began, run, await tray.traffic(tray.addresses[0] ?? ''));
    expect(run.exitCode).toBe(0);
  });
});
