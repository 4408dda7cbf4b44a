import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUT_FORMAT_NAMES, type OutFormat } from 'passfob/formats/write/names';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, tool } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { openPlan, rowsOf, scene } from './kit/scene.ts';
import { batchRun } from './kit/tray.ts';

const FOBS = 50;
const oathtool = tool('oathtool');
const pskc2csv = tool('pskc2csv');

/** What every format needs besides its name. */
const MORE: Partial<Record<OutFormat, readonly string[]>> = {
  okta: ['--factor-profile', 'fpr20l2mDyaUGWGCa0g4'],
  privacyidea: ['--realm', 'staff'],
};

const fromBase32 = (text: string) => {
  const bits = [...text].map(char =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return bytes.map(byte => Number.parseInt(byte, 2).toString(16).padStart(2, '0')).join('');
};
const cells = (text: string) =>
  text
    .trim()
    .split(/\r?\n/)
    .map(line => line.split(','));

/**
 * The secrets of a file in hexadecimal, in its order, each read as its service does: by another program, or by the
 * plainest code that its format allows.
 */
const SECRETS: Record<OutFormat, (path: string, key: string) => string[]> = {
  pskc: (path, key) =>
    cells(execFileSync(pskc2csv ?? '', ['-s', key, '-c', 'secret', path], { encoding: 'utf8' }))
      .slice(1)
      .map(([hex = '']) => hex),
  uri: path =>
    [...readFileSync(path, 'utf8').matchAll(/[?&]secret=([A-Z2-7]+)/g)].map(([, text = '']) =>
      fromBase32(text),
    ),
  entra: path =>
    cells(readFileSync(path, 'utf8'))
      .slice(1)
      .map(([, , text = '']) => fromBase32(text)),
  graph: path =>
    (JSON.parse(readFileSync(path, 'utf8')) as { value: { secretKey: string }[] }).value.map(
      ({ secretKey }) => fromBase32(secretKey),
    ),
  okta: path =>
    (
      JSON.parse(readFileSync(path, 'utf8')) as {
        enrolments: { body: { profile: { sharedSecret: string } } }[];
      }
    ).enrolments.map(({ body }) => body.profile.sharedSecret),
  duo: path => cells(readFileSync(path, 'utf8')).map(([, hex = '']) => hex),
  privacyidea: path =>
    cells(readFileSync(path, 'utf8'))
      .slice(1)
      .map(line => line[4] ?? ''),
  linotp: path => cells(readFileSync(path, 'utf8')).map(([, hex = '']) => hex),
  oath: path => [...readFileSync(path, 'utf8').matchAll(/\t-\t([\da-f]+)$/gm)].map(([, hex = '']) => hex),
};

const needs = {
  name: 'the build, oathtool and pskc2csv',
  found: (needsBuild.found && oathtool && pskc2csv) || undefined,
};

const word = () => `${secret(`horse ${randomBytes(8).toString('hex')}`)}\n`;

/** A tray whose batch has written its file in PSKC, and the command that writes its accounts again. */
async function finishedTray() {
  const { tray, home, plan, ports } = await scene(FOBS, openPlan(FOBS), { processes: 2 });
  const at = (name: string) => join(home, name);
  writeFileSync(at('word'), word());
  writeFileSync(at('wrong-word'), word());
  writeFileSync(at('key'), randomBytes(16));
  const out = (name: string, format: OutFormat) => [
    ...['--out', at(name), '--out-format', format, ...(MORE[format] ?? [])],
    ...(format === 'pskc' ? ['--key-file', at('key')] : ['--plain-seeds', '--yes']),
  ];
  const batch = (name: string, ...more: string[]) =>
    batchRun(tray, { home, args: [plan, ...ports, '--json', ...out(name, 'pskc'), ...more] });
  const inventory = async (...args: string[]) =>
    (await passfob(['inventory', ...args, '--json'], { home, input: '' })).json();
  const again = (name: string, format: OutFormat, password = 'word') =>
    inventory('export', plan, ...out(name, format), '--export-password-file', at(password));
  const run = await batch('pskc', '--export-days', '1', '--export-password-file', at('word'));
  expect(run.exitCode, run.stderr.slice(-2_000)).toBe(0);
  const { fobs } = JSON.parse(run.stdout) as { fobs: { serial: string; address: string }[] };
  return { tray, at, batch, again, inventory, fobs, rows: rowsOf(run) };
}

type FinishedTray = Awaited<ReturnType<typeof finishedTray>>;

async function refusesOthers({ batch, again, at }: FinishedTray): Promise<void> {
  const second = await batch('x');
  expect([second.exitCode, second.stdout]).toEqual([
    3,
    expect.stringContaining('already written into a file'),
  ]);
  expect(await again('x', 'pskc', 'wrong-word')).toMatchObject({ error: { kind: 'bad-input', exitCode: 3 } });
  expect(existsSync(at('x'))).toBe(false);
}

/** Holds every button: each screen shows the passcode of its secret, by oathtool. */
async function screensShow({ tray, fobs, rows }: FinishedTray, secrets: readonly string[]): Promise<void> {
  const addresses = new Map(fobs.map(({ serial, address }) => [serial, address]));
  const made = (hex: string, seconds: number) =>
    execFileSync(oathtool ?? '', ['--totp', '-N', `@${seconds}`, hex], { encoding: 'utf8' }).trim();
  await Promise.all(
    rows.map(async ({ serial }, row) => {
      const fromMs = Date.now();
      const shown = await tray.passcode(addresses.get(serial) ?? '');
      const moments = [fromMs - 1_000, Date.now() + 1_000].map(ms => Math.floor(ms / 1000));
      expect(moments.map(seconds => made(secrets[row] ?? '', seconds))).toContain(shown);
    }),
  );
}

describeNeeds(needs, 'a tray of fobs and its files', () => {
  it(`a tray of ${FOBS} fobs goes into a file of each format, and its passcodes are those on the screens`, async () => {
    const finished = await finishedTray();
    const { at, again, inventory, fobs } = finished;
    await refusesOthers(finished);
    const rest = OUT_FORMAT_NAMES.filter(name => name !== 'pskc');
    for (const format of rest) {
      expect(await again(format, format)).toMatchObject({ ok: true, accounts: FOBS, left: 0 });
      expect(statSync(at(format)).mode & 0o777).toBe(0o600);
    }
    const [known = [], ...others] = OUT_FORMAT_NAMES.map(format => SECRETS[format](at(format), at('key')));
    for (const hex of known) secret(hex);
    expect(new Set(known).size).toBe(FOBS);
    for (const secrets of others) expect(secrets).toEqual(known);
    const { history } = (await inventory('show', fobs[0]?.serial ?? '')) as {
      history: { event: string; detail: string }[];
    };
    const details = history.filter(({ event }) => event === 'exported').map(({ detail }) => detail);
    expect(details.map(detail => / for (\w+), by /.exec(detail)?.[1])).toEqual(['pskc', ...rest]);
    await screensShow(finished, known);
  });
});
