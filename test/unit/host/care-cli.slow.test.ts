import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob, personWith } from './kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from './kit/simulated-fob.ts';

describeNeeds(needsBuild, 'care by the command line', () => {
  let fobs: SimulatedFob[];
  const home = temporaryFolder('test', afterAll);
  beforeAll(async () => {
    fobs = [await simulatedFob(), await simulatedFob()];
    for (const fob of fobs) expect((await personWith(() => fob, home).pair()).exitCode).toBe(0);
    return () => Promise.all(fobs.map(fob => fob.close()));
  });
  const ports = () => ['--ports', fobs.map(({ tcp }) => tcp).join(',')];
  const run = (...args: string[]) => passfob(args, { home, input: '' });
  const first = () => fobs[0]?.tcp ?? '';

  /** Holds the button at the message on the screen, until it is gone. */
  async function goOn(fob: SimulatedFob | undefined): Promise<void> {
    const words = async () => (await fob?.screen())?.join(' ') ?? '';
    if ((await words()) === '') await fob?.ask({ do: 'press', heldMs: 100 });
    expect(await words()).toContain('Tell its owner.');
    while ((await words()).includes('Tell its owner.')) await fob?.ask({ do: 'press', heldMs: 1_300 });
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
    // Nobody is asked without a terminal, and another fob's number is no word for this one.
    const other = (well as { readonly serial: string }).serial;
    const unsaid = await run('care', '--acknowledge', other, ...ports());
    expect([unsaid.exitCode, unsaid.stdout]).toEqual([26, expect.stringContaining('It cannot tell')]);
    // The report names the command that ends the warning.
    const [, named = ''] =
      /run with the fob in your hand: passfob (care --acknowledge PF-\S+)/.exec(done.stdout) ?? [];
    expect(named).not.toBe('');
    // Without a hold at the message on its screen the fob keeps its warning.
    expect((await run(...named.split(' '), ...ports())).stdout).toContain('failed  The memory of the fob');
    await goOn(fobs[0]);
    const said = await run(...named.split(' '), ...ports());
    expect(said.stdout).toContain('done    The loss of power of its clock module is acknowledged.');
    expect((await run('care', '--acknowledge', 'PF-2222-2222', ...ports())).exitCode).not.toBe(0);
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
    expect((await run('inventory', 'list')).stdout).toContain('PIN to be chosen');
    const [known] = (await run('inventory', 'list', '--json')).json().fobs as { serial: string }[];
    expect(known).toMatchObject({ lastSeen: expect.any(String), health: expect.any(Array) });
    expect((await run('inventory', 'show', known?.serial ?? '')).stdout).toMatch(/State on \d{4}-/);
  });

  it('a fob of another owner ends care with the code for that', async () => {
    const stranger = await passfob(['care', '--port', first(), '--json'], {
      home: join(home, 'eve'),
      input: '',
    });
    expect(stranger.exitCode).toBe(8);
    expect(stranger.json()).toMatchObject({ error: { kind: 'not-in-inventory' } });
    expect((await run('care', '--ports', 'tcp:127.0.0.1:1', '--json')).exitCode).toBe(4);
  });
});
