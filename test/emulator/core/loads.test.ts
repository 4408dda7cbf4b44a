import { PC, SP } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import {
  expectRegisters,
  FLASH_AT,
  faultOf,
  type Program,
  programOf,
  putRegisters,
  RAM_AT,
  type Registers,
} from './program.ts';

/** Assembly, its half-words, and registers before and after it. */
type Load = readonly [text: string, halves: number[], before: Registers, after: Registers];

/** 0x100 bytes behind the beginning of the RAM, bytes begin that count from 0x81. */
const loads: Load[] = [
  ['ldr r0, [r1]', [0x6808], { 1: 0x2000_0100 }, { 0: 0x8483_8281 }],
  ['ldr r0, [r1, #4]', [0x6848], { 1: 0x2000_0100 }, { 0: 0x8887_8685 }],
  ['ldr r0, [sp, #8]', [0x9802], { 13: 0x2000_00f8 }, { 0: 0x8483_8281 }],
  ['ldr r0, [r1, r2]', [0x5888], { 1: 0x2000_0100, 2: 1 }, { 0: 0x8584_8382 }],
  ['ldrh r0, [r1, r2]', [0x5a88], { 1: 0x2000_0100, 2: 1 }, { 0: 0x8382 }],
  ['ldrb r0, [r1, r2]', [0x5c88], { 1: 0x2000_0100, 2: 3 }, { 0: 0x84 }],
  ['ldrsh r0, [r1, r2]', [0x5e88], { 1: 0x2000_0100, 2: 3 }, { 0: 0xffff_8584 }],
  ['ldrsb r0, [r1, r2]', [0x5688], { 1: 0x2000_0100, 2: 0 }, { 0: 0xffff_ff81 }],
  ['ldrh r0, [r1, #2]', [0x8848], { 1: 0x2000_0100 }, { 0: 0x8483 }],
  ['ldrb r0, [r1, #2]', [0x7888], { 1: 0x2000_0100 }, { 0: 0x83 }],
  ['ldr.w r0, [r1, #0x100]', [0xf8d1, 0x0100], { 1: 0x2000_0000 }, { 0: 0x8483_8281 }],
  ['ldr.w r0, [r1, #-4]', [0xf851, 0x0c04], { 1: 0x2000_0104 }, { 0: 0x8483_8281 }],
  ['ldr.w r0, [r1, r2, lsl #3]', [0xf851, 0x0032], { 1: 0x2000_0000, 2: 0x20 }, { 0: 0x8483_8281 }],
  ['ldr r0, [r1], #4', [0xf851, 0x0b04], { 1: 0x2000_0100 }, { 0: 0x8483_8281, 1: 0x2000_0104 }],
  ['ldr r0, [r1, #4]!', [0xf851, 0x0f04], { 1: 0x2000_0100 }, { 0: 0x8887_8685, 1: 0x2000_0104 }],
  ['ldr r0, [r1, #-4]!', [0xf851, 0x0d04], { 1: 0x2000_0104 }, { 0: 0x8483_8281, 1: 0x2000_0100 }],
  ['ldrt r0, [r1, #4]', [0xf851, 0x0e04], { 1: 0x2000_0100 }, { 0: 0x8887_8685 }],
  ['ldrh.w r0, [r1, #0x101]', [0xf8b1, 0x0101], { 1: 0x2000_0000 }, { 0: 0x8382 }],
  ['ldrh r0, [r1], #-2', [0xf831, 0x0902], { 1: 0x2000_0100 }, { 0: 0x8281, 1: 0x2000_00fe }],
  ['ldrb.w r0, [r1, #-1]', [0xf811, 0x0c01], { 1: 0x2000_0102 }, { 0: 0x82 }],
  ['ldrb r0, [r1], #1', [0xf811, 0x0b01], { 1: 0x2000_0100 }, { 0: 0x81, 1: 0x2000_0101 }],
  ['ldrsh.w r0, [r1, #0x102]', [0xf9b1, 0x0102], { 1: 0x2000_0000 }, { 0: 0xffff_8483 }],
  ['ldrsb.w r0, [r1, r2, lsl #1]', [0xf911, 0x0012], { 1: 0x2000_0100, 2: 1 }, { 0: 0xffff_ff83 }],
  ['ldrsb r0, [r1, #1]!', [0xf911, 0x0f01], { 1: 0x2000_0100 }, { 0: 0xffff_ff82, 1: 0x2000_0101 }],
  ['ldrd r0, r2, [r1, #-8]', [0xe951, 0x0202], { 1: 0x2000_0108 }, { 0: 0x8483_8281, 2: 0x8887_8685 }],
  [
    'ldrd r0, r2, [r1], #8',
    [0xe8f1, 0x0202],
    { 1: 0x2000_0100 },
    { 0: 0x8483_8281, 2: 0x8887_8685, 1: 0x2000_0108 },
  ],
  [
    'ldrd r0, r2, [r1, #8]!',
    [0xe9f1, 0x0202],
    { 1: 0x2000_00f8 },
    { 0: 0x8483_8281, 2: 0x8887_8685, 1: 0x2000_0100 },
  ],
  [
    'ldmia r1, {r0, r2}',
    [0xe891, 0x0005],
    { 1: 0x2000_0100 },
    { 0: 0x8483_8281, 2: 0x8887_8685, 1: 0x2000_0100 },
  ],
  ['ldmia r1!, {r0, r2}', [0xc905], { 1: 0x2000_0100 }, { 0: 0x8483_8281, 2: 0x8887_8685, 1: 0x2000_0108 }],
  [
    'ldmia r1, {r0, r1, r2}',
    [0xc907],
    { 1: 0x2000_0100 },
    { 0: 0x8483_8281, 1: 0x8887_8685, 2: 0x8c8b_8a89 },
  ],
  [
    'ldmia.w r8!, {r0, r9}',
    [0xe8b8, 0x0201],
    { 8: 0x2000_0100 },
    { 0: 0x8483_8281, 9: 0x8887_8685, 8: 0x2000_0108 },
  ],
  [
    'ldmdb r8, {r0, r9}',
    [0xe918, 0x0201],
    { 8: 0x2000_0108 },
    { 0: 0x8483_8281, 9: 0x8887_8685, 8: 0x2000_0108 },
  ],
  [
    'ldmdb r8!, {r0, r9}',
    [0xe938, 0x0201],
    { 8: 0x2000_0108 },
    { 0: 0x8483_8281, 9: 0x8887_8685, 8: 0x2000_0100 },
  ],
  ['pop {r0, r2}', [0xbc05], { 13: 0x2000_0100 }, { 0: 0x8483_8281, 2: 0x8887_8685, 13: 0x2000_0108 }],
  [
    'pop.w {r0, r8}',
    [0xe8bd, 0x0101],
    { 13: 0x2000_0100 },
    { 0: 0x8483_8281, 8: 0x8887_8685, 13: 0x2000_0108 },
  ],
  ['ldr r8, [sp], #4', [0xf85d, 0x8b04], { 13: 0x2000_0100 }, { 8: 0x8483_8281, 13: 0x2000_0104 }],
  ['ldrex r0, [r1, #4]', [0xe851, 0x0f01], { 1: 0x2000_00fc }, { 0: 0x8483_8281 }],
  ['ldrexh r0, [r1]', [0xe8d1, 0x0f5f], { 1: 0x2000_0102 }, { 0: 0x8483 }],
  ['ldrexb r0, [r1]', [0xe8d1, 0x0f4f], { 1: 0x2000_0101 }, { 0: 0x82 }],
  ['ldr r0, [pc, #0]; nop; .word 0x12345678', [0x4800, 0xbf00, 0x5678, 0x1234], {}, { 0: 0x1234_5678 }],
  [
    'ldr.w r0, [pc, #4]; nop; nop; .word 0x12345678',
    [0xf8df, 0x0004, 0xbf00, 0xbf00, 0x5678, 0x1234],
    {},
    { 0: 0x1234_5678 },
  ],
  [
    'ldrsh.w r0, [pc, #4]; nop; nop; .word 0x1234ff78',
    [0xf9bf, 0x0004, 0xbf00, 0xbf00, 0xff78, 0x1234],
    {},
    { 0: 0xffff_ff78 },
  ],
  ['ldrd r0, r1, [pc, #0]; .word 1, 2', [0xe9df, 0x0100, 0x0001, 0x0000, 0x0002, 0x0000], {}, { 0: 1, 1: 2 }],
  ['pld [r1, #64]; ldrb r0, [r1]', [0xf891, 0xf040, 0x7808], { 1: 0x2000_0100 }, { 0: 0x81 }],
];

