import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { built, needsBuilt } from '../kit/built.ts';
import { describeNeeds, needsTool } from '../kit/tools.ts';

const MAIN = built('simulator/dist/main.js');
/** Of the count of operations in the header of a state, which is written before each of them. */
const COUNT_AT = 36;

/** Runs a simulated fob under strace, sends it these requests, and returns its answers and the traced calls. */
async function traced(strace: string, requests: readonly object[]) {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-durable-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [log, storage] = [join(folder, 'trace'), join(folder, 'fob')];
  const options = ['-f', '-qq', '-y', '-e', 'trace=pwrite64,fdatasync,fsync,write', '-o', log];
  const simulator = [MAIN, '--control', '--clock', 'virtual', '--storage', storage, '--birth', 'none'];
  const child = spawn(strace, [...options, process.execPath, ...simulator]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answers: Record<string, unknown>[] = [];
  for (const request of [...requests, { do: 'quit' }]) {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    answers.push(JSON.parse((await lines.next()).value ?? 'null'));
  }
  await once(child, 'close');
  return { answers, folder, storage, calls: readFileSync(log, 'utf8').split('\n') };
}

describeNeeds(needsBuilt('simulator/dist/main.js'), 'a state file', () =>
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
      const ofFile = calls.filter(call => call.includes(`<${storage}>`));
      const counts = ofFile.flatMap((call, at) => (call.includes(`, 4, ${COUNT_AT})`) ? [at] : []));
      expect(counts).toHaveLength(operations);
      for (const at of counts) {
        const until = ofFile.findIndex((call, index) => index > at && call.includes('fdatasync('));
        const next = counts.find(other => other > at) ?? ofFile.length;
        // Count and time, the bytes of the operation, then the synchronisation.
        const kinds = ofFile.slice(at, until + 1).map(call => /\b(pwrite64|fdatasync)\(/.exec(call)?.[1]);
        expect(until).toBeLessThan(next);
        expect(kinds.slice(0, 2)).toEqual(['pwrite64', 'pwrite64']);
        expect(kinds.at(-1)).toBe('fdatasync');
      }
      expect(calls.some(call => call.includes('fsync(') && call.includes(`<${folder}>`))).toBe(true);
      // A synchronisation costs milliseconds: the simulator's own counts have none.
      const synchronised = ofFile.filter(call => call.includes('fdatasync(')).length;
      expect(synchronised).toBeLessThan(operations + 10);
    });
  }),
);
