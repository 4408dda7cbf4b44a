import { GREATER } from '@passfob/emulator/core/places';
import { flags, setGreaterFlags } from '@passfob/emulator/core/status';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  execute,
  expectRegisters,
  faultOf,
  flagsOf,
  programOf,
  putRegisters,
  type Registers,
} from './program.ts';

/** Assembly, its half-words, registers before and after, and the flags after it; all flags are clear before. */
type Row = readonly [text: string, halves: number[], before: Registers, after: Registers, flags: string];

const multiplications: Row[] = [
  ['mul r0, r1, r2', [0xfb01, 0xf002], { 1: 0x1_0000, 2: 0x1_0001 }, { 0: 0x1_0000 }, '-----'],
  ['mla r0, r1, r2, r3', [0xfb01, 0x3002], { 1: 3, 2: 4, 3: 5 }, { 0: 0x11 }, '-----'],
  ['mls r0, r1, r2, r3', [0xfb01, 0x3012], { 1: 3, 2: 4, 3: 5 }, { 0: 0xffff_fff9 }, '-----'],
  ['smulbb r0, r1, r2', [0xfb11, 0xf002], { 1: 0x1_ffff, 2: 3 }, { 0: 0xffff_fffd }, '-----'],
  ['smultb r0, r1, r2', [0xfb11, 0xf022], { 1: 0x2_ffff, 2: 3 }, { 0: 6 }, '-----'],
  ['smulbt r0, r1, r2', [0xfb11, 0xf012], { 1: 2, 2: 0x8000_0000 }, { 0: 0xffff_0000 }, '-----'],
  ['smulwt r0, r1, r2', [0xfb31, 0xf012], { 1: 0x8000_0000, 2: 0x7fff_0000 }, { 0: 0xc000_8000 }, '-----'],
  ['smulwb r0, r1, r2', [0xfb31, 0xf002], { 1: 0xffff_ffff, 2: 1 }, { 0: 0xffff_ffff }, '-----'],
  ['smlabb r0, r1, r2, r3', [0xfb11, 0x3002], { 1: 2, 2: 3, 3: 0x7fff_ffff }, { 0: 0x8000_0005 }, '----Q'],
  ['smlatt r0, r1, r2, r3', [0xfb11, 0x3032], { 1: 0x2_0000, 2: 0x3_0000, 3: 1 }, { 0: 7 }, '-----'],
  [
    'smlawb r0, r1, r2, r3',
    [0xfb31, 0x3002],
    { 1: 0x1_0000, 2: 5, 3: 0x7fff_ffff },
    { 0: 0x8000_0004 },
    '----Q',
  ],
  ['smuad r0, r1, r2', [0xfb21, 0xf002], { 1: 0x8000_8000, 2: 0x8000_8000 }, { 0: 0x8000_0000 }, '----Q'],
  ['smuadx r0, r1, r2', [0xfb21, 0xf012], { 1: 0x2_0003, 2: 0x5_0007 }, { 0: 0x1d }, '-----'],
  ['smlad r0, r1, r2, r3', [0xfb21, 0x3002], { 1: 0x2_0003, 2: 0x5_0007, 3: 1 }, { 0: 0x20 }, '-----'],
  [
    'smladx r0, r1, r2, r3',
    [0xfb21, 0x3012],
    { 1: 0x2_0003, 2: 0x5_0007, 3: 0x7fff_ffff },
    { 0: 0x8000_001c },
    '----Q',
  ],
  ['smusd r0, r1, r2', [0xfb41, 0xf002], { 1: 0x2_0003, 2: 0x5_0007 }, { 0: 0xb }, '-----'],
  ['smlsd r0, r1, r2, r3', [0xfb41, 0x3002], { 1: 0x3_0002, 2: 0x7_0005, 3: 1 }, { 0: 0xffff_fff6 }, '-----'],
  ['usad8 r0, r1, r2', [0xfb71, 0xf002], { 1: 0x1ff_0010, 2: 0x200_0020 }, { 0: 0x110 }, '-----'],
  ['usada8 r0, r1, r2, r3', [0xfb71, 0x3002], { 1: 0x1ff_0010, 2: 0x200_0020, 3: 1 }, { 0: 0x111 }, '-----'],
  ['smlalbb r0, r3, r1, r2', [0xfbc1, 0x0382], { 0: 0xffff_ffff, 3: 0, 1: 2, 2: 3 }, { 0: 5, 3: 1 }, '-----'],
  [
    'smlaltb r0, r3, r1, r2',
    [0xfbc1, 0x03a2],
    { 0: 0, 3: 0, 1: 0xffff_0000, 2: 3 },
    { 0: 0xffff_fffd, 3: 0xffff_ffff },
    '-----',
  ],
  [
    'smlald r0, r3, r1, r2',
    [0xfbc1, 0x03c2],
    { 0: 0, 3: 1, 1: 0x2_0003, 2: 0x5_0007 },
    { 0: 0x1f, 3: 1 },
    '-----',
  ],
  [
    'smlsld r0, r3, r1, r2',
    [0xfbd1, 0x03c2],
    { 0: 0, 3: 1, 1: 0x3_0002, 2: 0x7_0005 },
    { 0: 0xffff_fff5, 3: 0 },
    '-----',
  ],
  ['sdiv r0, r1, r2', [0xfb91, 0xf0f2], { 1: 0xffff_fff9, 2: 2 }, { 0: 0xffff_fffd }, '-----'],
  ['sdiv r0, r1, r2', [0xfb91, 0xf0f2], { 1: 0x8000_0000, 2: 0xffff_ffff }, { 0: 0x8000_0000 }, '-----'],
  ['udiv r0, r1, r2', [0xfbb1, 0xf0f2], { 1: 0xffff_fff9, 2: 2 }, { 0: 0x7fff_fffc }, '-----'],
  ['udiv r0, r1, r2', [0xfbb1, 0xf0f2], { 1: 7, 2: 0 }, { 0: 0 }, '-----'],
];