/**
 * Assembly, its half-words, registers before it, words 0x100 bytes behind the beginning of the RAM, and registers after
 * it. Before it, r0 is 0x44332211, r1 the address of the words.
 */
type Store = readonly [text: string, halves: number[], before: Registers, words: number[], after: Registers];

const stores: Store[] = [
  ['str r0, [r1]', [0x6008], {}, [0x4433_2211, 0, 0], {}],
  ['str r0, [r1, #4]', [0x6048], {}, [0, 0x4433_2211, 0], {}],
  ['str r0, [r1, r2]', [0x5088], { 2: 1 }, [0x3322_1100, 0x44, 0], {}],
  ['strh r0, [r1, r2]', [0x5288], { 2: 1 }, [0x22_1100, 0, 0], {}],
  ['strb r0, [r1, r2]', [0x5488], { 2: 3 }, [0x1100_0000, 0, 0], {}],
  ['strh r0, [r1, #2]', [0x8048], {}, [0x2211_0000, 0, 0], {}],
  ['strb r0, [r1, #2]', [0x7088], {}, [0x11_0000, 0, 0], {}],
  ['str r0, [sp, #4]', [0x9001], { 13: 0x2000_0100 }, [0, 0x4433_2211, 0], {}],
  ['str.w r0, [r1, #6]', [0xf8c1, 0x0006], {}, [0, 0x2211_0000, 0x4433], {}],
  ['str.w r0, [r8, #-4]', [0xf848, 0x0c04], { 8: 0x2000_0104 }, [0x4433_2211, 0, 0], {}],
  ['str.w r0, [r1, r2, lsl #2]', [0xf841, 0x0022], { 2: 1 }, [0, 0x4433_2211, 0], {}],
  ['str r0, [r1], #4', [0xf841, 0x0b04], {}, [0x4433_2211, 0, 0], { 1: 0x2000_0104 }],
  ['str r0, [r1, #4]!', [0xf841, 0x0f04], {}, [0, 0x4433_2211, 0], { 1: 0x2000_0104 }],
  ['strh.w r0, [r1, #4]', [0xf8a1, 0x0004], {}, [0, 0x2211, 0], {}],
  ['strh r0, [r1], #2', [0xf821, 0x0b02], {}, [0x2211, 0, 0], { 1: 0x2000_0102 }],
  ['strb.w r0, [r1, #5]', [0xf881, 0x0005], {}, [0, 0x1100, 0], {}],
  ['strb r0, [r1, #1]!', [0xf801, 0x0f01], {}, [0x1100, 0, 0], { 1: 0x2000_0101 }],
  ['strbt r0, [r1, #1]', [0xf801, 0x0e01], {}, [0x1100, 0, 0], {}],
  ['strd r0, r3, [r1, #4]', [0xe9c1, 0x0301], { 3: 7 }, [0, 0x4433_2211, 7], {}],
  ['strd r0, r3, [r1], #8', [0xe8e1, 0x0302], { 3: 7 }, [0x4433_2211, 7, 0], { 1: 0x2000_0108 }],
  ['stmia r1!, {r0, r3}', [0xc109], { 3: 7 }, [0x4433_2211, 7, 0], { 1: 0x2000_0108 }],
  ['stmia.w r1, {r0, r3, r9}', [0xe881, 0x0209], { 3: 7, 9: 9 }, [0x4433_2211, 7, 9], { 1: 0x2000_0100 }],
  [
    'stmdb r1!, {r0, r3}',
    [0xe921, 0x0009],
    { 1: 0x2000_0108, 3: 7 },
    [0x4433_2211, 7, 0],
    { 1: 0x2000_0100 },
  ],
  ['push {r0, r3, lr}', [0xb509], { 3: 7, 13: 0x2000_010c, 14: 5 }, [0x4433_2211, 7, 5], { 13: 0x2000_0100 }],
  ['push.w {r0, r9}', [0xe92d, 0x0201], { 9: 7, 13: 0x2000_0108 }, [0x4433_2211, 7, 0], { 13: 0x2000_0100 }],
  ['str r9, [sp, #-4]!', [0xf84d, 0x9d04], { 9: 7, 13: 0x2000_0108 }, [0, 7, 0], { 13: 0x2000_0104 }],
];

