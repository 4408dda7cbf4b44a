import { memoryStore } from '@passfob/simulator';
import { beforeAll, expect, it } from 'vitest';
import { type Bench, bench, partImage } from './kit.ts';

let image: Record<string, Uint8Array>;
beforeAll(async () => {
  image = await partImage({ StorageAttemptCounter: 'attempt-counter' });
});

const marks = (options: Parameters<typeof bench>[1] = {}): Bench => {
  const made = bench(image, options);
  made.ask('global.m = new StorageAttemptCounter(); 0');
  return made;
};
const addAll = (made: Bench, count: number) =>
  made.ask(`(function(){var good=0;for(var i=0;i<${count};i++)if(m.add())good++;return good})()`);

it('the attempt counter grows by one each time, over reboots and from file to file', () => {
  const made = marks();
  expect(made.ask('m.count()')).toBe(0);
  for (const total of [1, 2, 1023, 1024, 1025, 2048, 2049]) {
    const missing = total - Number(made.ask('m.count()'));
    expect(addAll(made, missing)).toBe(missing);
    made.fob.cutPower();
    made.fob.powerOn();
    made.ask('global.m = new StorageAttemptCounter(); 0');
    expect(made.ask('m.count()')).toBe(total);
  }
  expect(made.fob.violations).toEqual([]);
  expect(made.fob.wear().flashErases).toEqual([0, 0, 0]);
});

// The 1st begins a file, the 2nd goes into it, the 1025th begins the next.
it.each([0, 1, 1024])('after %s attempts a power cut adds one or none, and the counter continues', count => {
  let made1 = 0;
  let alive = 0;
  for (let seed = 0; seed < 12; seed++) {
    for (let cut = 1; cut <= (count % 1024 === 0 ? 2 : 1); cut++) {
      const made = marks({ seed, storage: memoryStore() });
      addAll(made, count);
      made.fob.cutPowerAtOperation(cut);
      made.ask('m.add()');
      expect(made.fob.powered).toBe(false);
      made.fob.powerOn();
      // A header torn in its first word makes Espruino erase all of Storage (docs/boards/pico.md).
      if (made.ask('1') === undefined) continue;
      alive++;
      made.ask('global.m = new StorageAttemptCounter(); 0');
      const after = Number(made.ask('m.count()')) - count;
      expect([0, 1]).toContain(after);
      made1 += after;
      expect(made.ask('m.add()')).toBe(true);
      expect(made.ask('m.count()')).toBe(count + after + 1);
      expect(made.fob.violations).toEqual([]);
    }
  }
  expect(alive).toBeGreaterThan(9);
  expect(made1).toBeGreaterThan(0);
});

it('the attempt counter has its first file even where pairings would need the room', () => {
  const made = marks();
  made.ask('require("Storage").write("image", new Uint8Array(require("Storage").getFree() - 1500))');
  expect(addAll(made, 1100)).toBe(1100);
  expect(made.ask('m.count()')).toBe(1024);
  expect(made.fob.violations).toEqual([]);
});

it('the attempt counter stands still, and compacts nothing, once it would take the room that pairings need', () => {
  const made = marks();
  made.ask('require("Storage").write("image", new Uint8Array(require("Storage").getFree() - 9000))');
  expect(addAll(made, 5000)).toBe(5000);
  expect(made.ask('m.count()')).toBe(4 * 1024);
  expect(Number(made.ask('require("Storage").getFree()'))).toBeGreaterThan(4000);
  expect(made.fob.wear().flashErases).toEqual([0, 0, 0]);
  expect(made.fob.violations).toEqual([]);
});
