import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';

const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));
const project = temporaryFolder('ci');

beforeAll(() => {
  cpSync(join(packageRoot, '.ci'), join(project, '.ci'), { recursive: true });
  mkdirSync(join(project, 'bin'));
});

function program(name: string, body: string): void {
  writeFileSync(join(project, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/**
 * Runs `.ci/run` over an npm that does `commands` instead.
 * @param seconds have passed when it begins
 * @param pace of the machine
 */
function run(commands: { cit: string; usb: string; long: string }, seconds = 0, pace = '1.00') {
  program('node', `echo ${pace}`);
  // What tests need is not installed here, however it stands with this machine.
  program('apt-get', 'exit 1');
  const { cit, usb, long } = commands;
  const cases = Object.entries({ cit, 'run test:usb': usb, 'run test:long': long });
  const bodies = cases.map(([args, body]) => `"${args}") ${body} ;;\n`).join('');
  program('npm', `case "$*" in\n${bodies}*) exit 9 ;;\nesac`);
  const { status, stdout } = spawnSync('bash', [join(project, '.ci/run')], {
    env: { PATH: `${join(project, 'bin')}:/usr/bin:/bin`, SECONDS: String(seconds) },
    encoding: 'utf8',
  });
  return { code: status, lines: stdout.trimEnd().split('\n') };
}

const tested = (area: string, ms: number, line: string) =>
  `printf '${area}\\t${ms}\\n' >> "$PASSFOB_MINUTES_FILE"; echo '${line}'`;
const PASSING = {
  cit: `${tested('service/push', 90_000, '')}; ${tested('wire', 12_000, '200 passed, 0 failed, 2 skipped')}`,
  usb: tested('usb', 120_000, '7 passed, 0 failed'),
  long: tested('wire', 60_000, '30 passed, 0 failed'),
};

describe('.ci/run', () => {
  it('adds up the tests and the minutes of all three commands, and ends with the tally', () => {
    const { code, lines } = run(PASSING, 600);
    expect(lines.at(-1)).toBe('237 passed, 0 failed, 2 skipped');
    const minutes = lines.slice(lines.indexOf('minutes by area') + 1, -3).map(line => line.trim());
    expect(minutes).toEqual([
      '2.0  usb',
      '1.5  service/push',
      '1.2  wire',
      expect.stringMatching(/^10\.\d {2}from beginning to end$/),
    ]);
    expect(code).toBe(0);
  });

  it('runs an eighth of the slow tests with a tenth of the full counts', () => {
    const one = 'echo "1 passed, 0 failed"';
    const [cit, long] = ['cit: <$PASSFOB_SHARE> <$PASSFOB_BIG>', 'long: <$PASSFOB_SHARE> <$PASSFOB_PARTS>'];
    const { lines } = run({ cit: `echo "${cit}"; ${one}`, usb: one, long: `echo "${long}"; ${one}` });
    expect(lines).toContain('cit: <> <>');
    expect(lines).toContain('long: <0.1> <8>');
    expect(lines.at(-1)).toBe('3 passed, 0 failed');
  });

  it.each([
    // The quick run had begun that late, and is over its own limit as well.
    ['the whole took more than 20 minutes', 20, '1.00', 'That is more than 20 minutes', 2],
    ['the quick run took more than 12 minutes', 12, '1.00', 'npm cit took more than 12 minutes', 1],
    ['a slow machine took more', 20, '2.00', '2.00  times as slow as the machine of docs/bench.json', 2],
  ])('fails where %s, though every test passed, and says so', (_what, minutes, pace, said, failed) => {
    const { code, lines } = run(PASSING, minutes * 60 + 1, pace);
    expect(lines.join('\n')).toContain(said);
    expect(lines.at(-1)).toBe(`237 passed, ${failed} failed, 2 skipped`);
    expect(code).toBe(1);
  });

  it('the pace of a machine is a number of one or more', () => {
    const { stdout } = spawnSync(process.execPath, [join(packageRoot, 'test/pace.mjs')], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^\d+\.\d\d\n$/);
    expect(Number(stdout)).toBeGreaterThanOrEqual(1);
  });

  it.each(['cit', 'usb', 'long'] as const)('goes on after a failure of %s, and fails', command => {
    const { code, lines } = run({ ...PASSING, [command]: 'echo "npm error"; exit 3' });
    expect(lines.at(-1)).toMatch(/ passed, 1 failed/);
    expect(lines).toContain('minutes by area');
    expect(code).toBe(3);
  });
});
