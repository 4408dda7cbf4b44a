import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { expectAlone, expectTrace, inside } from './host-rows.ts';
import { imported, type Row } from './row.ts';

const hold = (storage: string, log: string) => `
  ${imported('lockStorage', 'simulator/dist/recording/state/lock.js')}
  const release = lockStorage(${JSON.stringify(storage)});
  ${inside(log)}
  release();`;

/** Of a process that ended: its number is above the largest (proc_sys_kernel(5), pid_max). */
const ENDED = '4194305-1-b007';

const SCENARIO = (title: string) => `title: ${title}\nsteps:\n  - owner: pair\n`;

export const simulatorRows: readonly Row[] = [
  {
    file: 'a simulated fob’s memories (--storage)',
    sources: ['simulator/recording/state/stores.ts', 'simulator/recording/state/lock.ts'],
    writers: 'simulate --storage, simulate --storage of the same name',
    prepare: ({ at }) => {
      const one = hold(at('fob'), at('log'));
      return [one, one];
    },
    holds: (attempt, ended) => expectAlone(attempt, ended, 'in use by another'),
  },
  {
    file: 'a simulated fob’s memories, after a crash',
    sources: ['simulator/recording/state/stores.ts', 'simulator/recording/state/lock.ts'],
    writers: 'simulate --storage, simulate --storage of the same name',
    prepare: ({ at }) => {
      writeFileSync(at(`fob.lock.${ENDED}`), '');
      // As an earlier version left it.
      writeFileSync(at('fob.lock'), '');
      utimesSync(at('fob.lock'), 0, 0);
      const one = hold(at('fob'), at('log'));
      return [one, one];
    },
    delays: ({ at }) => [
      { calls: 'getdents64', ms: 300, paths: [at('')] },
      { calls: 'rename,write', ms: 300 },
    ],
    holds: (attempt, ended) => expectAlone(attempt, ended, 'in use by another'),
  },
  {
    file: 'a trace of a simulated fob',
    sources: ['simulator/recording/trace/file.ts', 'simulator/base/node/open-anew.ts'],
    writers: 'simulate --trace, simulate --trace of the same name',
    prepare: ({ at }) => {
      const trace = (title: string) => `
        ${imported('boot, memoryStore', 'simulator/dist/index.js')}
        ${imported('traceToFile', 'simulator/dist/recording/trace/file.js')}
        const fob = boot({ board: 'pico', clock: 'virtual' });
        const trace = traceToFile(fob, ${JSON.stringify(at('trace'))}, { program: '${title}' }, error => { throw error; });
        for (let time = 0; time < 40; time++) {
          fob.link.write(Buffer.from('${title}\\n'));
          await new Promise(resolve => setTimeout(resolve, 50));
        }
        trace.stop();
        fob.close();`;
      return [trace('one'), trace('the second')];
    },
    delays: () => [{ calls: 'write', ms: 15 }],
    holds: ({ at }) => expectTrace(at('trace')),
  },
  {
    file: 'a report of scenarios (--junit), and files that a scenario writes',
    sources: [
      'simulator/scenarios/cli/run-files.ts',
      'simulator/scenarios/in-node.ts',
      'simulator/base/node/open-anew.ts',
    ],
    writers: 'simulate run --junit, simulate run --junit of the same name',
    prepare: ({ at }) => {
      writeFileSync(at('a.yaml'), SCENARIO('a'));
      writeFileSync(at('b.yaml'), SCENARIO('b'.repeat(2_000)));
      return [
        ['simulate', 'run', at('a.yaml'), '--junit', at('report')],
        ['simulate', 'run', at('b.yaml'), '--junit', at('report')],
      ];
    },
    delays: ({ at }) => [{ calls: 'write', ms: 300, paths: [at('report')] }],
    holds({ at }, ended) {
      expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      expect(readFileSync(at('report'), 'utf8').match(/<\/testsuites>\s*$/g)).toHaveLength(1);
      expect(readFileSync(at('report'), 'utf8').match(/<\/testsuites>/g)).toHaveLength(1);
    },
  },
];
