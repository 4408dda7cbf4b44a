import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ptyFront } from '@passfob/simulator/ports/pty';
import { EXIT_CODES, exitCodeOf } from 'passfob/cli/base/exit-codes';
import { doctorText, unfitness } from 'passfob/cli/doctor';
import { NODE_VERSION_MIN } from 'passfob/doctor/base/limits';
import { TEXTS } from 'passfob/doctor/base/texts';
import { examine } from 'passfob/doctor/doctor';
import { openSerial } from 'passfob/transports/serial';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../kit/folder.ts';
import { describeNeeds, itNeeds, needsTool } from '../../../kit/tools.ts';
import { passfob } from '../kit/cli.ts';
import { needsBuild, needsPty } from '../kit/simulated-fob.ts';
import { INVENTORY, recorded, systems, udevRules } from './systems.ts';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const rulesPath = fromRoot('host/udev/70-passfob.rules');
const golden = (name: string) => fromRoot(`test/unit/host/doctor/golden/${name}.txt`);

it.each(Object.entries(systems))(
  'the doctor reports the defects of %s and the next steps',
  async (name, record) => {
    const checks = await examine(recorded(record), { udevRules, inventory: INVENTORY, port: record.port });
    const error = unfitness(checks);
    const said = `${doctorText(checks)}\n\nexit code ${error ? exitCodeOf(error) : 0}\n`;
    // PASSFOB_GOLDEN=write, for an intended change.
    if (process.env.PASSFOB_GOLDEN === 'write') writeFileSync(golden(name), said);
    expect(said).toBe(readFileSync(golden(name), 'utf8'));
  },
);

it('the doctor uses each of its sentences on some system', async () => {
  const all = Object.values(systems).map(record =>
    examine(recorded(record), { udevRules, inventory: INVENTORY, port: record.port }),
  );
  const said = (await Promise.all(all)).flat().map(({ sentence }) => sentence);
  const untold = Object.entries(TEXTS).filter(([, [words]]) => {
    const pattern = words.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.+');
    return !said.some(sentence => new RegExp(`^${pattern}$`).test(sentence));
  });
  expect(untold.map(([name]) => name)).toEqual([]);
});

it('the doctor requires the Node of package.json', () => {
  const { engines, files } = JSON.parse(readFileSync(fromRoot('host/package.json'), 'utf8'));
  expect(engines.node).toBe(`>=${NODE_VERSION_MIN.join('.')}`);
  expect(files).toContain('udev');
});

itNeeds(needsTool('udevadm'), 'the doctor has rules that udev can read', async udevadm => {
  const { spawnSync } = await import('node:child_process');
  const verified = spawnSync(udevadm, ['verify', rulesPath], { encoding: 'utf8' });
  expect(`${verified.stdout}${verified.stderr}`).not.toMatch(/invalid|error|warning/i);
  expect(verified.status).toBe(0);
});

describeNeeds(needsBuild, 'passfob doctor', () => {
  const home = temporaryFolder('test', afterAll);

  it('the doctor examines this machine, and makes no inventory', async () => {
    const inventory = join(home, 'none');
    const run = await passfob(['doctor', '--json'], { home: inventory });
    const document = run.json() as { checks?: unknown; error?: { details: { checks: unknown } } };
    expect(document.checks ?? document.error?.details.checks).toContainEqual({
      check: 'node',
      state: 'ok',
      sentence: `Node ${process.versions.node} runs passfob.`,
      next: '',
    });
    expect([EXIT_CODES.ok.code, EXIT_CODES.unfit.code]).toContain(run.exitCode);
    expect(existsSync(inventory)).toBe(false);
  });

  it('the doctor prints the udev rules', async () => {
    expect((await passfob(['doctor', '--udev-rules'], { home })).stdout).toBe(udevRules);
    const { udevRules: said } = (await passfob(['doctor', '--udev-rules', '--json'], { home })).json();
    expect(said).toBe(udevRules);
  });

  it('the doctor ends with its own exit code after a defect', async () => {
    const open = join(home, 'open');
    await passfob(['inventory', 'list'], { home: open });
    chmodSync(join(open, 'inventory.key'), 0o644);
    const run = await passfob(['doctor'], { home: open });
    expect(run.exitCode).toBe(EXIT_CODES.unfit.code);
    expect(run.stdout).toContain(`problem  Other users can read ${join(open, 'inventory.key')}`);
    expect(run.stderr).toBe(
      'passfob: A problem was found.\nFollow its next step, then run: passfob doctor\n',
    );
  });

  itNeeds(needsPty, 'the doctor says which program has a port open', async () => {
    const front = await ptyFront({ write: () => undefined, onData: () => () => undefined });
    onTestFinished(() => front.close());
    const held = await openSerial(front.path);
    onTestFinished(() => held.close());
    const { stdout, exitCode } = await passfob(['doctor', '--device', front.path], { home });
    expect(stdout).toMatch(new RegExp(`problem .+ is open already: .*\\(process ${process.pid}\\)`));
    expect(exitCode).toBe(EXIT_CODES.unfit.code);
    const absent = await passfob(['doctor', '--device', join(home, 'ttyACM9')], { home });
    expect(absent.stdout).toContain('problem  There is no ');
  });
});
