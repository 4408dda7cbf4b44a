import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUT_FORMAT_NAMES, type OutFormat } from 'passfob/formats/write/write';
import { expect, it, vi } from 'vitest';
import { passfob } from '../host/kit/cli.ts';
import { needsBuild } from '../host/kit/simulated-fob.ts';
import { secret } from '../kit/secrets.ts';
import { describeNeeds, tool } from '../kit/tools.ts';
import { openPlan, rowsOf, scene } from './kit/scene.ts';
import { batchRun } from './kit/tray.ts';

vi.setConfig({ testTimeout: 300_000 });

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

describeNeeds(needs, 'a tray of fobs and its files', () => {
  it(`a tray of ${FOBS} fobs goes into a file of each format, and its passcodes are those on the screens`, async () => {
    const { tray, home, plan, ports } = await scene(FOBS, openPlan(FOBS), { processes: 2 });
    const at = (name: string) => join(home, name);
    writeFileSync(at('word'), `${secret(`horse ${randomBytes(8).toString('hex')}`)}\n`);
    writeFileSync(at('key'), randomBytes(16));
    const later = ['--export-password-file', at('word')];
    const sealed = ['--out-format', 'pskc', '--key-file', at('key')];
    const all = [plan, ...ports, '--json', '--out', at('pskc'), ...sealed, '--export-days', '1', ...later];
    const run = await batchRun(tray, { home, args: all });
    expect(run.exitCode, run.stderr.slice(-2_000)).toBe(0);
    const rest = OUT_FORMAT_NAMES.filter(name => name !== 'pskc');
    for (const format of rest) {
      const out = [
        '--out',
        at(format),
        '--out-format',
        format,
        ...(MORE[format] ?? []),
        '--plain-seeds',
        '--yes',
      ];
      const written = await passfob(['inventory', 'export', plan, ...out, ...later, '--json'], {
        home,
        input: '',
      });
      expect(written.json()).toMatchObject({ ok: true, accounts: FOBS, left: 0 });
      expect(statSync(at(format)).mode & 0o777).toBe(0o600);
    }
    const [known = [], ...others] = OUT_FORMAT_NAMES.map(format => SECRETS[format](at(format), at('key')));
    for (const others of known) secret(others);
    expect(new Set(known).size).toBe(FOBS);
    for (const secrets of others) expect(secrets).toEqual(known);
    const { fobs } = JSON.parse(run.stdout) as { fobs: { serial: string; address: string }[] };
    const addresses = new Map(fobs.map(({ serial, address }) => [serial, address]));
    const rows = rowsOf(run);
    const made = (hex: string, seconds: number) =>
      execFileSync(oathtool ?? '', ['--totp', '-N', `@${seconds}`, hex], { encoding: 'utf8' }).trim();
    await Promise.all(
      rows.map(async ({ serial }, row) => {
        const fromMs = Date.now();
        const shown = await tray.passcode(addresses.get(serial) ?? '');
        const moments = [fromMs - 1_000, Date.now() + 1_000].map(ms => Math.floor(ms / 1000));
        expect(moments.map(seconds => made(known[row] ?? '', seconds))).toContain(shown);
      }),
    );
  });
});