const saturations: Row[] = [
  ['ssat r0, #8, r1', [0xf301, 0x0007], { 1: 0xc8 }, { 0: 0x7f }, '----Q'],
  ['ssat r0, #8, r1, lsl #4', [0xf301, 0x1007], { 1: 0xffff_fff8 }, { 0: 0xffff_ff80 }, '-----'],
  ['ssat r0, #8, r1, asr #4', [0xf321, 0x1007], { 1: 0x8000_0000 }, { 0: 0xffff_ff80 }, '----Q'],
  ['ssat r0, #32, r1', [0xf301, 0x001f], { 1: 0x8000_0000 }, { 0: 0x8000_0000 }, '-----'],
  ['usat r0, #8, r1', [0xf381, 0x0008], { 1: 0xffff_ffff }, { 0: 0 }, '----Q'],
  ['usat r0, #8, r1, asr #1', [0xf3a1, 0x0048], { 1: 0x1ff }, { 0: 0xff }, '-----'],
  ['usat r0, #0, r1', [0xf381, 0x0000], { 1: 1 }, { 0: 0 }, '----Q'],
  ['ssat16 r0, #8, r1', [0xf321, 0x0007], { 1: 0x100_ff00 }, { 0: 0x7f_ff80 }, '----Q'],
  ['usat16 r0, #8, r1', [0xf3a1, 0x0008], { 1: 0x100_ff00 }, { 0: 0xff_0000 }, '----Q'],
  ['qadd r0, r1, r2', [0xfa82, 0xf081], { 1: 0x7fff_ffff, 2: 1 }, { 0: 0x7fff_ffff }, '----Q'],
  ['qsub r0, r1, r2', [0xfa82, 0xf0a1], { 1: 0x8000_0000, 2: 1 }, { 0: 0x8000_0000 }, '----Q'],
  ['qdadd r0, r1, r2', [0xfa82, 0xf091], { 1: 1, 2: 0x4000_0000 }, { 0: 0x7fff_ffff }, '----Q'],
  ['qdsub r0, r1, r2', [0xfa82, 0xf0b1], { 1: 1, 2: 3 }, { 0: 0xffff_fffb }, '-----'],
];

/** The same with the GE flags after it; before, the middle two are set. */
type ParallelRow = readonly [
  text: string,
  halves: number[],
  before: Registers,
  after: Registers,
  greater: number,
];

