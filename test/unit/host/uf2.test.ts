import fc from 'fast-check';
import { FobError } from 'passfob/errors';
import { RP_ESPRUINO_BUILDS } from 'passfob/flash/espruino-builds';
import { UF2_BLOCK_BYTES, UF2_DATA_BYTES } from 'passfob/flash/limits';
import { chipOfUf2, UF2_BYTES_MAX } from 'passfob/flash/uf2';
import { expect, it } from 'vitest';
import { absoluteBlock, FAMILY, FIELDS, uf2 } from '../../kit/uf2.ts';
import { refusal } from './kit/failure.ts';

const CHIPS = ['RP2040', 'RP2350'] as const;
const chips = fc.constantFrom(...CHIPS);
const counts = fc.integer({ min: 1, max: 12 });

const reasonOf = (bytes: Uint8Array) => refusal(() => chipOfUf2(bytes)).message;

/** Changes a field of one block. */
function withField(bytes: Uint8Array, index: number, field: keyof typeof FIELDS, value: number): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setUint32(index * UF2_BLOCK_BYTES + FIELDS[field], value, true);
  return changed;
}

it('a UF2 file of either chip is accepted at every length that leaves Storage alone', () => {
  fc.assert(
    fc.property(chips, counts, fc.boolean(), (chip, count, isMarked) => {
      expect(chipOfUf2(uf2(chip, count, chip === 'RP2350' && isMarked))).toBe(chip);
    }),
  );
  const longest = { RP2040: 0x1c0000 / UF2_DATA_BYTES, RP2350: 0x100000 / UF2_DATA_BYTES };
  for (const chip of CHIPS) {
    const file = uf2(chip, longest[chip]);
    expect([chipOfUf2(file), file.length <= UF2_BYTES_MAX]).toEqual([chip, true]);
    expect(reasonOf(uf2(chip, longest[chip] + 1))).toContain('would overwrite the Storage of the board');
  }
});

it('a UF2 file with any other value in any header is refused', () => {
  const fields = fc.constantFrom(...(Object.keys(FIELDS) as (keyof typeof FIELDS)[]));
  fc.assert(
    fc.property(
      chips,
      counts,
      fc.nat(),
      fields,
      fc.integer({ min: 1, max: 0xffffffff }),
      (chip, count, at, field, by) => {
        const whole = uf2(chip, count);
        const index = at % (whole.length / UF2_BLOCK_BYTES);
        const value = new DataView(whole.buffer).getUint32(index * UF2_BLOCK_BYTES + FIELDS[field], true);
        const changed = withField(whole, index, field, (value ^ by) >>> 0);
        expect(refusal(() => chipOfUf2(changed)).kind).toBe('bad-input');
      },
    ),
  );
});

it('a UF2 file that is cut off, longer, or in another order is refused', () => {
  fc.assert(
    fc.property(chips, fc.integer({ min: 2, max: 12 }), fc.nat(), (chip, count, at) => {
      const whole = uf2(chip, count);
      expect(refusal(() => chipOfUf2(whole.subarray(0, at % whole.length))).kind).toBe('bad-input');
      const first = chip === 'RP2350' ? 1 : 0;
      const from = (first + (at % count)) * UF2_BLOCK_BYTES;
      const one = whole.subarray(from, from + UF2_BLOCK_BYTES);
      const doubled = Buffer.concat([whole.subarray(0, from), one, whole.subarray(from)]);
      const without = Buffer.concat([whole.subarray(0, from), whole.subarray(from + UF2_BLOCK_BYTES)]);
      const last = Buffer.concat([without, one]);
      for (const bytes of [doubled, without, ...(at % count === count - 1 ? [] : [last])]) {
        expect(refusal(() => chipOfUf2(bytes)).kind).toBe('bad-input');
      }
    }),
  );
});

it('any other bytes are refused, in words', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3 * UF2_BLOCK_BYTES }), bytes => {
      expect(() => chipOfUf2(bytes)).toThrow(FobError);
    }),
  );
});

it.each([
  [
    'a firmware of another family',
    withField(uf2('RP2040', 1), 0, 'family', 0xada52840),
    'it is for another chip',
  ],
  [
    'a RISC-V firmware',
    withField(uf2('RP2350', 1, false), 0, 'family', 0xe48bff5a),
    'it is for another chip',
  ],
  [
    'two chips in one',
    new Uint8Array(Buffer.concat([uf2('RP2040', 2).subarray(0, 512), uf2('RP2350', 2, false).subarray(512)])),
    'block 2 is for another chip',
  ],
  [
    'the mark of an RP2350 before an RP2040',
    new Uint8Array(Buffer.concat([absoluteBlock(), uf2('RP2040', 1)])),
    'precedes those for RP2040',
  ],
  [
    'an absolute block for an address in flash',
    withField(uf2('RP2350', 1), 0, 'address', 0x10000000),
    'block 1 is for addresses',
  ],
  ['the mark alone', absoluteBlock(), 'it is for another chip'],
  [
    'a program for RAM, as flash_nuke is',
    withField(uf2('RP2040', 1), 0, 'address', 0x20000000),
    'an unexpected address',
  ],
  ['an ELF file', new Uint8Array(512).fill(0x7f), 'block 1 is no block of UF2'],
] as const)('%s is refused as a firmware', (_, bytes, reason) => {
  expect(reasonOf(bytes)).toContain(reason);
});

it('the known builds of Espruino have a hash of their own each, and a chip', () => {
  const hashes = RP_ESPRUINO_BUILDS.map(({ sha256 }) => sha256);
  expect(hashes.filter(hash => !/^[0-9a-f]{64}$/.test(hash))).toEqual([]);
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(Object.keys(FAMILY)).toEqual(expect.arrayContaining(RP_ESPRUINO_BUILDS.map(({ family }) => family)));
});
