import { administrationLimits } from '@passfob/service/base/limits/administration';
import {
  beginningOf,
  byCodePoint,
  fold,
  foldedTexts,
  leastPart,
  partsOf,
  splitTyped,
} from '@passfob/service/storage/search/parts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'ä', 'ß', ' ', '1', '\u{1f600}'), maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

test('texts that differ only by accents, case, width, ligatures or white space fold to the same text', () => {
  const alike: readonly (readonly [string, string])[] = [
    ['Müller', 'muller'],
    ['Mu\u0308ller', 'MÜLLER'],
    ['Straße', 'STRASSE'],
    ['STRA\u1e9eE', 'strasse'],
    ['\u0130stanbul', 'istanbul'],
    ['Νίκος', 'ΝΙΚΟΣ'],
    ['ΟΔΟΣ ΣΟΦΙΑ', 'οδοσ σοφια'],
    ['\u1fb3', '\u0391\u0399'],
    ['ﬁn', 'FIN'],
    ['ＡＤＡ', 'ada'],
    [' Ada \t L. ', 'ada l.'],
  ];
  for (const [one, other] of alike) expect([one, fold(one)]).toEqual([one, fold(other)]);
  expect(fold('o')).not.toBe(fold('ø'));
});

test('folding is idempotent for every character of Unicode, in every normal form', () => {
  const changed: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    const [upper, lower] = [character.toUpperCase(), character.toLowerCase()];
    if (upper === character && lower === character && character.normalize('NFKD') === character) continue;
    const folded = fold(character);
    const again = [folded, upper, lower].map(fold);
    if (again.some(one => one !== folded)) changed.push(point.toString(16));
  }
  expect(changed).toEqual([]);
});

test('property: every substring of a row begins one of its parts, and no part begins another', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), fc.nat(), fc.nat(), (texts, from, length) => {
      const parts = partsOf(texts);
      expect([...new Set(parts)].sort(byCodePoint)).toEqual(parts);
      for (const part of parts) {
        expect([...part].length).toBeLessThanOrEqual(administrationLimits.searchPartMax);
        expect(parts.filter(other => other.startsWith(part))).toEqual([part]);
        expect(texts.some(one => fold(one).includes(part))).toBe(true);
      }
      for (const one of texts.map(fold)) {
        const characters = [...one];
        const start = from % (characters.length + 1);
        const typed = characters.slice(start, start + 1 + (length % 40)).join('');
        const beginning = beginningOf(fold(typed));
        if (beginning === '') continue;
        const matching = parts.filter(part => part.startsWith(beginning));
        expect(leastPart(foldedTexts(texts), beginning)).toBe(matching[0]);
        expect(matching[0]).toBeDefined();
      }
    }),
    { numRuns: 300 },
  );
});

test('property: parts are in the order of their UTF-8 bytes, like in the databases', () => {
  const letter = fc.constantFrom(
    ...['a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '\u{1f600}'],
  );
  const some = fc.string({ unit: letter, maxLength: 5 });
  fc.assert(
    fc.property(some, some, (one, other) => {
      const expected = Buffer.compare(Buffer.from(one), Buffer.from(other));
      expect(Math.sign(byCodePoint(one, other))).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});

test('a typed text is split into words, of which those that another one contains are left out', () => {
  const cases: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['Anna  1070', ['1070', 'anna']],
    ['ÖZTÜRK\tanna Ann zt ozturk', ['ozturk', 'anna']],
    [' a%_\\* ', ['a%_\\*']],
    ['', []],
    [' \t\u0301', []],
    // No name holds these characters, and PostgreSQL refuses them.
    ['a\0', undefined],
    ['ada a\ud800', undefined],
    ['\u0007', undefined],
  ];
  for (const [typed, words] of cases) expect([typed, splitTyped(typed)]).toEqual([typed, words]);
});
