import { fontIn } from '@passfob/emulator/board/font';
import { textOn } from '@passfob/emulator/board/screen-text';
import { boot } from '@passfob/simulator/fob/boot';
import { expect, it } from 'vitest';
import { births } from '../../../fob/simulation/kit/births.ts';
import { storeOf } from '../kit/board-memory.ts';

const SCREENS = 12;

it('the text of a display is the text that the image drew, on every screen after a first start', () => {
  const fob = boot({ board: 'pico', seed: 3 });
  const font = fontIn(fob.storedFile('app') ?? new Uint8Array());
  expect(font?.size).toBeGreaterThan(90);
  if (!font) return;
  const seen = new Set<string>();
  for (let step = 0; step < SCREENS; step++) {
    fob.advance(2000);
    const { text, bitmap } = fob.screen();
    expect(textOn(bitmap, font).join('|')).toBe(text.join('|').replace(/ +\|/g, '|').trim());
    seen.add(text.join());
    fob.press(0, step % 3 === 0 ? 1200 : 100);
  }
  expect(seen.size).toBeGreaterThan(1);
});

it('the text of a display has the large digit of the PIN, into whose cell the line below it reaches', async () => {
  const [, locked] = await births();
  if (!locked) throw new Error('no fob has a PIN');
  const fob = boot({ board: 'pico', seed: 3, storage: storeOf(locked.image) });
  fob.advance(1000);
  const font = fontIn(fob.storedFile('app') ?? new Uint8Array()) ?? new Map<number, string>();
  const symbols = new Set<string>();
  for (let step = 0; step < SCREENS; step++) {
    const { text, bitmap } = fob.screen();
    symbols.add(text[1] ?? '');
    const plain = (strings: readonly string[]) => strings.join(' ').replace(/ +/g, ' ');
    expect(plain(textOn(bitmap, font))).toBe(plain(text));
    fob.press();
  }
  expect([...symbols].sort().join('')).toMatch(/^0123456789/);
});

it('the text of a display is empty without anything drawn, and leaves out what is no letter', () => {
  const fob = boot({ board: 'pico', seed: 3 });
  const font = fontIn(fob.storedFile('app') ?? new Uint8Array()) ?? new Map<number, string>();
  const pixels = new Uint8Array(128 * 64);
  expect(textOn({ width: 128, height: 64, pixels }, font)).toEqual([]);
  for (let y = 8; y < 14; y++) pixels.fill(1, y * 128 + 20, y * 128 + 90);
  expect(textOn({ width: 128, height: 64, pixels }, font)).toEqual([]);
});

it('an application without a font has none', () =>
  expect(fontIn(new Uint8Array(5000).fill(0xd2))).toBeUndefined());
