import { FILE_MAX_BYTES, FILE_NAME_MAX_BYTES, FILE_SLOTS } from '@passfob/simulator/base/limits';
import { Files } from '@passfob/simulator/board/chips/files';
import { Operations, PowerLost } from '@passfob/simulator/faults/operations';
import { FILE_SLOT_BYTES, Region } from '@passfob/simulator/recording/state/memories';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { expect, it } from 'vitest';
import { bytes } from './kit.ts';

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed);

function part(seed = 1) {
  const empty = new Uint8Array(FILE_SLOTS * FILE_SLOT_BYTES);
  const store = memoryStore();
  store.write(0, empty);
  const memory = new Region(empty.slice(), store, 0, empty.length);
  const operations = new Operations({ seed, count: 0, counted() {}, applied() {}, powerLost() {} });
  return { files: new Files(memory, operations), operations };
}

/** The text of a file; undefined where there is none. */
const textOf = (files: Files, name: string) => {
  const content = files.read(name);
  return content && Buffer.from(content).toString('latin1');
};

it('a file that does not fit is refused, and nothing changes', () => {
  const { files, operations } = part();
  const refused = [
    files.write('', bytes('x')),
    files.write('n'.repeat(FILE_NAME_MAX_BYTES + 1), bytes('x')),
    files.write('a', new Uint8Array(FILE_MAX_BYTES + 1)),
  ];
  expect(refused).toEqual([false, false, false]);
  expect([files.list(), operations.count]).toEqual([[], 0]);
  for (let slot = 0; slot < FILE_SLOTS; slot++) expect(files.write(`f${slot}`, bytes('x'))).toBe(true);
  expect([files.write('one more', bytes('x')), files.write('f0', bytes('y'))]).toEqual([false, true]);
});

it('a power cut in a removal leaves the file or none', () => {
  const seen = SEEDS.map(seed => {
    const { files, operations } = part(seed);
    files.write('a', bytes('OLD'));
    operations.cutAfter(1);
    expect(() => files.remove('a')).toThrow(PowerLost);
    return textOf(files, 'a');
  });
  expect(new Set(seen)).toEqual(new Set(['OLD', undefined]));
});
