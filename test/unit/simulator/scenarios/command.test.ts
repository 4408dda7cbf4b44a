import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runScenario } from '@passfob/simulator';
import { runFiles } from '@passfob/simulator/scenarios/cli/run-files';
import { scenarioOwner } from 'passfob/commands/scenario-owner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itNeeds } from '../../../kit/tools.ts';
import { root } from '../../../tools/tidy/files.ts';
import { needsBuild } from '../../host/kit/simulated-fob.ts';

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'passfob-scenarios-'));
  writeFileSync(file('good.yaml'), 'title: It <has> no owner\nsteps: [expect screen: no owner]\n');
  writeFileSync(
    file('bad.yaml'),
    'title: It has one\nseed: 7\nsteps:\n  - expect screen: [Passfob, An owner]\n',
  );
  writeFileSync(file('wrong.yaml'), 'title: x\nsteps:\n  - pres\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command in this process. @returns its exit code and what it printed */
function run(...args: readonly string[]) {
  return runReading('', ...args);
}

async function runReading(input: string, ...args: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await runFiles(args, {
    program: 'passfob simulate run',
    owner: scenarioOwner,
    stdin: Readable.from([Buffer.from(input)]),
    run: runScenario,
    print: text => {
      out += text;
    },
    printError: text => {
      err += text;
    },
  });
  return { code, out: out.replaceAll(`${folder}/`, '').replace(/\(\d+ ms\)/g, '(N ms)'), err };
}

describe('passfob simulate run', () => {
  it('- runs the scenario on standard input, once', async () => {
    const input = readFileSync(file('good.yaml'), 'utf8');
    expect(await runReading(input, '-')).toEqual({
      code: 0,
      err: '',
      out: 'passed  standard input  It <has> no owner (N ms)\n1 passed, 0 failed\n',
    });
    expect((await runReading('', '-')).code).toBe(2);
    const { code, err } = await runReading(input, '-', '-');
    expect([code, err]).toEqual([2, expect.stringContaining('- can be given only once')]);
  });

  it('each file has a line, a failure its screen beside the expected one, and the end counts them', async () =>
    expect(await run(file('good.yaml'), file('bad.yaml'))).toEqual({
      code: 1,
      err: '',
      out: `passed  good.yaml  It <has> no owner (N ms)
failed  bad.yaml  It has one (N ms)
  bad.yaml:4:5  expect screen: [Passfob, An owner]
    The screen differs.
    expected | shown
    Passfob  | Passfob
    An owner | It has no owner yet.
             | Open the link in your
             | mail. If none, run:
             | passfob pair
1 passed, 1 failed; to repeat it: --seed 7
`,
    }));

  it('a file that cannot be read is reported with its place, and the others run', async () => {
    const { code, out } = await run(file('wrong.yaml'), file('none.yaml'), file('good.yaml'));
    expect(code).toBe(2);
    expect(out).toContain(
      'unreadable  wrong.yaml\n  wrong.yaml:3:5  Unknown step "pres". Did you mean "press"?',
    );
    expect(out).toContain('unreadable  none.yaml\n');
    expect(out).toContain('1 passed, 0 failed, 2 unreadable\n');
  });

  it('control characters of a scenario file reach no terminal', async () => {
    writeFileSync(file('rude.yaml'), 'title: "a\\e]0;owned\\a"\nsteps:\n  - expect screen: "\\e[2J"\n');
    const { out } = await run(file('rude.yaml'));
    expect(out).toContain('a\\u{1b}]0;owned\\u{7}');
    expect(out).toContain('\\u{1b}[2J');
    expect(out).not.toMatch(/[^\n\P{Cc}]/u);
  });

  it('--json prints one object with every result', async () => {
    const { code, out } = await run('--json', '--seed', '9', file('good.yaml'), file('bad.yaml'));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      scenarios: [
        { file: 'good.yaml', title: 'It <has> no owner', passed: true, seed: 9, steps: 2 },
        {
          file: 'bad.yaml',
          passed: false,
          seed: 9,
          failure: { line: 4, column: 5, expected: ['Passfob', 'An owner'] },
        },
      ],
    });
  });

  it('--junit writes a report in which texts are escaped', async () => {
    await run('--junit', file('report.xml'), file('good.yaml'), file('bad.yaml'), file('wrong.yaml'));
    const report = readFileSync(file('report.xml'), 'utf8');
    expect(report).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="3" failures="1" errors="1"/,
    );
    expect(report).toContain('name="It &lt;has&gt; no owner"');
    expect(report).toContain('<failure message="The screen differs.">');
    expect(report).toContain(
      '<error message="Unknown step &quot;pres&quot;. Did you mean &quot;press&quot;?">',
    );
  });

  it('a report that cannot be written is said, and is exit code 2', async () => {
    const { code, out, err } = await run('--junit', file('none/report.xml'), file('good.yaml'));
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^passfob simulate run: the report was not written: ENOENT/),
    ]);
    expect(out).toContain('1 passed, 0 failed\n');
  });

  it('--show prints each step and the screen after it', async () => {
    const { out } = await run('--show', file('good.yaml'));
    expect(out).toContain('- steps: [expect screen: no owner]\n    | Passfob\n    | It has no owner yet.\n');
  });

  it.each([
    [[], /Not enough non-option arguments/],
    [['--sed', '1', 'x.yaml'], /Unknown option --sed\. Did you mean --seed\?/],
    [['--seed', '-1', 'x.yaml'], /--seed takes a whole number from 0/],
  ])('wrong usage is exit code 2 and a sentence: %j', async (args, words) => {
    const { code, err, out } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(words);
  });

  itNeeds(needsBuild, 'the programs run scenarios: passfob with an owner, the simulator without one', () => {
    const start = (...args: readonly string[]) =>
      spawnSync(process.execPath, [...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    const example = join(root, 'simulator/examples/passcodes.yaml');
    const passfob = start(join(root, 'host/bin/passfob.js'), 'simulate', 'run', example);
    expect([passfob.status, passfob.stderr]).toEqual([0, '']);
    expect(passfob.stdout).toMatch(/1 passed, 0 failed\n$/);
    const simulator = join(root, 'simulator/dist/main.js');
    expect(start(simulator, 'run', file('good.yaml')).status).toBe(0);
    const alone = start(simulator, 'run', example);
    expect(alone.status).toBe(1);
    expect(alone.stdout).toContain('Run: passfob simulate run FILE');
    expect(start(simulator, 'run', '--help').stdout).toContain('--junit');
  });
});
