import {
  ASLEEP,
  BASEPRI,
  CONTROL,
  EVENT,
  FAULTMASK,
  FOR_EVENT,
  FOR_INTERRUPT,
  IPSR,
  OTHER_SP,
  PC,
  SP,
} from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { execute, expectRegisters, FLASH_AT, faultOf, programOf } from './program.ts';

/** The numbers of special registers in MRS and MSR (ARMv7-M ARM B5.1.1). */
const NUMBERS = { primask: 16, basepri: 17, faultmask: 19, control: 20 };
type Special = keyof typeof NUMBERS;

/** MRS r0, and MSR from r0. */
const mrs = (name: Special) => [0xf3ef, 0x8000 | NUMBERS[name]];
const msr = (name: Special) => [0xf380, 0x8800 | NUMBERS[name]];

const HANDLER = { [IPSR]: 15 };

describe('special registers', () => {
  it('MRS reads CONTROL, and MSR BASEPRI keeps its four bits', () => {
    expectRegisters(execute(mrs('control'), { [CONTROL]: 6 }), { 0: 6 });
    expectRegisters(execute(msr('basepri'), { 0: 0xffff_ff5a }), { [BASEPRI]: 0x50 });
  });

  it('FAULTMASK cannot be set in NMI and HardFault, but be cleared', () => {
    for (const exception of [2, 3]) {
      expect(execute(msr('faultmask'), { 0: 1, [IPSR]: exception })[FAULTMASK]).toBe(0);
      // cpsid f
      expect(execute([0xb671], { [IPSR]: exception })[FAULTMASK]).toBe(0);
      // cpsie f
      expect(execute([0xb661], { [IPSR]: exception, [FAULTMASK]: 1 })[FAULTMASK]).toBe(0);
    }
  });

  it('CONTROL changes the stack in thread mode only', () => {
    const stacks = { [SP]: 0x2000_0100, [OTHER_SP]: 0x2000_0200 };
    expectRegisters(execute(msr('control'), { ...stacks, 0: 2 }), {
      [SP]: 0x2000_0200,
      [OTHER_SP]: 0x2000_0100,
      [CONTROL]: 2,
    });
    expectRegisters(execute(msr('control'), { ...stacks, ...HANDLER, 0: 2 }), { ...stacks, [CONTROL]: 0 });
  });
});

describe('instructions that end a run', () => {
  it.each([
    ['cpsie i', [0xb662], {}],
    ['cpsie f', [0xb661], {}],
    ['msr primask, r0', msr('primask'), {}],
    ['msr basepri, r0', msr('basepri'), {}],
    ['wfi', [0xbf30], { [ASLEEP]: FOR_INTERRUPT }],
    ['wfi.w', [0xf3af, 0x8003], { [ASLEEP]: FOR_INTERRUPT }],
    ['wfe', [0xbf20], { [ASLEEP]: FOR_EVENT }],
    ['svc #5', [0xdf05], {}],
  ] as const)('%s ends the run behind it', (_, halves, after) => {
    const { core, r } = programOf([...halves, 0xbf00, 0xbf00]);
    core.run(3);
    expect(core.executed).toBe(1);
    expectRegisters(r, { [PC]: FLASH_AT + 2 * halves.length, ...after });
  });

  it('WFE consumes an event that SEV has left, and sleeps the next time', () => {
    // sev; wfe; wfe
    const { core, r } = programOf([0xbf40, 0xbf20, 0xbf20]);
    core.run(2);
    expectRegisters(r, { [ASLEEP]: 0, [EVENT]: 0, [PC]: FLASH_AT + 4 });
    core.run(1);
    expectRegisters(r, { [ASLEEP]: FOR_EVENT });
  });

  it('SVC calls the exceptions with the PC behind it', () => {
    const { core, r } = programOf([0xdf05]);
    let calledAt = 0;
    core.onSupervisorCall = () => {
      calledAt = r[PC] ?? 0;
    };
    core.run(1);
    expect(calledAt).toBe(FLASH_AT + 2);
  });

  it.each([
    ['bkpt #3', [0xbe03], 'breakpoint'],
    ['udf #7', [0xde07], 'undefined-instruction'],
    ['udf.w #7', [0xf7f0, 0xa007], 'undefined-instruction'],
    ['mrc p15, 0, r0, c0, c0, 0', [0xee10, 0x0f10], 'no-coprocessor'],
    ['an IT that begins with the code of no condition', [0xbff8], 'undefined-instruction'],
    ['ldmia r0, {r1, sp}, which is unpredictable', [0xe890, 0x2002], 'undefined-instruction'],
  ] as const)('%s faults at its own address', (_, halves, kind) => {
    const { core, r } = programOf(halves);
    expect(faultOf(core, 1)).toMatchObject({ kind, address: FLASH_AT });
    expectRegisters(r, { [PC]: FLASH_AT });
  });
});
