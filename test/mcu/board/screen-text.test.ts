import { boot } from '@passfob/simulator/boot';
import { fontIn } from '@passfob/simulator/mcu/board/font';
import { textOn } from '@passfob/simulator/mcu/board/screen-text';
import { describe, expect, it } from 'vitest';

const SCREENS = 12;

describe('the text of a display, read from its pixels', () => {
  it('is the text that the image drew, on every screen after a first start', () => {
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
    fob.close();
  });

  it('is empty without anything drawn, and leaves out what is no letter', () => {
    const fob = boot({ board: 'pico', seed: 3 });
    const font = fontIn(fob.storedFile('app') ?? new Uint8Array()) ?? new Map<number, string>();
    const pixels = new Uint8Array(128 * 64);
    expect(textOn({ width: 128, height: 64, pixels }, font)).toEqual([]);
    for (let y = 8; y < 14; y++) pixels.fill(1, y * 128 + 20, y * 128 + 90);
    expect(textOn({ width: 128, height: 64, pixels }, font)).toEqual([]);
    fob.close();
  });

  it('an application without a font has none', () => {
    expect(fontIn(new Uint8Array(5000).fill(0xd2))).toBeUndefined();
  });
});
