import { ENTRY_DONE, ENTRY_GOES_ON, ENTRY_LEFT, Entry } from '@passfob/firmware/core/entry';
import { ENTER } from '@passfob/firmware/core/entry-rows';
import { Pool } from '@passfob/firmware/core/pool';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';

const DECIMAL = '0123456789';
const HEX = `${DECIMAL}ABCDEF`;

function makePool(seed: number): Pool {
  return new Pool(hostPrimitives, { sample: () => seed }, { ms: 0, utc: 0 });
}

/** Turns the wheel to a symbol and takes it; returns the number of steps. */
function enter(entry: Entry, symbol: string, by = 1): number {
  for (let steps = 0; steps <= HEX.length + 2; steps++) {
    if (entry.symbol === symbol) {
      expect(entry.take()).toBe(symbol === 'ok' ? ENTRY_DONE : ENTRY_GOES_ON);
      return steps;
    }
    entry.step(by);
  }
  throw new Error(`the wheel has no ${symbol}`);
}

/** Returns every symbol on the wheel, in order, once round. */
function round(entry: Entry): string[] {
  const seen: string[] = [];
  while (!seen.includes(entry.symbol)) {
    seen.push(entry.symbol);
    entry.step(1);
  }
  return seen;
}

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

it('the wheel returns the entered digits, forwards and backwards, in both bases', () =>
  fc.assert(
    fc.property(
      fc.integer(),
      fc.boolean(),
      fc.array(fc.nat({ max: 15 }), { minLength: 4, maxLength: 16 }),
      fc.constantFrom(1, -1),
      (seed, isHex, numbers, by) => {
        const symbols = isHex ? HEX : DECIMAL;
        const typed = numbers.map(number => symbols.charAt(number % symbols.length)).join('');
        const entry = new Entry(makePool(seed), ENTER.question, symbols.length, 4, 16);
        for (const symbol of typed) enter(entry, symbol, by);
        expect(entry.shown).toBe(typed);
        enter(entry, 'ok', by);
        expect(text(entry.done())).toBe(typed);
      },
    ),
  ));

it('the wheel has "ok" only from the least length on, no digits at the most, and "back" only when empty', () => {
  const entry = new Entry(makePool(1), ENTER.pin, 10, 4, 6);
  expect(round(entry).sort()).toEqual([...DECIMAL, 'back'].sort());
  for (const digit of '123') enter(entry, digit);
  expect(round(entry).sort()).toEqual([...DECIMAL, 'del'].sort());
  enter(entry, '4');
  expect(entry.symbol).toBe('ok');
  expect(round(entry).sort()).toEqual([...DECIMAL, 'del', 'ok'].sort());
  for (const digit of '56') enter(entry, digit);
  expect(round(entry).sort()).toEqual(['del', 'ok']);
});

it('the wheel shows dots for a PIN, and takes digits back one by one until it is left', () => {
  const entry = new Entry(makePool(1), ENTER.pin, 10, 4, 6);
  enter(entry, '1');
  enter(entry, '2');
  expect(entry.shown).toBe('**');
  enter(entry, 'del');
  expect(entry.undo()).toBe(ENTRY_GOES_ON);
  expect(entry.shown).toBe('');
  expect(entry.undo()).toBe(ENTRY_LEFT);
});

it('the wheel has its exit one press from the start, whatever is entered, and stays there from hold to hold', () =>
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), fc.nat({ max: 16 }), (seed, isHex, length) => {
      const symbols = isHex ? HEX : DECIMAL;
      const entry = new Entry(makePool(seed), ENTER.question, symbols.length, 4, 16);
      for (let i = 0; i < length; i++) enter(entry, symbols.charAt((seed + i) & 7));
      entry.step(1);
      for (let left = length; left > 0; left--) {
        expect(entry.symbol).toBe('del');
        expect(entry.take()).toBe(ENTRY_GOES_ON);
      }
      expect(entry.symbol).toBe('back');
      expect(entry.take()).toBe(ENTRY_LEFT);
    }),
  ));

it('the wheel begins anywhere: the number of presses reveals nothing of the digit', () => {
  const pool = makePool(7);
  const firsts = Array.from({ length: 200 }, () => new Entry(pool, ENTER.pin, 10, 4, 6).symbol);
  for (const digit of DECIMAL) expect(firsts).toContain(digit);
});