const DATA_AT = RAM_AT + 0x100;

/** Returns a program whose RAM holds the bytes that `loads` tells of. */
function loadingProgram(halves: readonly number[]): Program {
  const program = programOf(halves);
  for (let index = 0; index < 64; index++) program.ram[0x100 + index] = 0x81 + index;
  return program;
}

describe('loads', () => {
  it.each(loads)('%s loads what the memory holds', (text, halves, before, after) => {
    const { core, r } = loadingProgram(halves);
    putRegisters(r, before);
    core.run(text.startsWith('pld') ? 2 : 1);
    expectRegisters(r, after);
  });

  it.each([
    ['ldr pc, [r1]', [0xf8d1, 0xf000], {}],
    ['ldr pc, [r1], #4', [0xf851, 0xfb04], { 1: DATA_AT + 4 }],
    ['ldmia r1!, {r0, pc}', [0xe8b1, 0x8001], { 0: FLASH_AT + 0x41, 1: DATA_AT + 8 }],
    ['pop {r0, pc}', [0xbd01], { 0: FLASH_AT + 0x41, [SP]: DATA_AT + 8 }],
  ] as const)('%s branches to the address that it loads', (_, halves, after) => {
    const { core, r } = programOf(halves);
    core.store(DATA_AT, FLASH_AT + 0x41);
    core.store(DATA_AT + 4, FLASH_AT + 0x41);
    putRegisters(r, { 1: DATA_AT, [SP]: DATA_AT });
    core.run(1);
    expectRegisters(r, { [PC]: FLASH_AT + 0x40, ...after });
  });
});

