import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULT_NAMES } from '@passfob/simulator/faults/names';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { answersTo, needsSimulator, simulator } from './kit.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8');

/** The blocks of the document that begin with this line. */
const blockOf = (fence: string) => DOCUMENT.split(`\`\`\`${fence}\n`)[1]?.split('```')[0] ?? '';

/** Runs a simulated fob in virtual time under these requests. */
async function run(args: readonly string[], requests: readonly string[]) {
  const fob = simulator(['--control', '--clock', 'virtual', ...args]);
  const answers = await answersTo(fob, ...requests);
  fob.child.stdin.end();
  const [ready = '', ...report] = (await fob.ended).stderr.split('\n');
  return { answers, ready: JSON.parse(ready) as Record<string, unknown>, report };
}

/** Presses that give a blank fob its randomness, which it stores; then a screen. */
const USE = [
  ...Array.from({ length: 12 }, () => '{"do":"press","heldMs":100}'),
  '{"do":"advance","ms":10000}',
  '{"do":"operations"}',
  '{"do":"faults"}',
];

describeNeeds(needsSimulator, 'faults of a simulator', () => {
  describe('a run', () => {
    it('a run tells its seed, and --replay has the same faults strike again', async () => {
      const faults = ['--birth', 'none', '--faults', 'power.cut=1/2,buttons.bounce=1/2,memory.torn=1/2'];
      const first = await run(faults, USE);
      expect(first.ready.faults).toBe('memory.torn=1/2,power.cut=1/2,buttons.bounce=1/2');
      expect(first.ready.guessable).toBeUndefined();
      const again = await run([...faults, '--replay', String(first.ready.seed)], USE);
      expect(again.answers).toEqual(first.answers);
      expect(again.report).toEqual(first.report);
      expect(first.report[0]).toBe('Faults of this run:');
      expect(first.report.at(-2)).toBe(
        `The same faults again: --faults ${first.ready.faults} --replay ${first.ready.seed}`,
      );
      const bounces = /buttons\.bounce, 1 in 2: struck (\d+) of (\d+);/.exec(first.report.join('\n'));
      expect(Number(bounces?.[1])).toBeGreaterThan(0);
      expect(Number(bounces?.[2])).toBeGreaterThan(Number(bounces?.[1]));
    });

    it('a plan in a file is the one of the document, and control changes it as documented', async () => {
      const file = join(temporaryFolder('faults'), 'plan.json');
      writeFileSync(file, blockOf('json'));
      const requests = DOCUMENT.split('\n').filter(line => line.startsWith('{"do":"faults"'));
      expect(requests).toHaveLength(3);
      const { ready, answers, report } = await run(
        ['--faults', file, '--replay', '7'],
        [...requests, '{"do":"faults","set":"wire.melt=1/2"}', '{"do":"faults","set":7}'],
      );
      expect(ready).toMatchObject({ seed: 7, faults: 'wire.drop=1/20,wire.stall=1/500,power.cut=1/200' });
      const plan = 'wire.drop=1/5,buttons.bounce=1/1';
      const none = { occasions: 0, struck: 0 };
      const set = {
        id: null,
        ok: true,
        seed: 7,
        plan,
        faults: { 'wire.drop': { oneIn: 5, ...none }, 'buttons.bounce': { oneIn: 1, ...none } },
      };
      expect(answers.slice(0, 3)).toEqual([set, set, { id: null, ok: true, seed: 7, plan: '', faults: {} }]);
      expect(answers[3]?.error).toMatch(/^"set": wire has no such fault; it has flip, /);
      expect(answers[4]?.error).toBe('"set" must be a text');
      // All faults are over.
      expect(report).toEqual(['']);
    });

    it('the simulator lists every fault', async () => {
      const { stdout, stderr, code } = await simulator(['--faults', 'list']).ended;
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      expect(stdout.split('\n').filter(line => /^[a-z]/.test(line))).toEqual(FAULT_NAMES);
    });

    it.each([
      ['--faults wire.melt=1/2', '--faults: wire has no such fault; it has flip, drop, duplicate,'],
      [
        '--faults plan.json',
        '--faults: there is no such file, and a plan is written NAME=1/N,…; "list" shows',
      ],
      ['--replay luck', '--replay takes a whole number'],
      ['--seed 1 --replay 1', '--seed repeats the faults as well: leave out --replay'],
    ])('%s is refused', async (args, why) => {
      const { stderr, code } = await simulator(['--tcp', '0', ...args.split(' ')]).ended;
      expect({ code, why: stderr.slice(0, `simulator: ${why}`.length) }).toEqual({
        code: 2,
        why: `simulator: ${why}`,
      });
    });
  });
});
