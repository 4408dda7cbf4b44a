import { CONTROL, IPSR, LR, SP } from '@passfob/emulator/core/places';
import { describeFault } from '@passfob/emulator/system/fault-report';
import { describe, expect, it } from 'vitest';
import { createMachine, logging, MAIN, SCS, SPIN, STACK } from './machine.ts';

const CFSR = 0xd28;
const HFSR = 0xd2c;
const BFAR = 0xd38;
const FORCED = 1 << 30;
/** SHCSR: BusFault and UsageFault enabled. */
const ENABLED = (1 << 17) | (1 << 18);

const HANDLERS = { 512: logging(3), 544: logging(5), 576: logging(6), 608: [SPIN] };
const VECTORS = { 3: 0x261, 5: 0x221, 6: 0x241 };
const UDF = 0xde00;
/** MOV.W r0, #0x60000000; LDR r1, [r0] */
const LOAD_FROM_NOWHERE = [0xf04f, 0x40c0, 0x6801, SPIN];

describe('faults (ARMv7-M ARM B1.5.14)', () => {
  it('an undefined instruction is a UsageFault with the address of the instruction', () => {
    const machine = createMachine({ code: { ...HANDLERS, [MAIN]: [0xbf00, UDF] }, vectors: VECTORS });
    machine.setScs(SCS.SHCSR, ENABLED);
    machine.processor.runUntil(14);
    expect([machine.places[IPSR], machine.scs(CFSR), machine.scs(HFSR)]).toEqual([6, 1 << 16, 0]);
    expect(machine.word(STACK - 8)).toBe(MAIN + 2);
  });

  it('a load from nowhere is a BusFault with the address in BFAR', () => {
    const machine = createMachine({ code: { ...HANDLERS, [MAIN]: LOAD_FROM_NOWHERE }, vectors: VECTORS });
    machine.setScs(SCS.SHCSR, ENABLED);
    machine.processor.runUntil(14);
    expect([machine.places[IPSR], machine.scs(CFSR), machine.scs(BFAR)]).toEqual([5, 0x8200, 0x60000000]);
    machine.setScs(CFSR, 0x8000);
    expect(machine.scs(CFSR)).toBe(0x200);
  });

  it('a fault that is not enabled, or not let in by a mask, is a HardFault', () => {
    for (const [shcsr, mask] of [
      [0, 0xbf00],
      [ENABLED, 0xb672 /* CPSID I */],
    ] as const) {
      const machine = createMachine({ code: { ...HANDLERS, [MAIN]: [mask, UDF] }, vectors: VECTORS });
      machine.setScs(SCS.SHCSR, shcsr);
      machine.processor.runUntil(100);
      expect([machine.places[IPSR], machine.scs(CFSR), machine.scs(HFSR)]).toEqual([3, 1 << 16, FORCED]);
      expect(machine.processor.faults).toHaveLength(1);
    }
  });

  it('a fault in HardFault locks the processor up until a reset, while time goes on', () => {
    const machine = createMachine({ code: { [MAIN]: [UDF], 512: [UDF] }, vectors: { 3: 0x201 } });
    let alarms = 0;
    machine.timeline.at(500, () => alarms++);
    expect(machine.processor.runUntil(1000)).toBe('due');
    expect([machine.processor.isLockedUp, alarms, machine.processor.instructions]).toEqual([true, 1, 0]);
    expect(machine.processor.faults.map(({ exception }) => exception)).toEqual([3, 0]);
    machine.processor.reset();
    expect([machine.processor.isLockedUp, machine.pc]).toEqual([false, MAIN]);
  });

  it('a handler at an even address is a fault of its first instruction (B1.5.5)', () => {
    const machine = createMachine({
      code: { ...HANDLERS, [MAIN]: [0xdf00] },
      vectors: { ...VECTORS, 11: 0x200 },
    });
    machine.processor.runUntil(100);
    expect([machine.places[IPSR], machine.scs(CFSR)]).toEqual([3, 1 << 17]);
  });

  it('a frame that does not fit on the stack is a fault of the stack (B1.5.6, STKERR)', () => {
    const machine = createMachine({
      code: { ...HANDLERS, [MAIN]: [0xdf00] },
      vectors: { ...VECTORS, 11: 0x201 },
    });
    machine.places[SP] = 0x10000010;
    machine.processor.runUntil(100);
    expect(machine.scs(CFSR)).toBe(1 << 12);
    // HardFault itself runs, on a stack that is not there.
    expect([machine.places[IPSR], machine.processor.isLockedUp]).toEqual([3, false]);
  });

  it('a jump to an EXC_RETURN outside exceptions finds no instruction', () => {
    const machine = createMachine({ code: { ...HANDLERS, [MAIN]: [0x4770 /* BX LR */] }, vectors: VECTORS });
    machine.places[LR] = 0xfffffff9 | 0;
    machine.processor.runUntil(100);
    expect([machine.places[IPSR], machine.scs(CFSR)]).toEqual([3, 1 << 8]);
  });

  it.each([
    ['0xFFFFFFF0 is none', 0xfffffff1 & ~0x11],
    ['no handler lies below', 0xfffffff1],
    ['its frame is one of a handler', 0xfffffff9],
  ])('an invalid return is a UsageFault: %s (B1.5.8, INVPC)', (_name, link) => {
    const machine = createMachine({
      code: { ...HANDLERS, [MAIN]: [0xdf00] },
      vectors: { ...VECTORS, 11: 0x201 },
    });
    machine.setScs(SCS.SHCSR, ENABLED);
    machine.processor.runUntil(13);
    machine.places[LR] = link | 1;
    machine.setWord(STACK - 4, machine.word(STACK - 4) | 4);
    machine.processor.runUntil(60);
    expect(machine.scs(CFSR)).toBe(1 << 18);
    expect(machine.values()).toContain(6);
  });

  it('an instruction of a floating-point unit that CPACR denies is a UsageFault (B1.5.7, NOCP)', () => {
    const VMOV = [0xee00, 0x0a10, SPIN]; // VMOV S0, r0
    const machine = createMachine({ code: { ...HANDLERS, [MAIN]: VMOV }, vectors: VECTORS });
    machine.processor.runUntil(100);
    expect(machine.scs(CFSR)).toBe(1 << 19);
    machine.processor.reset();
    machine.setScs(0xd88, 0x00f00000);
    machine.setScs(0xf3c, 0x00c00000);
    machine.processor.runUntil(200);
    expect([machine.pc, machine.control & 4]).toEqual([MAIN + 4, 4]);
  });

  it('a division by zero gives 0, or is a UsageFault if CCR.DIV_0_TRP asks for it', () => {
    const SDIV = [0xfb91, 0xf0f2, SPIN]; // SDIV r0, r1, r2
    const machine = createMachine({ code: { ...HANDLERS, [MAIN]: SDIV }, vectors: VECTORS });
    machine.places[1] = 7;
    machine.processor.runUntil(100);
    expect([machine.places[0], machine.scs(CFSR)]).toEqual([0, 0]);
    machine.processor.reset();
    machine.setScs(SCS.CCR, 0x210);
    machine.processor.runUntil(200);
    expect(machine.scs(CFSR)).toBe(1 << 25);
  });
});

it('the report of a fault says where the processor was', () => {
  const machine = createMachine({ code: { ...HANDLERS, [MAIN]: LOAD_FROM_NOWHERE }, vectors: VECTORS });
  machine.places[7] = 0x777;
  machine.places[CONTROL] = 0;
  machine.places[SP] = STACK - 8;
  machine.setWord(STACK - 8, 0x11223344);
  machine.processor.runUntil(100);
  const [report] = machine.processor.faults;
  expect(report && describeFault(report)).toBe(
    `
HardFault: data-bus at 60000000
  pc 00000104  lr ffffffff  sp 20000ff8  xpsr 01000000
  r0 to r12
    60000000 00000000 00000000 00000000 00000000 00000000 00000000 00000777
    00000000 00000000 00000000 00000000 00000000
  stack
    11223344 00000000`.trim(),
  );
});
