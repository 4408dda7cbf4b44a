import { Flash } from '@passfob/simulator/board/chips/flash';
import { Operations, PowerLost } from '@passfob/simulator/faults/operations';
import { Region } from '@passfob/simulator/recording/state/memories';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { expect, it } from 'vitest';

const PAGE_BYTES = 64;
const PAGES = 4;
const SEEDS = Array.from({ length: 80 }, (_, seed) => seed);

/** Returns an erased flash of four pages. */
function part(seed = 1) {
  const erased = new Uint8Array(PAGES * PAGE_BYTES).fill(0xff);
  const store = memoryStore();
  store.write(0, erased);
  const memory = new Region(erased.slice(), store, 0, erased.length);
  const operations = new Operations({ seed, count: 0, counted() {}, applied() {}, powerLost() {} });
  const violations: string[] = [];
  const flash = new Flash({ memory, pageBytes: PAGE_BYTES, operations, spend() {}, violations });
  return { flash, operations, violations };
}

const DATA = Uint8Array.from({ length: 24 }, (_, index) => index + 1);

it('writing flash turns bits to 0 alone, and a 1 over a 0 is a violation', () => {
  const { flash, violations } = part();
  flash.write(8, Uint8Array.of(0b1100, 0xf0));
  expect([...flash.read(7, 4)]).toEqual([0xff, 0b1100, 0xf0, 0xff]);
  flash.write(8, Uint8Array.of(0b0100, 0xf0));
  expect(violations).toEqual([]);
  flash.write(8, Uint8Array.of(0b1000));
  expect(flash.read(8, 1)[0]).toBe(0);
  expect(violations).toEqual(['flash written where it was not erased']);
});

it('erasing a page of flash turns all its bits back to 1, and those of no other page', () => {
  const { flash, violations } = part();
  for (let page = 0; page < PAGES; page++) flash.write(page * PAGE_BYTES, new Uint8Array(PAGE_BYTES));
  flash.erasePage(1);
  const erased = Array.from({ length: PAGES }, (_, page) => flash.isErased(page * PAGE_BYTES, PAGE_BYTES));
  expect(erased).toEqual([false, true, false, false]);
  expect([flash.erases, violations]).toEqual([[0, 1, 0, 0], []]);
});

it('a power cut in a write to flash leaves nothing, all, or a beginning of it', () => {
  const lengths = SEEDS.map(seed => {
    const { flash, operations } = part(seed);
    operations.cutAfter(1);
    expect(() => flash.write(8, DATA)).toThrow(PowerLost);
    const left = flash.read(8, DATA.length);
    const length = left.filter(byte => byte !== 0xff).length;
    expect(left.subarray(0, length)).toEqual(DATA.subarray(0, length));
    expect(flash.isErased(8 + DATA.length, 8)).toBe(true);
    return length;
  });
  expect(lengths).toEqual(expect.arrayContaining([0, DATA.length]));
  const parts = lengths.filter(length => length > 0 && length < DATA.length);
  expect(parts.length).toBeGreaterThan(SEEDS.length / 4);
  expect(new Set(parts).size).toBeGreaterThan(10);
});

it('a power cut in an erasure of flash leaves bytes that are old or erased, each by itself', () => {
  const counts = SEEDS.map(seed => {
    const { flash, operations } = part(seed);
    flash.write(PAGE_BYTES, new Uint8Array(PAGE_BYTES));
    operations.cutAfter(1);
    expect(() => flash.erasePage(1)).toThrow(PowerLost);
    const left = [...flash.read(PAGE_BYTES, PAGE_BYTES)];
    expect(left.every(byte => byte === 0 || byte === 0xff)).toBe(true);
    return left.filter(byte => byte === 0xff).length;
  });
  expect(counts).toEqual(expect.arrayContaining([0, PAGE_BYTES]));
  const mixed = counts.filter(count => count > 0 && count < PAGE_BYTES);
  expect(mixed.length).toBeGreaterThan(SEEDS.length / 4);
});
