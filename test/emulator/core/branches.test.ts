import { CARRY, LR, NZ, OVERFLOW, PC, SP } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import {
  execute,
  expectRegisters,
  FLASH_AT,
  faultOf,
  flagsOf,
  programOf,
  putHalves,
  RAM_AT,
} from './program.ts';

/** Flags as N, Z, C and V of a text, and the condition codes that hold for them (ARMv7-M ARM A7.3). */
const conditions = [
  ['----', ['ne', 'cc', 'pl', 'vc', 'ls', 'ge', 'gt']],
  ['N---', ['ne', 'cc', 'mi', 'vc', 'ls', 'lt', 'le']],
  ['-Z--', ['eq', 'cc', 'pl', 'vc', 'ls', 'ge', 'le']],
  ['--C-', ['ne', 'cs', 'pl', 'vc', 'hi', 'ge', 'gt']],
  ['---V', ['ne', 'cc', 'pl', 'vs', 'ls', 'lt', 'le']],
  ['N--V', ['ne', 'cc', 'mi', 'vs', 'ls', 'ge', 'gt']],
  ['-ZC-', ['eq', 'cs', 'pl', 'vc', 'ls', 'ge', 'le']],
  ['N-CV', ['ne', 'cs', 'mi', 'vs', 'hi', 'ge', 'gt']],
] as const;
const codes = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le'] as const;

function putFlags(r: Int32Array, text: string): void {
  r[NZ] = text.includes('Z') ? 0 : text.includes('N') ? -1 : 1;
  r[CARRY] = text.includes('C') ? 1 : 0;
  r[OVERFLOW] = text.includes('V') ? -1 : 0;
}

describe('conditions', () => {
  it.each(conditions)('with flags %s, these conditions branch and no others: %s', (text, holding) => {
    const branching = codes.filter((_, code) => {
      // b<code> .+8
      const { core, r } = programOf([0xd002 | (code << 8)]);
      putFlags(r, text);
      core.run(1);
      return r[PC] === FLASH_AT + 8;
    });
    expect(branching).toEqual(holding);
  });

  it.each(conditions)(
    'with flags %s, an IT block executes under these conditions and no others: %s',
    (text, holding) => {
      const executing = codes.filter((_, code) => {
        // it <code>; mov<code> r0, #1
        const { core, r } = programOf([0xbf08 | (code << 4), 0x2001]);
        putFlags(r, text);
        core.run(2);
        return r[0] === 1;
      });
      expect(executing).toEqual(holding);
    },
  );
});

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

  it('an IT block executes each of its instructions under its condition', () => {
    expectRegisters(execute(itete, { [NZ]: 0 }), { 0: 1, 1: 1 });
    expectRegisters(execute(itete, { [NZ]: 1 }), { 0: 2, 1: 2 });
  });

  it('data processing of 16 bits sets no flags in an IT block', () => {
    // it ne; lslne r0, r0, #1: the result is 0
    const r = execute([0xbf18, 0x0040], { 0: 0x8000_0000, [NZ]: 1 });
    expect([r[0], flagsOf(r)]).toEqual([0, '-----']);
  });

  it('a comparison sets flags in an IT block, and the rest of the block obeys them', () => {
    // itt eq; cmpeq r0, #0; moveq r1, #1
    const r = execute([0xbf04, 0x2800, 0x2101], { 0: 5, [NZ]: 0 });
    expect([r[1], flagsOf(r)]).toEqual([0, '--C--']);
  });

  it('data processing of 32 bits sets flags in an IT block where it says so', () => {
    // itt eq; addeq.w r0, r0, #1; addseq.w r0, r0, #1
    const r = execute([0xbf04, 0xf100, 0x0001, 0xf110, 0x0001], { 0: -2, [NZ]: 0 });
    expect([r[0], flagsOf(r)]).toEqual([0, '-ZC--']);
  });

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

  it('a branch that ends an IT block is taken under its condition', () => {
    // it lt; bxlt lr
    const halves = [0xbfb8, 0x4770];
    expectRegisters(execute(halves, { [NZ]: -1, [LR]: FLASH_AT + 0x21 }), { [PC]: FLASH_AT + 0x20 });
    expectRegisters(execute(halves, { [NZ]: 1, [LR]: FLASH_AT + 0x21 }), { [PC]: FLASH_AT + 4 });
  });
});

describe('branches', () => {
  it.each([
    ['b .-0x100', [0xe77e], {}, { [PC]: FLASH_AT - 0x100 }],
    ['b.w .+0x2000', [0xf001, 0xbffe], {}, { [PC]: FLASH_AT + 0x2000 }],
    ['beq.w .+0x800', [0xf000, 0x83fe], { [NZ]: 0 }, { [PC]: FLASH_AT + 0x800 }],
    ['beq.w .+0x800, not taken', [0xf000, 0x83fe], { [NZ]: 1 }, { [PC]: FLASH_AT + 4 }],
    ['bl .+0x1000', [0xf000, 0xfffe], {}, { [PC]: FLASH_AT + 0x1000, [LR]: FLASH_AT + 5 }],
    ['blx r3', [0x4798], { 3: FLASH_AT + 0x21 }, { [PC]: FLASH_AT + 0x20, [LR]: FLASH_AT + 3 }],
    ['blx lr', [0x47f0], { [LR]: FLASH_AT + 0x21 }, { [PC]: FLASH_AT + 0x20, [LR]: FLASH_AT + 3 }],
    ['bx lr', [0x4770], { [LR]: FLASH_AT + 0x21 }, { [PC]: FLASH_AT + 0x20 }],
    ['cbz r0, .+8', [0xb110], { 0: 0 }, { [PC]: FLASH_AT + 8 }],
    ['cbz r0, .+8, not taken', [0xb110], { 0: 1 }, { [PC]: FLASH_AT + 2 }],
    ['cbnz r0, .+8', [0xb910], { 0: 1 }, { [PC]: FLASH_AT + 8 }],
    ['cbnz r0, .+8, not taken', [0xb910], { 0: 0 }, { [PC]: FLASH_AT + 2 }],
    ['tbb [pc, r0]', [0xe8df, 0xf000, 0x0302, 0x0504], { 0: 1 }, { [PC]: FLASH_AT + 4 + 2 * 3 }],
    ['tbh [pc, r0, lsl #1]', [0xe8df, 0xf010, 0x0002, 0x0123], { 0: 1 }, { [PC]: FLASH_AT + 4 + 2 * 0x123 }],
    ['add pc, r0', [0x4487], { 0: 9 }, { [PC]: FLASH_AT + 12 }],
    ['mov pc, r0', [0x4687], { 0: FLASH_AT + 0x20 }, { [PC]: FLASH_AT + 0x20 }],
  ] as const)('%s goes on where the manual says', (_, halves, before, after) => {
    expectRegisters(execute(halves, before, 1), after);
  });

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