describe('stores', () => {
  it.each(stores)('%s stores where the manual says', (_, halves, before, words, after) => {
    const { core, r } = programOf(halves);
    putRegisters(r, { 0: 0x4433_2211, 1: DATA_AT, ...before });
    core.run(1);
    expect(words.map((__, index) => core.load(DATA_AT + 4 * index) >>> 0)).toEqual(words);
    expectRegisters(r, after);
  });

  it('writes to the flash go to the bus', () => {
    const written: unknown[] = [];
    // str r0, [r1]; strh r0, [r1]; strb r0, [r1]
    const { core, r, flash } = programOf([0x6008, 0x8008, 0x7008], {
      read: () => 0,
      write: (...write) => written.push(write),
    });
    putRegisters(r, { 0: 0x8765_4321, 1: FLASH_AT + 0x100 });
    core.run(3);
    expect(written).toEqual([
      [FLASH_AT + 0x100, 0x8765_4321, 4],
      [FLASH_AT + 0x100, 0x4321, 2],
      [FLASH_AT + 0x100, 0x21, 1],
    ]);
    expect(flash[0x100]).toBe(0);
  });
});

describe('faults of loads and stores', () => {
  it.each([
    ['ldmia r1!, {r0, r2}', [0xc905]],
    ['stmia r1!, {r0, r2}', [0xc105]],
    ['ldrd r0, r2, [r1]', [0xe9d1, 0x0200]],
    ['strd r0, r2, [r1]', [0xe9c1, 0x0200]],
    ['ldrex r0, [r1]', [0xe851, 0x0f00]],
    ['strex r0, r2, [r1]', [0xe841, 0x2000]],
  ] as const)('%s refuses an address that is no multiple of four', (_, halves) => {
    const { core, r } = programOf(halves);
    r[1] = DATA_AT + 2;
    expect(faultOf(core, 1)).toMatchObject({ kind: 'unaligned', address: DATA_AT + 2 });
    expect([r[0], r[1], r[PC]]).toEqual([0, DATA_AT + 2, FLASH_AT]);
  });

  it.each([
    ['ldr r0, [r1], #4', [0xf851, 0x0b04]],
    ['ldr r0, [r1, #4]!', [0xf851, 0x0f04]],
    ['str r0, [r1], #4', [0xf841, 0x0b04]],
    ['ldmia r1, {r0, r1, r2}', [0xc907]],
    ['ldmia r1!, {r0, r2}', [0xc905]],
    ['stmia r1!, {r0, r2}', [0xc105]],
    ['ldrd r0, r2, [r1], #8', [0xe8f1, 0x0202]],
  ] as const)('%s leaves its base where nothing answers', (_, halves) => {
    const { core, r } = programOf(halves);
    // The first words of the longer ones still lie in RAM.
    const base = RAM_AT + 0x1000 - (halves[0] === 0xc907 ? 8 : halves.length === 1 ? 4 : 0);
    r[1] = base;
    expect(faultOf(core, 1)).toMatchObject({ kind: 'data-bus' });
    expect([r[1], r[PC]]).toEqual([base, FLASH_AT]);
  });
});

describe('exclusive accesses', () => {
  // ldrex r0, [r1]; strex r2, r3, [r1]; strex r4, r3, [r1]
  const halves = [0xe851, 0x0f00, 0xe841, 0x3200, 0xe841, 0x3400];

  it('a store succeeds once after a load of the same address', () => {
    const { core, r } = programOf(halves);
    putRegisters(r, { 1: DATA_AT, 3: 5 });
    core.run(3);
    expect([r[2], r[4], core.load(DATA_AT)]).toEqual([0, 1, 5]);
  });

  it('a store fails after CLREX', () => {
    // ldrex r0, [r1]; clrex; strex r2, r3, [r1]
    const { core, r } = programOf([0xe851, 0x0f00, 0xf3bf, 0x8f2f, 0xe841, 0x3200]);
    putRegisters(r, { 1: DATA_AT, 3: 5 });
    core.run(3);
    expect([r[2], core.load(DATA_AT)]).toEqual([1, 0]);
  });
});
