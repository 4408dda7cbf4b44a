import { ProcessorFault } from '@passfob/emulator/core/fault';
import { LR, PC } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { execute, FLASH_AT, faultOf, programOf, putHalves, RAM_AT } from './program.ts';

describe('the run of a core', () => {
  it('the run of a core counts its instructions exactly, also while one of them executes', () => {
    const seen: number[] = [];
    // 1: nop; ldr r0, [r1]; nop; b 1b
    const program = programOf([0xbf00, 0x6808, 0xbf00, 0xe7fb], {
      read: () => seen.push(program.core.executed),
      write: () => {},
    });
    program.r[1] = 0x4000_0000;
    program.core.run(10);
    program.core.run(3);
    expect(program.core.executed).toBe(13);
    expect(seen).toEqual([1, 5, 9]);
  });

  it('the run of a core ends behind the instruction that stopped it, and is counted so', () => {
    // str r0, [r1]; nop; nop
    const program = programOf([0x6008, 0xbf00, 0xbf00], {
      read: () => 0,
      write: () => program.core.stop(),
    });
    program.r[1] = 0x4000_0000;
    program.core.run(3);
    expect([program.core.executed, program.r[PC]]).toEqual([1, FLASH_AT + 2]);
    program.core.run(1);
    expect([program.core.executed, program.r[PC]]).toEqual([2, FLASH_AT + 4]);
  });

  it('the run of a core ends where the PC becomes an EXC_RETURN', () => {
    // bx lr
    const { core, r } = programOf([0x4770]);
    r[LR] = 0xffff_fff9;
    core.run(10);
    expect([core.executed, (r[PC] ?? 0) >>> 0]).toEqual([1, 0xffff_fff8]);
  });

  it('a fault leaves the PC at the instruction, and does not count it', () => {
    // nop; ldr r0, [r1]
    const { core, r } = programOf([0xbf00, 0x6808]);
    r[1] = 0x4000_0000;
    expect(faultOf(core, 5)).toMatchObject({ kind: 'data-bus', address: 0x4000_0000 });
    expect([core.executed, r[PC]]).toEqual([1, FLASH_AT + 2]);
  });

  it.each([0x1000_0000, 0x4000_0000, 0x6000_0000, 0xe000_0000])(
    'code cannot run at %i, where there is no memory',
    address => {
      // bx r0
      const { core, r } = programOf([0x4700]);
      r[0] = address + 1;
      expect(faultOf(core, 2)).toMatchObject({ kind: 'instruction-bus', address });
      expect((r[PC] ?? 0) >>> 0).toBe(address);
    },
  );

  it('the quotient of the smallest number and -1 wraps around', () => {
    // sdiv r0, r1, r2
    const r = execute([0xfb91, 0xf0f2], { 1: 0x8000_0000, 2: -1 });
    expect((r[0] ?? 0) >>> 0).toBe(0x8000_0000);
  });

  it('an unknown instruction is named in the fault', () => {
    // an unused encoding of 32 bits
    const { core } = programOf([0xfb80, 0x0050]);
    const fault = faultOf(core, 1);
    expect(fault).toBeInstanceOf(ProcessorFault);
    expect(fault.message).toBe('undefined-instruction at 08000000: fb800050');
  });

  it('the flash answers at address 0, too, and code there knows its own address', () => {
    // adr r0, .+4; ldr r1, [pc, #0]; .word
    const { core, r } = programOf([0xa000, 0x4900, 0x5678, 0x1234]);
    r[PC] = 0;
    core.run(2);
    expect([r[0], r[1], r[PC]]).toEqual([4, 0x1234_5678, 4]);
    r[PC] = FLASH_AT;
    core.run(2);
    expect([r[0], r[PC]]).toEqual([FLASH_AT + 4, FLASH_AT + 4]);
  });

  it('flash code changes where it is told to forget it', () => {
    const { core, r, flash } = programOf([0x2001, 0x2101]);
    core.run(2);
    // movs r0, #2; movs r1, #2
    putHalves(flash, 0, [0x2002, 0x2102]);
    r[PC] = FLASH_AT;
    core.run(2);
    expect([r[0], r[1]]).toEqual([1, 1]);
    core.forget(FLASH_AT, 4);
    r[PC] = FLASH_AT;
    core.run(2);
    expect([r[0], r[1]]).toEqual([2, 2]);
  });

  it('code at the alias of the flash is forgotten by its address in the flash', () => {
    // movs r0, #1
    const { core, r, flash } = programOf([0x2001]);
    for (const value of [1, 2]) {
      putHalves(flash, 0, [0x2000 | value]);
      core.forget(FLASH_AT, 2);
      r[PC] = 0;
      core.run(1);
      expect(r[0]).toBe(value);
    }
  });

  it('stop does nothing outside of a run', () => {
    const { core } = programOf([0xbf00, 0xbf00]);
    core.stop();
    core.run(2);
    core.stop();
    expect(core.executed).toBe(2);
  });

  it('code in RAM changes when it is written', () => {
    // movs r0, #1; strh r2, [r3]; movs r1, #1
    const { core, r, ram } = programOf([]);
    putHalves(ram, 0, [0x2001, 0x801a, 0x2101]);
    // movs r1, #9, over the third instruction
    r[2] = 0x2109;
    r[3] = RAM_AT + 4;
    r[PC] = RAM_AT;
    core.run(3);
    expect([r[0], r[1], r[PC]]).toEqual([1, 9, RAM_AT + 6]);
  });
});
