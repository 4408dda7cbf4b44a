import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { describeNeeds } from '../kit/tools.ts';
import { passfob } from './kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from './kit/simulated-fob.ts';

describeNeeds(needsBuild, 'care by the command line', () => {
  let fobs: SimulatedFob[];
  let folder: string;
  beforeAll(async () => {
    fobs = [await simulatedFob(), await simulatedFob()];
    folder = mkdtempSync(join(tmpdir(), 'passfob-care-'));
    for (const fob of fobs) await pair(fob);
  });
  afterAll(async () => {
    await Promise.all(fobs.map(fob => fob.close()));
    rmSync(folder, { recursive: true });
  });
  const home = (owner = 'ada') => join(folder, owner);
  const ports = () => ['--ports', fobs.map(({ tcp }) => tcp).join(',')];
  const run = (...args: string[]) => passfob(args, { home: home(), input: '' });
  const first = () => fobs[0]?.tcp ?? '';

  async function pair(fob: SimulatedFob): Promise<void> {
    const paired = await passfob(['pair', '--port', fob.tcp], {
      home: home(),
      when: ['Code on the screen', async ({ type }) => type(`${secret(await fob.code())}\n`)],
    });
    expect(paired.exitCode).toBe(0);
  }

  /** The report about the fobs, also where it is in the details of an error. */
  function fobsIn({ stdout }: { readonly stdout: string }): readonly unknown[] {
    const { fobs: listed, error } = JSON.parse(stdout);
    return listed ?? error.details.fobs;
  }

  it('a tray is checked, and a fob that lost its time gets it back without a hold', async () => {
    for (const step of ['cutPower', 'loseTime', 'powerOn']) await fobs[0]?.ask({ do: step });
    const dry = await run('care', ...ports(), '--dry-run', '--json');
    // Without power its clock cannot vouch for the age of the memory either.
    const wentBack = { kind: 'memory-went-back', isSure: false };
    const [planned, well] = fobsIn(dry);
    expect(planned).toMatchObject({
      outcome: 'attention',
      found: [{ kind: 'clock-unset' }, wentBack],
      done: [],
      planned: ['clock-set'],
      left: [wentBack],
    });
    expect(well).toMatchObject({ outcome: 'well', found: [], planned: [] });
    const done = await run('care', ...ports());
    expect(done.stdout).toMatch(
      /^The fob PF-\S+:\n {2}found {3}Its clock lost its time\.\n {2}done {4}Its clock is set\.\n {2}to do {3}It cannot tell .*\nThe fob PF-\S+ is well\.\n$/,
    );
    // The report names the command that ends the warning.
    await run('pin', 'policy', '--attempts', '10', '--port', first());
    const again = await run('care', ...ports(), '--json');
    expect(again.exitCode).toBe(0);
    expect(again.json()).toMatchObject({ fobs: [{ outcome: 'well', found: [] }, { outcome: 'well' }] });
  });

  it('what only a person can do is reported, with the next step and an exit code of its own', async () => {
    await run('pin', 'policy', '--digits', '6', '--port', first());
    const said = await run('care', ...ports());
    expect(said.exitCode).toBe(26);
    expect(said.stdout).toContain(
      'to do   It asks its person to choose a PIN. Press its button, and choose a PIN on it.',
    );
    expect(said.stderr).toContain('1 of 2 fobs need attention.');
    const json = await run('care', ...ports(), '--json');
    expect(json.json()).toMatchObject({
      ok: false,
      error: {
        kind: 'attention',
        exitCode: 26,
        details: {
          fobs: [{ outcome: 'attention', left: [{ kind: 'pin-to-be-chosen' }] }, { outcome: 'well' }],
        },
      },
    });
    const listed = await run('inventory', 'list');
    expect(listed.stdout).toContain('PIN to be chosen');
    const [known] = (await run('inventory', 'list', '--json')).json().fobs as { serial: string }[];
    expect(known).toMatchObject({ lastSeen: expect.any(String), health: expect.any(Array) });
    const shown = await run('inventory', 'show', known?.serial ?? '');
    expect(shown.stdout).toMatch(/State on \d{4}-/);
  });

  it('a fob of another owner ends care with the code for that', async () => {
    const stranger = await passfob(['care', '--port', first(), '--json'], { home: home('eve'), input: '' });
    expect(stranger.exitCode).toBe(8);
    expect(stranger.json()).toMatchObject({ error: { kind: 'not-in-inventory' } });
    const nobody = await passfob(['care', '--ports', 'tcp:127.0.0.1:1', '--json'], {
      home: home(),
      input: '',
    });
    expect(nobody.exitCode).toBe(4);
  });
});
