import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { built } from '../../kit/built.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { started } from '../../kit/started.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { answersTo, needsSimulator } from './kit.ts';

/** Of the count of operations in the header of a state, which is written before each of them. */
const COUNT_AT = 36;

/** Runs a simulated fob under strace, sends it these requests, and returns its answers and the traced calls. */
async function traced(strace: string, requests: readonly object[]) {
  const folder = temporaryFolder('durable');
  const [log, storage] = [join(folder, 'trace'), join(folder, 'fob')];
  const options = ['-f', '-qq', '-y', '-e', 'trace=openat,pwrite64,fsync,write', '-o', log];
  const args = ['--control', '--clock', 'virtual', '--storage', storage, '--birth', 'none'];
  const run = started(strace, [...options, process.execPath, built('simulator/dist/main.js'), ...args]);
  const answers = await answersTo(run, ...requests, { do: 'quit' });
  await run.ended;
  return { answers, folder, storage, calls: readFileSync(log, 'utf8').split('\n') };
}

/** Returns the bytes of a file that a call writes. */
function rangeOf(call: string): { from: number; to: number } {
  const [, length, from] = /, (\d+), (\d+)\) += \d+$/.exec(call) ?? [];
  return { from: Number(from), to: Number(from) + Number(length) };
}

describeNeeds(needsSimulator, 'a state file', () =>
  describeNeeds(needsTool('strace'), 'under strace', strace => {
    it('each operation of a fob is on the disk before the fob goes on, and a new file is in its folder', async () => {
      // Ten presses give a fob its initial randomness, which it stores.
      const presses = Array.from({ length: 10 }, () => ({ do: 'press', heldMs: 100 }));
      const { answers, calls, folder, storage } = await traced(strace, [
        ...presses,
        { do: 'cutPower' },
        { do: 'powerOn' },
        { do: 'operations' },
      ]);
      const operations = Number(answers.at(-2)?.operations);
      expect(operations).toBeGreaterThan(1);
      // Of the descriptor whose writes are on the disk when they return.
      const opened = calls.find(call => call.includes(`"${storage}", O_RDWR|O_DSYNC`));
      const durable = /= (\d+)/.exec(opened ?? '')?.[1];
      const isDurable = (call: string) => call.includes(`pwrite64(${durable}<`);
      const ofFile = calls.filter(call => call.includes(`<${storage}>`));
      const counts = ofFile.flatMap((call, at) => (call.includes(`, 4, ${COUNT_AT})`) ? [at] : []));
      expect(counts).toHaveLength(operations);
      for (const at of counts) {
        const next = counts.find(other => other > at) ?? ofFile.length;
        const ofOperation = ofFile.slice(at, next);
        const first = ofOperation.findIndex(isDurable);
        // Count and time, the bytes of the operation, then all of them once more until they are on the disk.
        expect(first).toBeGreaterThan(1);
        for (const written of ofOperation.slice(0, first).filter(call => call.includes('pwrite64('))) {
          const { from, to } = rangeOf(written);
          const again = ofOperation.slice(first).filter(isDurable).map(rangeOf);
          expect(again.some(range => range.from <= from && to <= range.to)).toBe(true);
        }
      }
      expect(calls.some(call => call.includes('fsync(') && call.includes(`<${folder}>`))).toBe(true);
      // A synchronisation costs milliseconds: the simulator's own counts have none.
      const synchronised = ofFile.filter(isDurable).length;
      expect(synchronised).toBeLessThan(3 * operations + 10);
    });
  }),
);
