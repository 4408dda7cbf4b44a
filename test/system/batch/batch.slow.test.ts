import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from 'passfob/batch/ledger';
import { readPlan } from 'passfob/batch/plan';
import { runBatch } from 'passfob/batch/run';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import type { Context } from 'passfob/commands/context';
import { openInventory } from 'passfob/inventory/inventory';
import { expect, it, onTestFinished } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { openPlan, provedLabels, rowsOf, scene } from './kit/scene.ts';
import { batchRun } from './kit/tray.ts';

/** Several processes start in each test: a generous timeout, not a measure. */
describeNeeds(needsBuild, 'batches by the command line', () => {
  it('a batch gives every row to one fob, proved, in eight round trips each, and does nothing twice', async () => {
    const { tray, home, plan, ports } = await scene(4, openPlan(4));
    const report = join(home, 'report.csv');
    const first = await batchRun(tray, { home, args: [plan, ...ports, '--json', '--report', report] });
    expect(first.exitCode).toBe(0);
    for (const address of tray.addresses) expect((await tray.traffic(address)).requests).toBe(8);
    const labels = await provedLabels(home, tray);
    const rows = rowsOf(first);
    expect(rows.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
    expect(new Map(rows.map(row => [row.serial, row.label]))).toEqual(labels);
    expect(readFileSync(report, 'utf8').split('\r\n')).toHaveLength(6);
    expect(statSync(report).mode & 0o777).toBe(0o600);

    const again = await batchRun(tray, { home, args: [plan, ...ports, '--json'] });
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ left: 0, fobs: Array(4).fill({ outcome: 'skipped' }) });
    expect(await provedLabels(home, tray)).toEqual(labels);
  });

  it('a batch continues with the other fobs where one fails, says so, and finishes that one at the next run', async () => {
    const { tray, home, plan, ports } = await scene(3, openPlan(3));
    const [unlucky = ''] = tray.addresses;
    // The check always detects one wrong character.
    const misread = (code: string, address: string) =>
      address === unlucky ? `${code.slice(0, -1)}${code.endsWith('q') ? 'p' : 'q'}` : code;
    const first = await batchRun(tray, { home, args: [plan, ...ports, '--json'], misread });
    expect(first.exitCode).toBe(EXIT_CODES.incomplete.code);
    expect(first.stdout).toContain('wrong, missing or extra character');
    expect(rowsOf(first).filter(({ state }) => state === 'done')).toHaveLength(2);
    const again = await batchRun(tray, { home, args: [plan, ...ports, '--json'] });
    expect(again.exitCode).toBe(0);
    expect([...(await provedLabels(home, tray)).values()].sort()).toEqual(
      rowsOf(again)
        .map(({ label }) => label)
        .sort(),
    );
  });

  it('a batch keeps rows for the fobs they name, sets their policy last, and gives no unknown fob an open row', async () => {
    const { tray, home, plan, ports } = await scene(2, openPlan(1));
    const [one = '', two = ''] = tray.addresses;
    // The first run makes an owner, so that the serial is known; the journal belongs to another plan.
    const first = await batchRun(tray, { home, args: [plan, '--ports', one, '--json'] });
    const [{ serial = '' } = {}] = rowsOf(first);
    const named = join(home, 'named.csv');
    writeFileSync(
      named,
      `Serial;Issuer;Label;PIN digits;On limit;Ask\n${serial};Second;alice;6;lock;passcode approval\n;Second;bob;;;\n`,
    );
    const run = await batchRun(tray, { home, args: [named, ...ports, '--json'] });
    expect(run.exitCode).toBe(0);
    expect(rowsOf(run)).toMatchObject([
      { state: 'done', serial, label: 'alice' },
      { state: 'done', label: 'bob' },
    ]);
    // Both fobs hold an account now: a row for any fob fits neither.
    const third = join(home, 'third.csv');
    writeFileSync(third, 'label\ncarol\n');
    const refused = await batchRun(tray, { home, args: [third, '--ports', two, '--json'] });
    expect(refused.exitCode).toBe(EXIT_CODES.incomplete.code);
    expect(refused.stdout).toContain('The plan has no row for the fob');
    expect(rowsOf(refused)).toMatchObject([{ state: 'waiting', serial: '' }]);
  });

  it('a batch asks for the code of the next fob as soon as one is typed, one fob at a time', async () => {
    const { tray, home, plan } = await scene(3, openPlan(3));
    const inventory = openInventory(home);
    onTestFinished(() => inventory.close());
    const context: Context = {
      inventory,
      now: Date.now,
      random: length => secret(new Uint8Array(randomBytes(length))),
      report: () => undefined,
    };
    const happened: string[] = [];
    const results = await runBatch(context, {
      ledger: await Ledger.open(inventory, await readPlan(plan), Date.now()),
      ports: tray.addresses,
      parallel: 3,
      waits: false,
      typesCodes: true,
      async askCode({ address }) {
        happened.push('asks');
        const code = await tray.code(address);
        happened.push('typed');
        return code;
      },
      onEvent: ({ event }) => {
        if (event === 'ended') happened.push(event);
      },
    });
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(happened.filter(one => one !== 'ended')).toEqual([
      'asks',
      'typed',
      'asks',
      'typed',
      'asks',
      'typed',
    ]);
    // Each fob has its account to write and prove behind its code.
    expect(happened.slice(0, 3)).toEqual(['asks', 'typed', 'asks']);
  });

  it('a batch says in its result that a fob holds two accounts of one name', async () => {
    const { tray, home, plan, ports } = await scene(1, openPlan(1));
    const [{ serial = '', accountId = '' } = {}] = rowsOf(
      await batchRun(tray, { home, args: [plan, ...ports, '--json'] }),
    );
    const again = join(home, 'again.csv');
    writeFileSync(again, `serial,issuer,label\n${serial},Example,user0@example.com\n`);
    const { exitCode, stdout } = await batchRun(tray, { home, args: [again, ...ports, '--json'] });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      fobs: [
        {
          outcome: 'done',
          warnings: [
            `Example: user0@example.com: The fob holds another account of this name: ${accountId}. Remove any that is no longer used: passfob remove ID`,
          ],
        },
      ],
    });
  });

  it('a batch ends at a signal with every fob consistent, and continues afterwards', async () => {
    const { tray, home, plan, ports } = await scene(3, openPlan(3));
    let isSaid = false;
    const first = await batchRun(tray, {
      home,
      args: [plan, ...ports, '--json'],
      onSaid(said, kill) {
        if (isSaid || !said.includes('can have its PIN reset')) return;
        isSaid = true;
        kill('SIGINT');
      },
    });
    expect([0, 13]).toContain(first.exitCode);
    const again = await batchRun(tray, { home, args: [plan, ...ports, '--json'] });
    expect([again.exitCode, (await provedLabels(home, tray)).size]).toEqual([0, 3]);
  });

  it('a batch waits for the next fob, and works on one after the other, until the plan is done', async () => {
    const { tray, home, plan, ports } = await scene(2, openPlan(2));
    const [, later = ''] = tray.addresses;
    await tray.unplug(later);
    const run = await batchRun(tray, {
      home,
      args: [plan, ...ports, '--wait', '--json'],
      onSaid(said) {
        if (said.startsWith('Insert the next fob; 1 of 2')) void tray.replug(later);
      },
    });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      left: 0,
      fobs: [{ outcome: 'done' }, { outcome: 'done' }],
    });
    expect((await provedLabels(home, tray)).size).toBe(2);
  });

  it('a batch keeps the rows of a lost fob for another one', async () => {
    const { tray, home, plan } = await scene(2, openPlan(1));
    const [lost = '', other = ''] = tray.addresses;
    const first = await batchRun(tray, { home, args: [plan, '--ports', lost, '--json'] });
    const [{ serial = '', label = '' } = {}] = rowsOf(first);
    const run = await batchRun(tray, { home, args: [plan, '--ports', other, '--release', serial, '--json'] });
    expect(run.exitCode).toBe(0);
    const [row] = rowsOf(run);
    expect(row).toMatchObject({ state: 'done', label });
    expect(row?.serial).not.toBe(serial);
  });

  it('a batch reports errors of a plan before it touches any fob', async () => {
    const { tray, home, plan, ports } = await scene(1, 'label,digits\nalice,6\nbob,9\n');
    const run = await batchRun(tray, { home, args: [plan, ...ports, '--json'] });
    expect(run).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('Line 3 of the plan') });
    expect((await tray.traffic(tray.addresses[0] ?? '')).requests).toBe(0);
  });
});
