import { CARRY } from '@passfob/emulator/core/places';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagsOf, programOf } from './program.ts';

const WORD = 1n << 32n;
const unsigned = (x: number) => BigInt(x >>> 0);
const signed = (x: bigint) => BigInt.asIntN(32, x);

/** Words, and among them many at the edges of signed and unsigned numbers. */
const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, 0xffff_ffff),
);
const carry = fc.constantFrom(0, 1);

/** x + y + carry as the manual writes it (ARMv7-M ARM A2.2.1, AddWithCarry), in numbers of any size. */
function addWithCarry(x: bigint, y: bigint, carryIn: bigint) {
  const sum = x + y + carryIn;
  const result = sum % WORD;
  const signedSum = signed(x) + signed(y) + carryIn;
  return { result, carry: sum !== result, overflow: signedSum !== signed(result) };
}

const not = (x: bigint) => WORD - 1n - x;

const sums = [
  ['adds r0, r1, r2', [0x1888], (x: bigint, y: bigint, _: bigint) => addWithCarry(x, y, 0n)],
  ['subs r0, r1, r2', [0x1a88], (x: bigint, y: bigint, _: bigint) => addWithCarry(x, not(y), 1n)],
  ['adcs.w r0, r1, r2', [0xeb51, 0x0002], addWithCarry],
  ['sbcs.w r0, r1, r2', [0xeb71, 0x0002], (x: bigint, y: bigint, c: bigint) => addWithCarry(x, not(y), c)],
  ['rsbs r0, r1, r2', [0xebd1, 0x0002], (x: bigint, y: bigint, _: bigint) => addWithCarry(y, not(x), 1n)],
] as const;

describe('the flags of sums', () => {
  it.each(sums)('%s agrees with numbers of any size in its result and all flags', (_, halves, model) => {
    const { core, r } = programOf(halves);
    const start = r[15] ?? 0;
    fc.assert(
      fc.property(word, word, carry, (x, y, carryIn) => {
        r[15] = start;
        r[1] = x;
        r[2] = y;
        r[CARRY] = carryIn;
        core.run(1);
        const expected = model(unsigned(x), unsigned(y), BigInt(carryIn));
        expect(unsigned(r[0] ?? 0)).toBe(expected.result);
        const bits = [
          signed(expected.result) < 0n,
          expected.result === 0n,
          expected.carry,
          expected.overflow,
        ];
        expect(flagsOf(r)).toBe(`${bits.map((bit, index) => (bit ? 'NZCV'[index] : '-')).join('')}-`);
      }),
      { numRuns: 500 },
    );
  });
});

/** Shifts bit by bit: what goes out last is the carry. */
function shifted(kind: string, x: bigint, by: number, carryIn: number) {
  let [value, out] = [x, carryIn];
  for (let count = 0; count < by; count++) {
    if (kind === 'lsl') {
      out = Number(value >> 31n);
      value = (value << 1n) % WORD;
    } else {
      out = Number(value & 1n);
      const top = kind === 'lsr' ? 0n : kind === 'asr' ? value >> 31n : value & 1n;
      value = (value >> 1n) | (top << 31n);
    }
  }
  return { value, carry: out };
}

const shifts = [
  ['lsl', [0x4088]],
  ['lsr', [0x40c8]],
  ['asr', [0x4108]],
  ['ror', [0x41c8]],
] as const;

describe('the flags of shifts', () => {
  it.each(shifts)(
    '%ss r0, r1 agrees with single steps for every amount, and 0 leaves the carry',
    (kind, halves) => {
      const { core, r } = programOf(halves);
      const start = r[15] ?? 0;
      fc.assert(
        fc.property(word, fc.integer({ min: 0, max: 0x3ff }), carry, (x, amount, carryIn) => {
          r[15] = start;
          r[0] = x;
          r[1] = amount;
          r[CARRY] = carryIn;
          core.run(1);
          const expected = shifted(kind, unsigned(x), amount & 255, carryIn);
          expect([unsigned(r[0] ?? 0), r[CARRY]]).toEqual([expected.value, expected.carry]);
        }),
        { numRuns: 300 },
      );
    },
  );

  it.each([
    // lsls r0, r1, #n; lsrs; asrs; rors.w
    ['lsl', (by: number) => [0x0008 | (by << 6)], 31],
    ['lsr', (by: number) => [0x0808 | ((by & 31) << 6)], 32],
    ['asr', (by: number) => [0x1008 | ((by & 31) << 6)], 32],
    ['ror', (by: number) => [0xea5f, 0x0031 | ((by >> 2) << 12) | ((by & 3) << 6)], 31],
  ] as const)('%ss by every constant agrees with single steps', (kind, halvesBy, most) => {
    for (let by = kind === 'ror' ? 1 : 0; by <= most; by++) {
      // Coded 0, a shift to the right is one by 32.
      if (by === 0 && kind !== 'lsl') continue;
      for (const x of [0x8000_0001, 0x7fff_fffe, 0xa5a5_5a5a]) {
        const { core, r } = programOf(halvesBy(by));
        r[1] = x;
        r[CARRY] = 1;
        core.run(1);
        const expected = shifted(kind, unsigned(x), by, 1);
        expect([by, unsigned(r[0] ?? 0), r[CARRY]]).toEqual([by, expected.value, expected.carry]);
      }
    }
  });
});
