import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';

const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));
const project = temporaryFolder('run');

beforeAll(() => {
  symlinkSync(join(packageRoot, 'node_modules'), join(project, 'node_modules'));
});

const PLANTED = 'plum-anchor-violet';

/** Runs the real test command over one test file with this body, as its user would. */
function run(body: string, ...args: string[]) {
  const source = [
    "import { writeFileSync } from 'node:fs';",
    "import { expect, it } from 'vitest';",
    `import { secret } from '${join(packageRoot, 'test/kit/secrets.ts')}';`,
    body,
  ];
  writeFileSync(join(project, 'one.test.ts'), source.join('\n'));
  return runIn(project, ['--root', project, ...args]);
}

function runIn(cwd: string, args: string[], more: Record<string, string> = {}) {
  // Of this run's vitest the one inside must not know, nor write to its files.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|PASSFOB_)/.test(name)),
  );
  const { status, stdout } = spawnSync(process.execPath, [join(packageRoot, 'test/run.mjs'), ...args], {
    cwd,
    env: { ...env, ...more },
    encoding: 'utf8',
  });
  const kept = /kept for you to look at: (.*)/.exec(stdout)?.[1];
  if (kept !== undefined) rmSync(join(kept, '..'), { recursive: true });
  return { code: status, lines: stdout.trimEnd().split('\n'), kept };
}

describe('the test command', () => {
  it('counts the search as one test and ends with the tally', () => {
    const { code, lines } = run(`it('uses one', () => { expect(secret('${PLANTED}')).toBeTruthy(); });`);
    expect(lines.at(-1)).toBe('2 passed, 0 failed');
    expect(code).toBe(0);
  });

  it.each([
    ['prints', `console.log('oops ' + secret('${PLANTED}'));`],
    ['shows in a failure', `expect(secret('${PLANTED}')).toBe('');`],
    [
      'leaves in a log file',
      `writeFileSync(process.env.PASSFOB_OUTPUT_DIR + '/child.log', Buffer.from(secret('${PLANTED}')).toString('hex'));`,
    ],
  ])('fails on a secret that a test %s, without repeating it', (_where, body) => {
    const { code, lines, kept } = run(`it('leaks', () => { ${body} });`);
    expect(code).toBe(1);
    expect(kept).toBeDefined();
    const verdict = lines.slice(lines.findIndex(line => line.startsWith('secret search:'))).join('\n');
    expect(verdict).toMatch(/byte \d+: a secret as (text|hex)/);
    expect(verdict).not.toContain(PLANTED);
    expect(lines.at(-1)).toMatch(/^\d passed, [12] failed$/);
  });

  it.each([
    ['fails', "it('is wrong', () => expect(1).toBe(2));", '0 passed, 1 failed, 1 skipped'],
    ['does not load', "throw new Error('broken');", '0 passed, 1 failed, 1 skipped'],
    ['is skipped', "it.skip('later (needs a fob)', () => {});", '0 passed, 0 failed, 2 skipped'],
    [
      'leaves a rejection unhandled',
      "it('passes', async () => { Promise.reject(new Error('lost')); await new Promise(setImmediate); });",
      '1 passed, 1 failed, 1 skipped',
    ],
  ])('reports a test file that %s', (_what, body, line) => {
    const { code, lines } = run(body);
    expect(lines.at(-1)).toBe(line);
    expect(code).toBe(line.includes(' 0 failed') ? 0 : 1);
  });

  it('runs the full counts of long tests alone, by the seed it was given, and says how to do it again', () => {
    const minutes = join(project, 'minutes');
    const env = { PASSFOB_LONG_SEED: '42', PASSFOB_SHARE: '0.00001', PASSFOB_MINUTES_FILE: minutes };
    const args = ['--long', 'test/unit/wire/fuzz.test.ts', '--reporter=verbose'];
    const { code, lines } = runIn(packageRoot, args, env);
    const repeat = lines.findIndex(line =>
      line.startsWith('long run: all slow files, seed 42, 0.00001 of each full count'),
    );
    expect(lines[repeat + 1]).toBe(
      '  PASSFOB_LONG_SEED=42 PASSFOB_SHARE=0.00001 PASSFOB_PARTS=1 npm run test:long',
    );
    expect(lines.join('\n')).toContain('10 cases from seed 42');
    expect(readFileSync(minutes, 'utf8')).toMatch(
      /^unit\/wire\t[1-9]\d+\ttest\/unit\/wire\/fuzz\.test\.ts\n$/,
    );
    expect(lines).toContain('slowest files');
    // The file's other test is not counted; the search for secrets is the one that was skipped.
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped');
    expect(code).toBe(0);
  });

  it('says what is wrong with a share that is none, and runs nothing', () => {
    const { code, lines } = runIn(packageRoot, ['--long'], { PASSFOB_SHARE: '10%' });
    expect(lines[0]).toBe('PASSFOB_SHARE is 10%; it takes a number above 0 and up to 1, such as 0.1');
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(code).toBe(1);
  });

  it('reports a vitest that does not start', () => {
    const { code, lines } = run('', '--no-such-option');
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(code).toBe(1);
  });
});
