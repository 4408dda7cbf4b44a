import { BUS_FAULT, MEM_MANAGE, PEND_SV, SV_CALL, SYS_TICK } from '@passfob/emulator/core/exception-numbers';
import { ExceptionState } from '@passfob/emulator/system/exception-state';
import { SystemControl } from '@passfob/emulator/system/scb';
import { describe, expect, it } from 'vitest';

const ICSR = 0xd04;
const VTOR = 0xd08;
const AIRCR = 0xd0c;
const SHPR2 = 0xd1c;
const SHPR3 = 0xd20;
const SHCSR = 0xd24;
const MPU_TYPE = 0xd90;
const ALL = 0xffffffff;

function createSystemControl() {
  const state = new ExceptionState({ onPend: () => undefined, onReady: () => undefined });
  let resetRequests = 0;
  const scb = new SystemControl({
    state,
    controls: { isFpuEnabled: false, trapsDivisionByZero: false },
    onResetRequest: () => resetRequests++,
  });
  scb.reset();
  return { scb, state, resetRequests: () => resetRequests };
}

describe('the System Control Block (ARMv7-M ARM B3.2)', () => {
  it('tells that it is a Cortex-M4 r0p1 with an FPU and without an MPU', () => {
    const { scb } = createSystemControl();
    expect([scb.read(0xd00), scb.read(0xf40), scb.read(MPU_TYPE)]).toEqual([0x410fc241, 0x10110021, 0]);
  });

  it('holds a vector table at multiples of 128', () => {
    const { scb } = createSystemControl();
    scb.write(VTOR, 0x0801007f, ALL);
    expect(scb.read(VTOR)).toBe(0x08010000);
  });

  it('takes PRIGROUP and reset requests with the key only', () => {
    const { scb, state, resetRequests } = createSystemControl();
    scb.write(AIRCR, 0x00000304, ALL);
    expect([state.priorityGroup, resetRequests()]).toEqual([0, 0]);
    scb.write(AIRCR, 0x05fa0300, ALL);
    expect([state.priorityGroup, resetRequests(), scb.read(AIRCR)]).toEqual([3, 0, 0xfa050300]);
    scb.write(AIRCR, 0x05fa0304, ALL);
    expect(resetRequests()).toBe(1);
  });

  it('keeps the priorities of system handlers, written as bytes or words', () => {
    const { scb, state } = createSystemControl();
    scb.write(SHPR2, 0x70000000, 0xff000000);
    scb.write(SHPR3, 0xf0e00000, ALL);
    expect([SV_CALL, PEND_SV, SYS_TICK].map(number => state.priority(number))).toEqual([0x70, 0xe0, 0xf0]);
    expect([scb.read(SHPR2), scb.read(SHPR3)]).toEqual([0x70000000, 0xf0e00000]);
  });

  it('enables faults and shows pending and active handlers in SHCSR', () => {
    const { scb, state } = createSystemControl();
    scb.write(SHCSR, 1 << 17, ALL);
    expect([state.isEnabled(BUS_FAULT), state.isEnabled(MEM_MANAGE)]).toEqual([true, false]);
    state.pend(SV_CALL);
    state.activate(SYS_TICK);
    expect(scb.read(SHCSR)).toBe((1 << 17) | (1 << 15) | (1 << 11));
  });

  it('shows what is pending and active in ICSR, and takes requests for SysTick there', () => {
    const { scb, state } = createSystemControl();
    scb.write(ICSR, 1 << 26, ALL);
    expect(scb.read(ICSR)).toBe((1 << 26) | (SYS_TICK << 12));
    state.activate(SYS_TICK);
    expect(scb.read(ICSR)).toBe((1 << 11) | SYS_TICK);
    state.enable(20, true);
    state.pend(20);
    expect(scb.read(ICSR)).toBe((1 << 11) | SYS_TICK | (1 << 22) | (20 << 12));
  });
});
