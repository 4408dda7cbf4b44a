import { describe, expect, it } from 'vitest';
import { execute, expectRegisters, flagsOf, type Registers } from './program.ts';

/** Assembly, its half-words, registers before and after, and the flags after it; all flags are clear before. */
type Row = readonly [text: string, halves: number[], before: Registers, after: Registers, flags: string];

const narrow: Row[] = [
  ['lsls r0, r1, #4', [0x0108], { 1: 0xf000_0001 }, { 0: 0x10 }, '--C--'],
  ['lsrs r0, r1, #32', [0x0808], { 1: 0x8000_0000 }, { 0: 0 }, '-ZC--'],
  ['asrs r0, r1, #32', [0x1008], { 1: 0x8000_0000 }, { 0: 0xffff_ffff }, 'N-C--'],
  ['adds r0, r1, r2', [0x1888], { 1: 0x7fff_ffff, 2: 1 }, { 0: 0x8000_0000 }, 'N--V-'],
  ['subs r0, r1, r2', [0x1a88], { 1: 5, 2: 5 }, { 0: 0 }, '-ZC--'],
  ['adds r0, r1, #7', [0x1dc8], { 1: 0xffff_fff9 }, { 0: 0 }, '-ZC--'],
  ['subs r0, r1, #7', [0x1fc8], { 1: 3 }, { 0: 0xffff_fffc }, 'N----'],
  ['movs r0, #255', [0x20ff], {}, { 0: 0xff }, '-----'],
  ['cmp r0, #255', [0x28ff], { 0: 0xfe }, { 0: 0xfe }, 'N----'],
  ['adds r0, #200', [0x30c8], { 0: 0x64 }, { 0: 0x12c }, '-----'],
  ['subs r0, #200', [0x38c8], { 0: 0x8000_0000 }, { 0: 0x7fff_ff38 }, '--CV-'],
  ['ands r0, r1', [0x4008], { 0: 0xff00, 1: 0xff0 }, { 0: 0xf00 }, '-----'],
  ['eors r0, r1', [0x4048], { 0: 0xff00, 1: 0xff00 }, { 0: 0 }, '-Z---'],
  ['lsls r0, r1', [0x4088], { 0: 1, 1: 0xffff_ff1f }, { 0: 0x8000_0000 }, 'N----'],
  ['lsrs r0, r1', [0x40c8], { 0: 0x8000_0000, 1: 0x1f }, { 0: 1 }, '-----'],
  ['asrs r0, r1', [0x4108], { 0: 0x8000_0000, 1: 0x28 }, { 0: 0xffff_ffff }, 'N-C--'],
  ['adcs r0, r1', [0x4148], { 0: 1, 1: 2 }, { 0: 3 }, '-----'],
  ['sbcs r0, r1', [0x4188], { 0: 5, 1: 2 }, { 0: 2 }, '--C--'],
  ['rors r0, r1', [0x41c8], { 0: 1, 1: 1 }, { 0: 0x8000_0000 }, 'N-C--'],
  ['tst r0, r1', [0x4208], { 0: 1, 1: 2 }, { 0: 1 }, '-Z---'],
  ['negs r0, r1', [0x4248], { 1: 0x8000_0000 }, { 0: 0x8000_0000 }, 'N--V-'],
  ['cmp r0, r1', [0x4288], { 0: 3, 1: 2 }, { 0: 3 }, '--C--'],
  ['cmn r0, r1', [0x42c8], { 0: 1, 1: 0xffff_ffff }, { 0: 1 }, '-ZC--'],
  ['orrs r0, r1', [0x4308], { 0: 0xf0, 1: 0xf }, { 0: 0xff }, '-----'],
  ['muls r0, r1, r0', [0x4348], { 0: 0x1_0001, 1: 0xffff }, { 0: 0xffff_ffff }, 'N----'],
  ['bics r0, r1', [0x4388], { 0: 0xff, 1: 0xf }, { 0: 0xf0 }, '-----'],
  ['mvns r0, r1', [0x43c8], { 1: 0xffff_0000 }, { 0: 0xffff }, '-----'],
  ['add r8, r9', [0x44c8], { 8: 1, 9: 2 }, { 8: 3 }, '-----'],
  ['add r0, pc', [0x4478], { 0: 1 }, { 0: 0x800_0005 }, '-----'],
  ['cmp r8, r1', [0x4588], { 8: 1, 1: 2 }, { 8: 1 }, 'N----'],
  ['mov r0, r12', [0x4660], { 12: 0x8000_0000 }, { 0: 0x8000_0000 }, '-----'],
  ['mov r0, pc', [0x4678], {}, { 0: 0x800_0004 }, '-----'],
  ['adr r0, .+4+8', [0xa002], {}, { 0: 0x800_000c }, '-----'],
  ['add r0, sp, #8', [0xa802], { 13: 0x2000_0100 }, { 0: 0x2000_0108 }, '-----'],
  ['add sp, #8', [0xb002], { 13: 0x2000_0100 }, { 13: 0x2000_0108 }, '-----'],
  ['sub sp, #8', [0xb082], { 13: 0x2000_0100 }, { 13: 0x2000_00f8 }, '-----'],
];

