import { memoryStore } from '@passfob/simulator';
import { beforeAll, expect, it } from 'vitest';
import { type Bench, bench, partImage } from './kit.ts';

let image: Record<string, Uint8Array>;
beforeAll(async () => {
  image = await partImage({ Ds3231: 'ds3231' });
});

const UTC = 1_790_000_000;
const DAYS = 100;

function clock(options: Parameters<typeof bench>[1] = {}): Bench {
  const made = bench(image, options);
  made.ask('global.c = new Ds3231(); 0');
  return made;
}

it('the clock is unset before it is set, and then as it was set', () => {
  const { ask, fob } = clock();
  expect(ask('c.read()')).toBe(-1);
  expect(ask(`c.set(${UTC})`)).toBe(true);
  fob.advance(60_000);
  expect(ask('c.read()')).toBe(UTC + 60);
});

it.each([
  [12, -12, 0],
  [-7.5, 7.5, 0],
  [0, 0, 0],
  [12, 0, 103],
])('a crystal of %s ppm that is trimmed by %s is off by %i s', (driftPpm, trimPpm, seconds) => {
  const { ask, fob } = clock({ driftPpm });
  ask(`c.set(${UTC})`);
  expect(ask(`c.trim(${trimPpm * 10})`)).toBe(true);
  fob.advance(DAYS * 86_400_000);
  const error = Number(ask('c.read()')) - (UTC + DAYS * 86_400);
  expect(Math.abs(error - seconds)).toBeLessThanOrEqual(1);
});

it('the clock takes the part that the aging offset holds and leaves the rest to the core', () => {
  const { ask } = clock();
  expect([127, -127, 128, -128].map(tenths => ask(`c.trim(${tenths})`))).toEqual([true, true, false, false]);
  // Otherwise both would correct the same drift.
  ask('c.trim(50)');
  ask('c.trim(200)');
  expect(ask('I2C1.writeTo(0x68, [0x10]); I2C1.readFrom(0x68, 1)[0]')).toBe(0);
});

it('the clock is unset where its registers hold no date', () => {
  const { ask } = clock();
  ask(`c.set(${UTC})`);
  for (const month of [0, 0x14, 0x1f]) {
    ask(`I2C1.writeTo(0x68, [5, ${month}]); 0`);
    ask(
      `c.part.ask = (a, n) => { I2C1.writeTo(0x68, 0); var r = I2C1.readFrom(0x68, n); r[5] = ${month}; return r; }; 0`,
    );
    expect(ask('c.read()')).toBe(-1);
  }
  ask('c.part.ask = () => new Uint8Array(16); 0');
  expect(ask('c.read()')).toBe(-1);
});

const NUMBERS = [0, 1, 255, 256, 65_536, 4_294_967_295];

it.each(NUMBERS)('the anti-rollback counter holds %s while the power is off', number => {
  const storage = memoryStore();
  const first = clock({ storage });
  first.ask(`c.set(${UTC})`);
  expect(first.ask(`c.save(${number})`)).toBe(true);
  first.fob.cutPower();
  first.fob.advance(3_600_000);
  first.fob.powerOn();
  first.ask('global.c = new Ds3231(); 0');
  expect(first.ask('c.load()')).toBe(number);
  expect(first.ask('c.read()')).toBe(UTC + 3600);
});

it('the anti-rollback counter holds a number before the clock was ever set', () => {
  const { ask, fob } = clock();
  expect(ask('c.load()')).toBe(-1);
  expect(ask('c.save(3)')).toBe(true);
  fob.cutPower();
  fob.powerOn();
  ask('global.c = new Ds3231(); 0');
  expect([ask('c.read()'), ask('c.load()')]).toEqual([-1, 3]);
});

it('the anti-rollback counter survives setting and trimming of the clock', () => {
  const { ask } = clock();
  ask(`c.set(${UTC})`);
  ask('c.save(77)');
  ask(`c.set(${UTC + 5000})`);
  ask('c.trim(9)');
  expect(ask('c.load()')).toBe(77);
  ask('c.save(78)');
  expect(ask('c.load()')).toBe(78);
});

it('the anti-rollback counter leaves the alarms disabled', () => {
  const { ask } = clock();
  ask(`c.set(${UTC})`);
  ask('c.save(4294967295)');
  expect(ask('I2C1.writeTo(0x68, [0x0e]); I2C1.readFrom(0x68, 1)[0] & 3')).toBe(0);
});

it('the anti-rollback counter has lost its number when the battery died, before the clock is set and after', () => {
  const { ask, fob } = clock();
  ask(`c.set(${UTC})`);
  ask('c.save(77)');
  fob.cutPower();
  fob.loseTime();
  fob.powerOn();
  ask('global.c = new Ds3231(); 0');
  expect(ask('c.load()')).toBe(-1);
  ask(`c.set(${UTC})`);
  expect(ask('c.load()')).toBe(-1);
});

it('the anti-rollback counter takes no other seven bytes for a number', () => {
  const { ask } = clock();
  ask(`c.set(${UTC})`);
  for (const byte of [0, 255, 0x11]) {
    ask(`I2C1.writeTo(0x68, [7, new Uint8Array(7).fill(${byte})]); 0`);
    expect(ask('c.load()')).toBe(-1);
  }
  ask('c.save(77)');
  for (let register = 7; register < 14; register++) {
    const held = ask(`I2C1.writeTo(0x68, [${register}]); I2C1.readFrom(0x68, 1)[0]`);
    ask(`I2C1.writeTo(0x68, [${register}, ${Number(held) ^ 16}]); 0`);
    expect(ask('c.load()')).toBe(-1);
    ask(`I2C1.writeTo(0x68, [${register}, ${held}]); 0`);
  }
  expect(ask('c.load()')).toBe(77);
});

it('the anti-rollback counter is read again where a byte was garbled on the wires', () => {
  const { ask } = clock();
  ask('c.save(77)');
  ask(`global.garbled = 0; global.insist = c.part.insist; 0`);
  ask(
    'c.part.insist = (a, n) => { var r = insist.call(c.part, a, n); if (garbled-- > 0) r[3] ^= 1; return r; }; 0',
  );
  expect(['garbled = 0', 'garbled = 1', 'garbled = 2'].map(how => ask(`${how}; c.load()`))).toEqual([
    77, 77, -1,
  ]);
});

it('the anti-rollback counter reports an absent clock, and waits for it once in half a minute only', () => {
  const { ask, fob } = clock({ parts: { clock: false } });
  expect([ask('c.load()'), ask('c.read()'), ask('c.save(1)'), ask('c.trim(1)')]).toEqual([
    -2,
    -1,
    false,
    false,
  ]);
  const before = fob.now();
  for (let i = 0; i < 50; i++) ask('c.read()');
  expect(fob.now() - before).toBeLessThan(20);
});
