import {
  ASLEEP,
  BASEPRI,
  CARRY,
  CONTROL,
  EVENT,
  FAULTMASK,
  FOR_EVENT,
  FOR_INTERRUPT,
  GREATER,
  IPSR,
  NZ,
  OTHER_SP,
  OVERFLOW,
  PC,
  PRIMASK,
  SATURATED,
  SP,
} from '@passfob/emulator/core/places';
import { programStatus } from '@passfob/emulator/core/status';
import { describe, expect, it } from 'vitest';
import { execute, expectRegisters, FLASH_AT, faultOf, programOf } from './program.ts';

/** The numbers of special registers in MRS and MSR (ARMv7-M ARM B5.1.1). */
const NUMBERS = {
  apsr: 0,
  xpsr: 3,
  ipsr: 5,
  msp: 8,
  psp: 9,
  primask: 16,
  basepri: 17,
  basepri_max: 18,
  faultmask: 19,
  control: 20,
};
type Special = keyof typeof NUMBERS;

/** MRS r0, and MSR from r0; of APSR, all of its parts. */
const mrs = (name: Special) => [0xf3ef, 0x8000 | NUMBERS[name]];
const msr = (name: Special) => [0xf380, (name === 'apsr' ? 0x8c00 : 0x8800) | NUMBERS[name]];

const HANDLER = { [IPSR]: 15 };
const UNPRIVILEGED = { [CONTROL]: 1 };

describe('special registers', () => {
  it('MRS reads the flags, the exception and both stack pointers', () => {
    const state = {
      [NZ]: -1,
      [CARRY]: 1,
      [OVERFLOW]: -1,
      [SATURATED]: 1,
      [GREATER]: 0xff00_00ff,
      [IPSR]: 15,
      [SP]: 0x2000_0100,
      [OTHER_SP]: 0x2000_0200,
    };
    const read = (name: Special) => (execute(mrs(name), state)[0] ?? 0) >>> 0;
    expect(read('apsr')).toBe(0xb809_0000);
    expect(read('xpsr')).toBe(0xb809_000f);
    expect(read('ipsr')).toBe(15);
    expect([read('msp'), read('psp')]).toEqual([0x2000_0100, 0x2000_0200]);
    expect(programStatus(execute([], state, 0)) >>> 0).toBe(0xb909_000f);
  });

  it.each([0, 0x8000_0000, 0x4000_0000, 0x2000_0000, 0x1000_0000, 0x0800_0000, 0xb80f_0000, 0x000a_0000])(
    'MSR sets the flags of %i, and MRS reads them again',
    value => {
      const { core, r } = programOf([...msr('apsr'), ...mrs('apsr')]);
      r[0] = value;
      core.run(1);
      r[0] = 0xffff;
      core.run(1);
      expectRegisters(r, { 0: value });
    },
  );

  it.each([
    ['primask', PRIMASK, 0xffff_ffff, 1],
    ['basepri', BASEPRI, 0xffff_ff5a, 0x50],
    ['faultmask', FAULTMASK, 0xffff_ffff, 1],
  ] as const)('MSR %s keeps the bits that exist', (name, place, value, kept) => {
    const r = execute(msr(name), { 0: value });
    expect(r[place]).toBe(kept);
    expectRegisters(execute(mrs(name), { [place]: kept }), { 0: kept });
  });

  it('BASEPRI_MAX only ever masks more', () => {
    const raised = (before: number, value: number) =>
      execute(msr('basepri_max'), { 0: value, [BASEPRI]: before })[BASEPRI];
    expect([raised(0, 0x80), raised(0x80, 0x40), raised(0x40, 0x80), raised(0x40, 0)]).toEqual([
      0x80, 0x40, 0x40, 0x40,
    ]);
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

  it('MSR MSP and PSP find each stack pointer, whichever is in use', () => {
    expectRegisters(execute(msr('msp'), { 0: 0x2000_0103 }), { [SP]: 0x2000_0100 });
    expectRegisters(execute(msr('psp'), { 0: 0x2000_0100 }), { [OTHER_SP]: 0x2000_0100 });
    expectRegisters(execute(msr('psp'), { 0: 0x2000_0100, [CONTROL]: 2 }), { [SP]: 0x2000_0100 });
    expectRegisters(execute(msr('msp'), { 0: 0x2000_0100, [CONTROL]: 2 }), { [OTHER_SP]: 0x2000_0100 });
  });

  it('unprivileged software changes nothing but the flags', () => {
    for (const name of ['msp', 'primask', 'basepri', 'faultmask'] as const) {
      const before = { ...UNPRIVILEGED, 0: 0x11, [SP]: 0x2000_0100 };
      expectRegisters(execute(msr(name), before), {
        [SP]: 0x2000_0100,
        [PRIMASK]: 0,
        [BASEPRI]: 0,
        [FAULTMASK]: 0,
      });
    }
    expectRegisters(execute(mrs('msp'), { ...UNPRIVILEGED, 0: 5 }), { 0: 0 });
    // cpsid i
    expectRegisters(execute([0xb672], UNPRIVILEGED), { [PRIMASK]: 0 });
    expectRegisters(execute(msr('apsr'), { ...UNPRIVILEGED, 0: 0x2000_0000 }), { [CARRY]: 1 });
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

  it('hints and barriers do nothing', () => {
    // nop; yield; dsb; dmb; isb; nop.w; movs r0, #1
    const halves = [0xbf00, 0xbf10, 0xf3bf, 0x8f4f, 0xf3bf, 0x8f5f, 0xf3bf, 0x8f6f, 0xf3af, 0x8000, 0x2001];
    expectRegisters(execute(halves), { 0: 1, [PC]: FLASH_AT + 22, [ASLEEP]: 0 });
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