const wide: Row[] = [
  ['and.w r0, r1, r2, lsl #8', [0xea01, 0x2002], { 1: 0xffff, 2: 0xff }, { 0: 0xff00 }, '-----'],
  ['ands.w r0, r1, r2, lsr #1', [0xea11, 0x0052], { 1: 0, 2: 1 }, { 0: 0 }, '-ZC--'],
  ['ands.w r0, r1, #0x80000000', [0xf011, 0x4000], { 1: 0xffff_ffff }, { 0: 0x8000_0000 }, 'N-C--'],
  ['tst.w r1, #0x00ff00ff', [0xf011, 0x1fff], { 1: 0xff00_ff00 }, { 1: 0xff00_ff00 }, '-Z---'],
  ['tst.w r1, r2, asr #31', [0xea11, 0x7fe2], { 1: 0x80, 2: 0x8000_0000 }, { 1: 0x80 }, '-----'],
  ['bic.w r0, r1, #0xff', [0xf021, 0x00ff], { 1: 0x1234 }, { 0: 0x1200 }, '-----'],
  ['bics.w r0, r1, r2, ror #8', [0xea31, 0x2032], { 1: 0xff00_00ff, 2: 0xff }, { 0: 0xff }, '--C--'],
  ['orr.w r0, r1, #0xabababab', [0xf041, 0x30ab], { 1: 0x10 }, { 0: 0xabab_abbb }, '-----'],
  ['orrs.w r0, r1, r2', [0xea51, 0x0002], { 1: 0, 2: 0x8000_0000 }, { 0: 0x8000_0000 }, 'N----'],
  ['mov.w r0, r8, lsl #3', [0xea4f, 0x00c8], { 8: 3 }, { 0: 0x18 }, '-----'],
  ['movs.w r0, r8, rrx', [0xea5f, 0x0038], { 8: 3 }, { 0: 1 }, '--C--'],
  ['mov.w r0, #0xff000000', [0xf04f, 0x407f], {}, { 0: 0xff00_0000 }, '-----'],
  ['mov.w r8, sp', [0xea4f, 0x080d], { 13: 0x2000_0100 }, { 8: 0x2000_0100 }, '-----'],
  ['orn r0, r1, r2', [0xea61, 0x0002], { 1: 1, 2: 0xffff_fffd }, { 0: 3 }, '-----'],
  ['orn r0, r1, #0xfffffff0', [0xf041, 0x000f], { 1: 0x80 }, { 0: 0x8f }, '-----'],
  ['mvn.w r0, #0xff00ff00', [0xf06f, 0x20ff], {}, { 0: 0xff_00ff }, '-----'],
  ['mvns.w r0, r1, lsl #31', [0xea7f, 0x70c1], { 1: 0 }, { 0: 0xffff_ffff }, 'N----'],
  ['eor.w r0, r1, r2, asr #4', [0xea81, 0x1022], { 1: 1, 2: 0x8000_0000 }, { 0: 0xf800_0001 }, '-----'],
  ['eors.w r0, r1, #0xff', [0xf091, 0x00ff], { 1: 0xff }, { 0: 0 }, '-Z---'],
  ['teq r1, r2', [0xea91, 0x0f02], { 1: 5, 2: 5 }, { 1: 5 }, '-Z---'],
  ['teq r1, #0xff00ff00', [0xf091, 0x2fff], { 1: 0xff_00ff }, { 1: 0xff_00ff }, 'N----'],
  ['add.w r0, r1, r2, lsl #2', [0xeb01, 0x0082], { 1: 0x1000, 2: 3 }, { 0: 0x100c }, '-----'],
  ['adds.w r0, r1, #0x80000000', [0xf111, 0x4000], { 1: 0x8000_0000 }, { 0: 0 }, '-ZCV-'],
  ['add.w sp, sp, r1', [0xeb0d, 0x0d01], { 13: 0x2000_0100, 1: 0x23 }, { 13: 0x2000_0120 }, '-----'],
  ['add.w r0, sp, #0x400', [0xf50d, 0x6080], { 13: 0x2000_0100 }, { 0: 0x2000_0500 }, '-----'],
  ['cmn.w r1, r2, lsl #1', [0xeb11, 0x0f42], { 1: 0xffff_fffe, 2: 1 }, { 1: 0xffff_fffe }, '-ZC--'],
  ['cmn.w r1, #0xff', [0xf111, 0x0fff], { 1: 0x7fff_ffff }, { 1: 0x7fff_ffff }, 'N--V-'],
  ['adc.w r0, r1, #0', [0xf141, 0x0000], { 1: 1 }, { 0: 1 }, '-----'],
  ['adcs.w r0, r1, r2, lsr #4', [0xeb51, 0x1012], { 1: 0xffff_ffff, 2: 0x10 }, { 0: 0 }, '-ZC--'],
  ['sbc.w r0, r1, r2', [0xeb61, 0x0002], { 1: 1, 2: 0 }, { 0: 0 }, '-----'],
  ['sbcs.w r0, r1, #0', [0xf171, 0x0000], { 1: 0 }, { 0: 0xffff_ffff }, 'N----'],
  ['sub.w r0, r1, r2, ror #4', [0xeba1, 0x1032], { 1: 0, 2: 0x10 }, { 0: 0xffff_ffff }, '-----'],
  ['subs.w r0, r1, #0x100', [0xf5b1, 0x7080], { 1: 0x100 }, { 0: 0 }, '-ZC--'],
  ['cmp.w sp, #0x20000000', [0xf1bd, 0x5f00], { 13: 0x2000_0000 }, { 13: 0x2000_0000 }, '-ZC--'],
  ['cmp.w r1, r2, lsl #31', [0xebb1, 0x7fc2], { 1: 0x7fff_ffff, 2: 1 }, { 1: 0x7fff_ffff }, 'N--V-'],
  ['rsb r0, r1, #0x80000000', [0xf1c1, 0x4000], { 1: 1 }, { 0: 0x7fff_ffff }, '-----'],
  ['rsbs r0, r1, r2, lsl #1', [0xebd1, 0x0042], { 1: 3, 2: 2 }, { 0: 1 }, '--C--'],
  ['lsl.w r0, r1, r2', [0xfa01, 0xf002], { 1: 1, 2: 0x20 }, { 0: 0 }, '-----'],
  ['lsrs.w r0, r1, r2', [0xfa31, 0xf002], { 1: 0x8000_0000, 2: 0x20 }, { 0: 0 }, '-ZC--'],
  ['asr.w r0, r1, r2', [0xfa41, 0xf002], { 1: 0x8000_0000, 2: 0xff }, { 0: 0xffff_ffff }, '-----'],
  ['rors.w r0, r1, r2', [0xfa71, 0xf002], { 1: 0x8000_0001, 2: 0x20 }, { 0: 0x8000_0001 }, 'N-C--'],
  [
    'pkhbt r0, r1, r2, lsl #16',
    [0xeac1, 0x4002],
    { 1: 0x1111_2222, 2: 0x3333_4444 },
    { 0: 0x4444_2222 },
    '-----',
  ],
  [
    'pkhtb r0, r1, r2, asr #32',
    [0xeac1, 0x0022],
    { 1: 0x1111_2222, 2: 0x8000_0000 },
    { 0: 0x1111_ffff },
    '-----',
  ],
];

