import { CONTROL, FPSCR, PC, S0, SP } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import {
  expectRegisters,
  FLASH_AT,
  faultOf,
  flagsOf,
  programOf,
  putRegisters,
  RAM_AT,
  type Registers,
} from './program.ts';

const S = (n: number) => S0 + n;
const DATA_AT = RAM_AT + 0x100;

/** Assembly, its half-words, and registers before and after. Before, r1 is the address of the words 1, 2, 3 and 4. */
type Row = readonly [text: string, halves: number[], before: Registers, after: Registers];

const moves: Row[] = [
  ['vldr s3, [r1, #4]', [0xedd1, 0x1a01], {}, { [S(3)]: 2 }],
  ['vldr d2, [r1, #-8]', [0xed11, 0x2b02], { 1: DATA_AT + 8 }, { [S(4)]: 1, [S(5)]: 2 }],
  [
    'vldr d2, [pc, #4]; nop; nop; .word 5, 6',
    [0xed9f, 0x2b01, 0xbf00, 0xbf00, 5, 0, 6, 0],
    {},
    { [S(4)]: 5, [S(5)]: 6 },
  ],
  ['vmov s3, r0', [0xee01, 0x0a90], { 0: 7 }, { [S(3)]: 7 }],
  ['vmov r0, s3', [0xee11, 0x0a90], { [S(3)]: 7 }, { 0: 7 }],
  ['vmov d1, r0, r2', [0xec42, 0x0b11], { 0: 7, 2: 8 }, { [S(2)]: 7, [S(3)]: 8 }],
  ['vmov r0, r2, d1', [0xec52, 0x0b11], { [S(2)]: 7, [S(3)]: 8 }, { 0: 7, 2: 8 }],
  ['vmov s3, s4, r0, r2', [0xec42, 0x0a31], { 0: 7, 2: 8 }, { [S(3)]: 7, [S(4)]: 8 }],
  ['vmov r0, r2, s3, s4', [0xec52, 0x0a31], { [S(3)]: 7, [S(4)]: 8 }, { 0: 7, 2: 8 }],
  ['vmov d1[1], r0', [0xee21, 0x0b10], { 0: 7 }, { [S(3)]: 7 }],
  ['vmov r0, d1[1]', [0xee31, 0x0b10], { [S(3)]: 7 }, { 0: 7 }],
  [
    'vpop {s1-s3}',
    [0xecfd, 0x0a03],
    { [SP]: DATA_AT },
    { [S(1)]: 1, [S(2)]: 2, [S(3)]: 3, [SP]: DATA_AT + 12 },
  ],
  ['vpop {d8}', [0xecbd, 0x8b02], { [SP]: DATA_AT }, { [S(16)]: 1, [S(17)]: 2, [SP]: DATA_AT + 8 }],
  ['vldmia r1!, {d0-d1}', [0xecb1, 0x0b04], {}, { [S(0)]: 1, [S(3)]: 4, 1: DATA_AT + 16 }],
  ['vmrs r0, fpscr', [0xeef1, 0x0a10], { [FPSCR]: 0x0300_0000 }, { 0: 0x0300_0000 }],
  ['vmsr fpscr, r0', [0xeee1, 0x0a10], { 0: 0xffff_ffff }, { [FPSCR]: 0xf7c0_009f }],
  ['vmov.f32 s1, #1.0', [0xeef7, 0x0a00], {}, { [S(1)]: 0x3f80_0000 }],
  ['vmov.f32 s1, #-0.125', [0xeefc, 0x0a00], {}, { [S(1)]: 0xbe00_0000 }],
  ['vmov.f32 s1, s2', [0xeef0, 0x0a41], { [S(2)]: 7 }, { [S(1)]: 7 }],
  ['vabs.f32 s1, s2', [0xeef0, 0x0ac1], { [S(2)]: 0xbf80_0000 }, { [S(1)]: 0x3f80_0000 }],
  ['vneg.f32 s1, s2', [0xeef1, 0x0a41], { [S(2)]: 0x3f80_0000 }, { [S(1)]: 0xbf80_0000 }],
];

const stores = [
  ['vstr s3, [r1]', [0xedc1, 0x1a00], [13, 2, 3, 4], {}],
  ['vstr d2, [r1, #8]', [0xed81, 0x2b02], [1, 2, 14, 15], {}],
  ['vpush {s1-s3}', [0xed6d, 0x0a03], [1, 11, 12, 13], { [SP]: DATA_AT + 4 }],
  ['vpush {d8-d9}', [0xed2d, 0x8b04], [26, 27, 28, 29], { [SP]: DATA_AT }],
  ['vstmia r1, {d0-d1}', [0xec81, 0x0b04], [10, 11, 12, 13], { 1: DATA_AT }],
] as const;

function floatingProgram(halves: readonly number[]) {
  const program = programOf(halves);
  program.core.isFpuEnabled = true;
  for (let index = 0; index < 4; index++) program.core.store(DATA_AT + 4 * index, index + 1);
  program.r[1] = DATA_AT;
  return program;
}

describe('moves of the floating-point unit', () => {
  it.each(moves)('%s moves what the manual says', (_, halves, before, after) => {
    const { core, r } = floatingProgram(halves);
    putRegisters(r, before);
    core.run(1);
    expectRegisters(r, after);
  });

  it.each(stores)('%s stores what the manual says', (_, halves, words, after) => {
    const { core, r } = floatingProgram(halves);
    for (let n = 0; n < 32; n++) r[S(n)] = 10 + n;
    r[SP] = DATA_AT + 16;
    core.run(1);
    expect(words.map((__, index) => core.load(DATA_AT + 4 * index))).toEqual(words);
    expectRegisters(r, after);
  });

  it('VMRS APSR_nzcv takes the flags of FPSCR and leaves Q', () => {
    const { core, r } = floatingProgram([0xeef1, 0xfa10]);
    r[FPSCR] = 0x6000_0000;
    core.run(1);
    expect(flagsOf(r)).toBe('-ZC--');
  });
});

describe('the state of the floating-point unit', () => {
  // vmov s3, r0
  const move = [0xee01, 0x0a90];

  it('a floating-point instruction faults while the unit is disabled', () => {
    const { core, r } = programOf(move);
    expect(faultOf(core, 1)).toMatchObject({ kind: 'no-coprocessor', address: FLASH_AT });
    expectRegisters(r, { [PC]: FLASH_AT, [CONTROL]: 0 });
  });

  it('the first floating-point instruction makes the unit part of the context, once', () => {
    const { core, r } = programOf([...move, ...move]);
    const seen: (number | undefined)[] = [];
    core.isFpuEnabled = true;
    core.onFloatingPointContext = () => seen.push(r[CONTROL]);
    core.run(2);
    expect([seen, r[CONTROL]]).toEqual([[0], 4]);
  });

  it('floating-point arithmetic is refused by a clear text', () => {
    // vadd.f32 s0, s1, s2
    const { core } = programOf([0xee30, 0x0a81]);
    core.isFpuEnabled = true;
    expect(faultOf(core, 1).message).toBe(
      'undefined-instruction at 08000000: floating-point arithmetic is not modelled',
    );
  });
});
