import { LR, NZ, PC, SP } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { expectRegisters, FLASH_AT, faultOf, programOf, putHalves, RAM_AT } from './program.ts';

describe('IT blocks in RAM', () => {
  // cmp r0, #0; it eq; moveq r1, #9
  const block = [0x2800, 0xbf08, 0x2109];

  function inRam(halves: readonly number[]) {
    const program = programOf([]);
    putHalves(program.ram, 0, halves);
    program.r[PC] = RAM_AT;
    return program;
  }

  it('keep their conditions where an interrupt runs the same code in between', () => {
    const { core, r } = inRam(block);
    r[0] = 1;
    core.run(2);
    r[PC] = RAM_AT;
    core.run(3);
    r[PC] = RAM_AT + 4;
    core.run(1);
    expect(r[1]).toBe(0);
  });

  it('leave no condition behind a shorter block with the same IT', () => {
    // cmp r0, #0; itt eq; moveq.w r1, #9; moveq.w r2, #9
    const { core, r, ram } = inRam([0x2800, 0xbf04, 0xf04f, 0x0109, 0xf04f, 0x0209]);
    r[0] = 1;
    core.run(4);
    // cmp r0, #0; itt eq; moveq r1, #9; moveq r2, #9; movs r3, #3
    putHalves(ram, 0, [0x2800, 0xbf04, 0x2109, 0x2209, 0x2303]);
    r[PC] = RAM_AT;
    core.run(5);
    expectRegisters(r, { 1: 0, 2: 0, 3: 3 });
  });

  it('leave no condition to other code in their place', () => {
    const { core, r, ram } = inRam(block);
    r[0] = 1;
    core.run(2);
    // nop; movs r1, #9
    putHalves(ram, 2, [0xbf00, 0x2109]);
    r[PC] = RAM_AT + 2;
    core.run(2);
    expect(r[1]).toBe(9);
  });
});

describe('IT blocks', () => {
  // itete eq; addeq r0, #1; addne r0, #2; addeq r1, #1; addne r1, #2
  const itete = [0xbf0b, 0x3001, 0x3002, 0x3101, 0x3102];

  it('the conditions of an IT block hold when a run begins in its middle', () => {
    const { core, r } = programOf(itete);
    r[NZ] = 0;
    core.run(2);
    core.run(1);
    expectRegisters(r, { 0: 1, [PC]: FLASH_AT + 6 });
  });

  it('an instruction that was decoded before its IT gets its condition', () => {
    const { core, r } = programOf(itete);
    r[PC] = FLASH_AT + 2;
    core.run(1);
    r[0] = 0;
    r[PC] = FLASH_AT;
    r[NZ] = 1;
    core.run(5);
    expectRegisters(r, { 0: 2, 1: 2 });
  });

  it('an IT block loses its conditions with the code that is forgotten', () => {
    const { core, r, flash } = programOf(itete);
    core.run(5);
    // movs r0, #7; movs r1, #7
    putHalves(flash, 2, [0x2007, 0x2107]);
    core.forget(FLASH_AT, 6);
    r[PC] = FLASH_AT + 2;
    core.run(2);
    expectRegisters(r, { 0: 7, 1: 7 });
  });

  it('an IT whose block reaches into forgotten code fixes its conditions again', () => {
    const { core, r } = programOf(itete);
    core.run(5);
    core.forget(FLASH_AT + 4, 100);
    r[PC] = FLASH_AT;
    r[0] = 0;
    r[1] = 0;
    r[NZ] = 0;
    core.run(5);
    expectRegisters(r, { 0: 1, 1: 1 });
  });

  it('an IT block in RAM executes each of its instructions under its condition, also when it changes', () => {
    const { core, r, ram } = programOf([]);
    for (const [nz, expected] of [
      [0, 1],
      [1, 2],
    ] as const) {
      putHalves(ram, 0, itete);
      Object.assign(r, { 0: 0, 1: 0, [NZ]: nz, [PC]: RAM_AT });
      core.run(5);
      expectRegisters(r, { 0: expected, 1: expected });
    }
    // movs r0, #9 in the place of an instruction that had a condition
    putHalves(ram, 0, [0xbf00, 0x2009]);
    Object.assign(r, { [NZ]: 1, [PC]: RAM_AT });
    core.run(2);
    expectRegisters(r, { 0: 9 });
  });
});

describe('branches', () => {
  it.each([
    ['bx r0', [0x4700], { [PC]: FLASH_AT + 0x20 }],
    ['blx r0', [0x4780], { [PC]: FLASH_AT + 0x20, [LR]: FLASH_AT + 3 }],
    ['ldr pc, [r1], #4', [0xf851, 0xfb04], { [PC]: FLASH_AT + 0x20, 1: RAM_AT + 4 }],
    ['pop {pc}', [0xbd00], { [PC]: FLASH_AT + 0x20, [SP]: RAM_AT + 4 }],
  ] as const)('%s to an even address faults there, after it has done the rest', (_, halves, after) => {
    const { core, r } = programOf(halves);
    core.store(RAM_AT, FLASH_AT + 0x20);
    Object.assign(r, { 0: FLASH_AT + 0x20, 1: RAM_AT, [SP]: RAM_AT });
    expect(faultOf(core, 1)).toMatchObject({ kind: 'invalid-state', address: FLASH_AT + 0x20 });
    expectRegisters(r, after);
  });
});