const parallels: ParallelRow[] = [
  ['uadd8 r0, r1, r2', [0xfa81, 0xf042], { 1: 0xff01_80ff, 2: 0x101_7f01 }, { 0: 0x2_ff00 }, 0b1001],
  ['sadd8 r0, r1, r2', [0xfa81, 0xf002], { 1: 0x7f80_ff00, 2: 0x1ff_0100 }, { 0: 0x807f_0000 }, 0b1011],
  ['usub8 r0, r1, r2', [0xfac1, 0xf042], { 1: 0x5_0a00, 2: 0x105_0900 }, { 0: 0xff00_0100 }, 0b0111],
  ['ssub8 r0, r1, r2', [0xfac1, 0xf002], { 1: 0x8001_0000, 2: 0x1ff_0000 }, { 0: 0x7f02_0000 }, 0b0111],
  ['uadd16 r0, r1, r2', [0xfa91, 0xf042], { 1: 0xffff_0001, 2: 0x1_0001 }, { 0: 2 }, 0b1100],
  ['sadd16 r0, r1, r2', [0xfa91, 0xf002], { 1: 0x7fff_8000, 2: 0x1_0001 }, { 0: 0x8000_8001 }, 0b1100],
  ['usub16 r0, r1, r2', [0xfad1, 0xf042], { 1: 0x1_0005, 2: 0x2_0004 }, { 0: 0xffff_0001 }, 0b0011],
  ['ssub16 r0, r1, r2', [0xfad1, 0xf002], { 1: 0x8000_0005, 2: 0x1_0004 }, { 0: 0x7fff_0001 }, 0b0011],
  ['sasx r0, r1, r2', [0xfaa1, 0xf002], { 1: 0x1_0002, 2: 0x3_0004 }, { 0: 0x5_ffff }, 0b1100],
  ['usax r0, r1, r2', [0xfae1, 0xf042], { 1: 0x1_0002, 2: 0x3_0004 }, { 0: 0xfffd_0005 }, 0b0000],
  ['qadd8 r0, r1, r2', [0xfa81, 0xf012], { 1: 0x7f80_ff00, 2: 0x1ff_0100 }, { 0: 0x7f80_0000 }, 0b0110],
  ['qsub16 r0, r1, r2', [0xfad1, 0xf012], { 1: 0x8000_0005, 2: 0x1_0004 }, { 0: 0x8000_0001 }, 0b0110],
  ['uqadd8 r0, r1, r2', [0xfa81, 0xf052], { 1: 0xff01_80ff, 2: 0x101_7f01 }, { 0: 0xff02_ffff }, 0b0110],
  ['uqsub16 r0, r1, r2', [0xfad1, 0xf052], { 1: 0x1_0005, 2: 0x2_0004 }, { 0: 1 }, 0b0110],
  ['shadd16 r0, r1, r2', [0xfa91, 0xf022], { 1: 0x7fff_8000, 2: 0x1_0001 }, { 0: 0x4000_c000 }, 0b0110],
  ['uhadd8 r0, r1, r2', [0xfa81, 0xf062], { 1: 0xff01_80ff, 2: 0x101_7f01 }, { 0: 0x8001_7f80 }, 0b0110],
  ['uhsub8 r0, r1, r2', [0xfac1, 0xf062], { 1: 0x5_0a00, 2: 0x105_0900 }, { 0: 0xff00_0000 }, 0b0110],
  ['shasx r0, r1, r2', [0xfaa1, 0xf022], { 1: 0x1_0002, 2: 0x3_0004 }, { 0: 0x2_ffff }, 0b0110],
  ['sel r0, r1, r2', [0xfaa1, 0xf082], { 1: 0x1122_3344, 2: 0xaabb_ccdd }, { 0: 0xaa22_33dd }, 0b0110],
];

type Wide = (x: bigint, y: bigint, high: bigint, low: bigint) => bigint;

const both = (high: bigint, low: bigint) => (high << 32n) | low;
const signed = (x: bigint) => BigInt.asIntN(32, x);
const HALF = 1n << 31n;

