import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manPage } from 'passfob/cli/man-page';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob } from './kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from './kit/simulated-fob.ts';

describeNeeds(needsBuild, 'two owners and a fob, by the command line', () => {
  let fob: SimulatedFob;
  const folder = temporaryFolder('test', afterAll);
  let serial: string;
  beforeAll(async () => {
    fob = await simulatedFob();
    writeFileSync(join(folder, 'password'), `${secret(`horse ${randomBytes(8).toString('hex')}`)}\n`, {
      mode: 0o600,
    });
    return () => fob.close();
  });
  const as = (owner: string, ...args: string[]) =>
    passfob([...args, '--json'], { home: join(folder, owner), input: '' }).then(run => run.json());
  const file = (name: string) => join(folder, name);
  const word = () => ['--password-file', file('password')];

  it('the fob of the first owner has its clock set', async () => {
    let code = '';
    const paired = await passfob(['pair', '--trace', '--port', fob.tcp], {
      home: join(folder, 'ada'),
      when: [
        'Code on the screen',
        async ({ type }) => {
          code = secret(await fob.code());
          type(`${code}\n`);
        },
      ],
    });
    // Its trace may be sent to a helper: it has neither the code nor the session that the code opened.
    expect(paired.stderr).toMatch(/^> \d+ left out: of a session opened by a pairing code$/m);
    expect(code).not.toBe('');
    expect(paired.stderr).not.toContain(code);
    const set = await as('ada', 'clock', '--set', '--each', '--port', fob.tcp);
    expect(set).toMatchObject({ ok: true, clocks: [{ state: 'trusted', isSet: true }], failed: [] });
    const again = await as('ada', 'clock', '--set', '--each', '--port', fob.tcp);
    expect(again).toMatchObject({ clocks: [{ before: { differenceMs: expect.any(Number) } }] });
    const listed = await as('ada', 'inventory', 'list');
    const [known] = listed.fobs as { serial: string }[];
    serial = known?.serial ?? '';
    expect(known).toMatchObject({ board: 'pico', holder: null, isStale: false, clockErrorSeconds: 1 });
    expect(await as('ada', 'inventory', 'list', '--stale')).toMatchObject({ fobs: [] });
  });

  it('the inventory records the holder of the fob, and shows its history', async () => {
    expect(await as('ada', 'inventory', 'assign', serial, 'Grace \u001b[31mHopper')).toMatchObject({
      ok: true,
    });
    const ada = { home: join(folder, 'ada'), input: '' };
    const said = await passfob(['inventory', 'assign', serial, 'Grace \u001b[31mHopper'], ada);
    expect(said.stdout).toBe(`Grace ?[31mHopper has the fob ${serial}.\n`);
    const shown = await passfob(['inventory', 'show', serial], ada);
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).not.toContain('\u001b');
    expect(shown.stdout).toMatch(
      /paired with this inventory\n(?:.*\n)*.*its clock was set\n(?:.*\n)*.*given to Grace/,
    );
    expect(await as('ada', 'inventory', 'list', '--search', 'hopper')).toMatchObject({ fobs: [{ serial }] });
  });

  it('a handover gives the fob to the second owner, and the first forgets it', async () => {
    expect(await as('ada', 'handover', 'forget', serial, '--yes')).toMatchObject({
      error: { kind: 'bad-input' },
    });
    expect(await as('ada', 'handover', 'give', serial, '--out', file('given'), ...word())).toMatchObject({
      ok: true,
      serials: [serial],
    });
    expect(await as('grace', 'handover', 'take', file('given'), ...word())).toMatchObject({
      added: [serial],
    });
    expect(await as('grace', 'info', '--port', fob.tcp)).toMatchObject({ ok: true, serial });
    expect(await as('ada', 'handover', 'forget', serial)).toMatchObject({ error: { kind: 'usage' } });
    expect(await as('ada', 'handover', 'forget', serial, '--yes')).toMatchObject({ ok: true });
    expect(await as('ada', 'info', '--port', fob.tcp)).toMatchObject({
      error: { kind: 'not-in-inventory', exitCode: 8 },
    });
  });

  it('a backup is made, the inventory gets a new key, and the backup is restored elsewhere', async () => {
    expect(await as('grace', 'inventory', 'backup', file('backup'), ...word())).toMatchObject({ fobs: 1 });
    expect(await as('grace', 'inventory', 'rekey')).toMatchObject({ ok: true, values: 3 });
    expect(await as('grace', 'info', '--port', fob.tcp)).toMatchObject({ ok: true });
    expect(await as('joan', 'inventory', 'restore', file('backup'), ...word(), '--dry-run')).toMatchObject({
      dryRun: true,
    });
    expect(await as('joan', 'inventory', 'list')).toMatchObject({ fobs: [] });
    expect(await as('joan', 'inventory', 'restore', file('backup'), ...word())).toMatchObject({
      added: [serial],
    });
    expect(await as('joan', 'info', '--port', fob.tcp)).toMatchObject({ ok: true, serial });
    expect(await as('joan', 'inventory', 'restore', file('backup'))).toMatchObject({
      error: { kind: 'usage' },
    });
  });

  it('with a trace every frame is on standard error, and none on standard output', async () => {
    const run = await passfob(['info', '--json', '--trace', '--port', fob.tcp], {
      home: join(folder, 'joan'),
      input: '',
    });
    expect(run.json()).toMatchObject({ ok: true });
    expect(run.stderr).toMatch(/^> \d+ [\da-f]+\n< \d+ [\da-f]+\n/);
  });
});

it('host/passfob.1 holds the manual page: npm run manual makes it again', async () => {
  expect(readFileSync(new URL('../../../host/passfob.1', import.meta.url), 'utf8')).toBe(await manPage());
});
