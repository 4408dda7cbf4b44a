import { PC } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { FLASH_AT, faultOf, programOf, putRegisters, RAM_AT } from './program.ts';

const DATA_AT = RAM_AT + 0x100;

describe('stores', () => {
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
});