const bitFields: Row[] = [
  ['adr.w r0, .+4+12', [0xf20f, 0x000c], {}, { 0: 0x800_0010 }, '-----'],
  ['nop; adr.w r0, .-2', [0xbf00, 0xf2af, 0x0004], {}, { 0: 0x800_0000 }, '-----'],
  ['addw r0, r1, #0xabc', [0xf601, 0x20bc], { 1: 1 }, { 0: 0xabd }, '-----'],
  ['subw r0, r1, #0xabc', [0xf6a1, 0x20bc], { 1: 0x1000 }, { 0: 0x544 }, '-----'],
  ['movw r0, #0xabcd', [0xf64a, 0x30cd], { 0: 0xffff_ffff }, { 0: 0xabcd }, '-----'],
  ['movt r0, #0xabcd', [0xf6ca, 0x30cd], { 0: 0x1111_2222 }, { 0: 0xabcd_2222 }, '-----'],
  ['sbfx r0, r1, #4, #8', [0xf341, 0x1007], { 1: 0xff0 }, { 0: 0xffff_ffff }, '-----'],
  ['sbfx r0, r1, #0, #32', [0xf341, 0x001f], { 1: 0x8000_0001 }, { 0: 0x8000_0001 }, '-----'],
  ['ubfx r0, r1, #4, #8', [0xf3c1, 0x1007], { 1: 0xabcd }, { 0: 0xbc }, '-----'],
  ['ubfx r0, r1, #0, #32', [0xf3c1, 0x001f], { 1: 0x8000_0001 }, { 0: 0x8000_0001 }, '-----'],
  ['bfc r0, #4, #8', [0xf36f, 0x100b], { 0: 0xffff_ffff }, { 0: 0xffff_f00f }, '-----'],
  ['bfc r0, #0, #32', [0xf36f, 0x001f], { 0: 0xffff_ffff }, { 0: 0 }, '-----'],
  ['bfi r0, r1, #28, #4', [0xf361, 0x701f], { 0: 0, 1: 0x1234_56fa }, { 0: 0xa000_0000 }, '-----'],
  ['rev r0, r1', [0xba08], { 1: 0x1122_3344 }, { 0: 0x4433_2211 }, '-----'],
  ['rev16 r0, r1', [0xba48], { 1: 0x1122_3344 }, { 0: 0x2211_4433 }, '-----'],
  ['revsh r0, r1', [0xbac8], { 1: 0x1122_3380 }, { 0: 0xffff_8033 }, '-----'],
  ['rev.w r0, r8', [0xfa98, 0xf088], { 8: 0x1122_33ff }, { 0: 0xff33_2211 }, '-----'],
  ['rev16.w r0, r8', [0xfa98, 0xf098], { 8: 0x1122_3344 }, { 0: 0x2211_4433 }, '-----'],
  ['revsh.w r0, r8', [0xfa98, 0xf0b8], { 8: 0x7f80 }, { 0: 0xffff_807f }, '-----'],
  ['rbit r0, r1', [0xfa91, 0xf0a1], { 1: 0x8000_0013 }, { 0: 0xc800_0001 }, '-----'],
  ['clz r0, r1', [0xfab1, 0xf081], { 1: 0x1_0000 }, { 0: 0xf }, '-----'],
  ['clz r0, r1', [0xfab1, 0xf081], { 1: 0 }, { 0: 0x20 }, '-----'],
];

