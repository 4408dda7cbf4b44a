import { administrationLimits } from '@passfob/service/base/limits/administration';
import {
  byCodePoint,
  fold,
  holds,
  leastPart,
  partsOf,
  wantedOf,
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
        const wanted = wantedOf(typed);
        if (wanted === undefined) continue;
        // A text longer than a part matches one part only.
        const matching = parts.filter(part => part.startsWith(wanted.beginning));
        expect(leastPart(texts, wanted)).toBe(matching[0]);
        expect(matching[0]).toBeDefined();
        expect(holds(texts, wanted)).toBe(true);
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

test('a row is not found by a text that it does not contain, even if it contains a long beginning', () => {
  const long = 'a name of more characters than a part has';
  const wanted = (typed: string) => wantedOf(typed) ?? { beginning: '', whole: '' };
  expect(leastPart([long], wanted(long))).toBe(long.slice(0, administrationLimits.searchPartMax));
  expect(leastPart([long], wanted(`${long.slice(0, 30)}x`))).toBeUndefined();
  expect(leastPart(['ada', 'bob'], wanted('adab'))).toBeUndefined();
  // A match does not continue in the next text.
  expect(holds(['ada', 'bob'], wanted('abo'))).toBe(false);
});

test('texts that no name can contain find nothing, and wildcard characters are plain', () => {
  for (const typed of ['', ' \t', '\u0301', 'a\0', 'a\ud800', '\u0007'])
    expect(wantedOf(typed)).toBeUndefined();
  expect(wantedOf(' a%_\\* ')?.whole).toBe('a%_\\*');
});
