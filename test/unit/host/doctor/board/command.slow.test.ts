import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { afterAll, expect, it, type TestContext } from 'vitest';
import { temporaryFolder } from '../../../../kit/folder.ts';
import { describeNeeds } from '../../../../kit/tools.ts';
import { Board } from '../../../../system/flash/kit.ts';
import { passfob } from '../../kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from '../../kit/simulated-fob.ts';
import { tested } from './kit.ts';

describeNeeds(needsBuild, 'passfob doctor --board', () => {
  const home = temporaryFolder('test', afterAll);

  async function unflashed({ onTestFinished }: TestContext): Promise<SimulatedFob> {
    const board = await simulatedFob('--unflashed');
    onTestFinished(() => board.close());
    return board;
  }

  // At once, because each waits for a board and for a person most of its time.
  it.concurrent('the command tests a board, asks for a press, and writes a report', async context => {
    const board = await unflashed(context);
    const file = join(home, 'report.json');
    const args = ['doctor', '--board', '--port', board.tcp, '--seconds', '5', '--report', file];
    const run = await passfob(args, {
      home,
      when: ['Press the button of the board shortly', () => board.ask({ do: 'press', heldMs: 200 })],
    });
    expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining('It holds no secret.')]);
    expect(run.stdout).toContain('No problem was found.');
    expect(run.stdout).toMatch(/^✓ ok .* The button was pressed for \d+ ms/m);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const report = JSON.parse(readFileSync(file, 'utf8')) as { format: string; checks: unknown[] };
    expect([report.format, report.checks.length]).toEqual(['passfob-board-report', 11]);
    // A report is never overwritten.
    expect((await passfob([...args, '--no-press'], { home })).exitCode).toBe(EXIT_CODES['bad-input'].code);
    expect(existsSync(join(home, 'inventory.db'))).toBe(false);
  });

  it.concurrent('the command prints one JSON document, and ends with its own exit code after a problem', async context => {
    const board = await unflashed(context);
    // A person who never comes.
    const run = await passfob(['doctor', '--board', '--port', board.tcp, '--seconds', '5', '--json'], {
      home,
    });
    expect(run.exitCode).toBe(EXIT_CODES['unfit-board'].code);
    expect(run.json()).toMatchObject({
      ok: false,
      error: {
        kind: 'unfit-board',
        details: {
          board: { build: 'PICO_R1_3', interpreter: '2v29' },
          checks: expect.arrayContaining([expect.objectContaining({ check: 'button', state: 'problem' })]),
        },
      },
    });
  });

  it.concurrent('the command refuses a fob that runs, and ends a test that is cancelled', async context => {
    const fob = await simulatedFob();
    context.onTestFinished(() => fob.close());
    const refused = await passfob(['doctor', '--board', '--port', fob.tcp], { home });
    expect(refused.exitCode).toBe(EXIT_CODES.refused.code);
    expect(refused.stderr).toContain('passfob maintain');

    const board = await unflashed(context);
    const args = ['doctor', '--board', '--port', board.tcp];
    const cancelled = await passfob(args, {
      home,
      when: ['Testing: rate of the clock', run => run.kill('SIGINT')],
    });
    expect(cancelled.exitCode).toBe(EXIT_CODES.cancelled.code);
    // The board is ready for the next one.
    expect((await passfob([...args, '--seconds', '5', '--no-press'], { home })).exitCode).toBe(0);
  });

  it('a board that falls silent ends the self-test with a finding', async () => {
    const board = new Board();
    const result = await tested(board, {}, progress => {
      if (progress.event === 'check' && progress.check === 'eeprom') board.onTheWay = () => '';
    });
    expect(result.findings.at(-1)).toMatchObject({
      check: 'eeprom',
      state: 'problem',
      sentence: 'The board did not answer within 6 s, and the rest of the test was left out.',
    });
  });
});

it.each([
  [['--seconds', '30'], '--seconds can be used only with --board.'],
  [['--no-press', '--report', 'x'], '--no-press, --report can be used only with --board.'],
  [['--board', '--udev-rules'], 'Use only one of --board and --udev-rules.'],
  [['--board', '--seconds', '4'], '--seconds takes a whole number from 5 to 43200.'],
])('doctor %j is refused', async (args, sentence) => {
  const run = await passfob(['doctor', ...args], { home: join(tmpdir(), 'none') });
  expect([run.exitCode, run.stderr.split('\n')[0]]).toEqual([EXIT_CODES.usage.code, `passfob: ${sentence}`]);
});