const extensions: Row[] = [
  ['sxth r0, r1', [0xb208], { 1: 0x1234_8000 }, { 0: 0xffff_8000 }, '-----'],
  ['sxtb r0, r1', [0xb248], { 1: 0x1234_5680 }, { 0: 0xffff_ff80 }, '-----'],
  ['uxth r0, r1', [0xb288], { 1: 0x1234_8000 }, { 0: 0x8000 }, '-----'],
  ['uxtb r0, r1', [0xb2c8], { 1: 0x1234_5680 }, { 0: 0x80 }, '-----'],
  ['sxth.w r0, r8, ror #8', [0xfa0f, 0xf098], { 8: 0xff12_3456 }, { 0: 0x1234 }, '-----'],
  ['sxtb.w r0, r8, ror #24', [0xfa4f, 0xf0b8], { 8: 0xff12_3456 }, { 0: 0xffff_ffff }, '-----'],
  ['uxth.w r0, r8, ror #16', [0xfa1f, 0xf0a8], { 8: 0xff12_3456 }, { 0: 0xff12 }, '-----'],
  ['uxtb.w r0, r8', [0xfa5f, 0xf088], { 8: 0xff12_3456 }, { 0: 0x56 }, '-----'],
  ['sxtb16 r0, r1', [0xfa2f, 0xf081], { 1: 0x80_0181 }, { 0: 0xff80_ff81 }, '-----'],
  ['uxtb16 r0, r1, ror #8', [0xfa3f, 0xf091], { 1: 0x1122_3344 }, { 0: 0x11_0033 }, '-----'],
  ['sxtah r0, r1, r2', [0xfa01, 0xf082], { 1: 1, 2: 0xffff }, { 0: 0 }, '-----'],
  ['uxtah r0, r1, r2', [0xfa11, 0xf082], { 1: 1, 2: 0xffff }, { 0: 0x1_0000 }, '-----'],
  ['sxtab r0, r1, r2', [0xfa41, 0xf082], { 1: 0, 2: 0x80 }, { 0: 0xffff_ff80 }, '-----'],
  ['uxtab r0, r1, r2, ror #8', [0xfa51, 0xf092], { 1: 1, 2: 0xff00 }, { 0: 0x100 }, '-----'],
  ['sxtab16 r0, r1, r2', [0xfa21, 0xf082], { 1: 1, 2: 0xff_00ff }, { 0: 0xffff_0000 }, '-----'],
  ['uxtab16 r0, r1, r2', [0xfa31, 0xf082], { 1: 0xffff_ffff, 2: 0x1_0001 }, { 0: 0 }, '-----'],
];

describe('data processing of 16 bits', () => {
  it.each(narrow)(
    '%s computes the register and the flags that the manual says',
    (_, halves, before, after, flags) => {
      const r = execute(halves, before);
      expectRegisters(r, after);
      expect(flagsOf(r)).toBe(flags);
    },
  );
});

describe('data processing of 32 bits', () => {
  it.each(wide)(
    '%s computes the register and the flags that the manual says',
    (_, halves, before, after, flags) => {
      const r = execute(halves, before);
      expectRegisters(r, after);
      expect(flagsOf(r)).toBe(flags);
    },
  );
});

describe('plain immediates and bit fields', () => {
  it.each(bitFields)(
    '%s computes the register and the flags that the manual says',
    (_, halves, before, after, flags) => {
      const r = execute(halves, before);
      expectRegisters(r, after);
      expect(flagsOf(r)).toBe(flags);
    },
  );
});

describe('extensions', () => {
  it.each(extensions)(
    '%s computes the register and the flags that the manual says',
    (_, halves, before, after, flags) => {
      const r = execute(halves, before);
      expectRegisters(r, after);
      expect(flagsOf(r)).toBe(flags);
    },
  );
});
