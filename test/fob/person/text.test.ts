import { grouped, printable } from '@passfob/firmware/core/screens/text';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';

const shown = (text: string) => printable(hostPrimitives, new Uint8Array(Buffer.from(text)));

/** Letters that have no accented base, in code order, with the fob's replacement. */
const OTHERS = 'ÆA ÐD ×x ØO ÞT ßs æa ðd ÷/ øo þt ĐD đd ĦH ħh ıi ĲI ĳi ĸk ĿL ŀl ŁL łl ŉn ŊN ŋn ŒO œo ŦT ŧt ſs';
const named = new Map(OTHERS.split(' ').map(pair => [pair.charAt(0), pair.charAt(1)]));

it('names have the base letter for every letter of Latin-1 and Latin Extended-A', () => {
  for (let code = 0xc0; code < 0x180; code++) {
    const letter = String.fromCharCode(code);
    const base = named.get(letter) ?? letter.normalize('NFD').charAt(0);
    expect(`${letter}${shown(letter)}`).toBe(letter + base);
  }
});

it('names have one mark for any other character, and printable ASCII for any bytes', () => {
  expect(shown('Zoë & Müller 東京 😀 Łódź\n')).toBe('Zoe & Muller ?? ? Lodz?');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      expect(printable(hostPrimitives, bytes)).toMatch(/^[ -~]*$/);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), text => {
      expect(shown(text)).toHaveLength([...text].length);
    }),
  );
});

it.each([
  ['1234', '1234'],
  ['12345', '12345'],
  ['287082', '287 082'],
  ['1287082', '128 7082'],
  ['94287082', '9428 7082'],
  ['1234567890', '12345 67890'],
])('the code %s is shown as %s', (code, groups) => expect(grouped(code)).toBe(groups));