/** Results of two words, in numbers of any size: x and y in r1 and r2, the upper word in r3, the lower one in r0. */
const longProducts: (readonly [string, number[], Wide])[] = [
  ['umull r0, r3, r1, r2', [0xfba1, 0x0302], (x, y) => x * y],
  ['smull r0, r3, r1, r2', [0xfb81, 0x0302], (x, y) => signed(x) * signed(y)],
  ['umlal r0, r3, r1, r2', [0xfbe1, 0x0302], (x, y, high, low) => x * y + both(high, low)],
  ['smlal r0, r3, r1, r2', [0xfbc1, 0x0302], (x, y, high, low) => signed(x) * signed(y) + both(high, low)],
  ['umaal r0, r3, r1, r2', [0xfbe1, 0x0362], (x, y, high, low) => x * y + high + low],
];

type Upper = (x: bigint, y: bigint, a: bigint) => bigint;

/** Upper words of results, rounded down or to the nearest: x and y are signed, a comes from r3. */
const upperProducts: (readonly [string, number[], Upper])[] = [
  ['smmul r0, r1, r2', [0xfb51, 0xf002], (x, y) => x * y],
  ['smmulr r0, r1, r2', [0xfb51, 0xf012], (x, y) => x * y + HALF],
  ['smmla r0, r1, r2, r3', [0xfb51, 0x3002], (x, y, a) => (a << 32n) + x * y],
  ['smmlar r0, r1, r2, r3', [0xfb51, 0x3012], (x, y, a) => (a << 32n) + x * y + HALF],
  ['smmls r0, r1, r2, r3', [0xfb61, 0x3002], (x, y, a) => (a << 32n) - x * y],
  ['smmlsr r0, r1, r2, r3', [0xfb61, 0x3012], (x, y, a) => (a << 32n) - x * y + HALF],
];

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
);

describe('multiplications and divisions', () => {
  it.each(multiplications)('%s computes what the manual says', (_, halves, before, after, expected) => {
    const r = execute(halves, before);
    expectRegisters(r, after);
    expect(flagsOf(r)).toBe(expected);
  });

  it.each(longProducts)('%s agrees with numbers of any size', (_, halves, model) => {
    const { core, r } = programOf(halves);
    const start = r[15] ?? 0;
    fc.assert(
      fc.property(word, word, word, word, (x, y, high, low) => {
        putRegisters(r, { 0: low, 1: x, 2: y, 3: high, 15: start });
        core.run(1);
        const expected = BigInt.asUintN(64, model(BigInt(x), BigInt(y), BigInt(high), BigInt(low)));
        expectRegisters(r, { 0: Number(expected & 0xffff_ffffn), 3: Number(expected >> 32n) });
      }),
      { numRuns: 300 },
    );
  });

  it.each(upperProducts)('%s agrees with numbers of any size', (_, halves, model) => {
    const { core, r } = programOf(halves);
    const start = r[15] ?? 0;
    fc.assert(
      fc.property(word, word, word, (x, y, a) => {
        putRegisters(r, { 1: x, 2: y, 3: a, 15: start });
        core.run(1);
        const expected = model(signed(BigInt(x)), signed(BigInt(y)), signed(BigInt(a)));
        expectRegisters(r, { 0: Number(BigInt.asUintN(32, expected >> 32n)) });
      }),
      { numRuns: 300 },
    );
  });

  it('a division by zero faults if CCR asks for it', () => {
    // udiv r0, r1, r2
    const { core } = programOf([0xfbb1, 0xf0f2]);
    core.trapsDivisionByZero = true;
    expect(faultOf(core, 1).kind).toBe('division-by-zero');
  });
});

describe('saturations', () => {
  it.each(saturations)(
    '%s stays within its bounds, and sets Q where it had to',
    (_, halves, before, after, expected) => {
      const r = execute(halves, before);
      expectRegisters(r, after);
      expect(flagsOf(r)).toBe(expected);
    },
  );
});

describe('parallel operations', () => {
  it.each(parallels)(
    '%s computes each lane apart, with its GE flags',
    (_, halves, before, after, greater) => {
      const { core, r } = programOf(halves);
      setGreaterFlags(r, 0b0110 << 16);
      expect(r[GREATER]).toBe(0x00ff_ff00);
      putRegisters(r, before);
      core.run(1);
      expectRegisters(r, after);
      expect((flags(r) >>> 16) & 15).toBe(greater);
    },
  );
});
