import { FIRST_INTERRUPT, SYS_TICK } from '@passfob/emulator/core/exception-numbers';
import { ExceptionState } from '@passfob/emulator/system/exception-state';
import { Nvic } from '@passfob/emulator/system/nvic';
import { describe, expect, it } from 'vitest';

const ISER1 = 0x104;
const ICER1 = 0x184;
const ISPR1 = 0x204;
const ICPR1 = 0x284;
const IABR1 = 0x304;
const IPR8 = 0x420;
const ALL = 0xffffffff;

function createNvic() {
  let notices = 0;
  const state = new ExceptionState({ onPend: () => undefined, onReady: () => notices++ });
  const nvic = new Nvic(state);
  return { state, nvic, notices: () => notices };
}

describe('the interrupt controller (ARMv7-M ARM B3.4)', () => {
  it('sets and clears enable bits by writing ones, and reads them at both addresses', () => {
    const { nvic, state } = createNvic();
    nvic.write(ISER1, 0b110, ALL);
    nvic.write(ICER1, 0b010, ALL);
    expect([nvic.read(ISER1), nvic.read(ICER1)]).toEqual([0b100, 0b100]);
    expect(state.isEnabled(FIRST_INTERRUPT + 34)).toBe(true);
  });

  it('keeps the upper four bits of a priority, written as a byte', () => {
    const { nvic, state } = createNvic();
    nvic.write(IPR8, 0xffffffff, 0x0000ff00);
    expect(nvic.read(IPR8)).toBe(0x0000f000);
    expect(state.priority(FIRST_INTERRUPT + 33)).toBe(0xf0);
  });

  it('keeps an interrupt pending when its line falls again', () => {
    const { nvic } = createNvic();
    nvic.set(32, true);
    nvic.set(32, false);
    expect(nvic.read(ISPR1)).toBe(1);
    nvic.write(ICPR1, 1, ALL);
    expect(nvic.read(ICPR1)).toBe(0);
  });

  it('cannot clear the pending bit of an interrupt whose line is high', () => {
    const { nvic } = createNvic();
    nvic.set(32, true);
    nvic.write(ICPR1, 1, ALL);
    expect(nvic.read(ISPR1)).toBe(1);
  });

  it('makes an interrupt pending again after its return only while its line is high', () => {
    const { nvic, state } = createNvic();
    nvic.set(32, true);
    state.activate(FIRST_INTERRUPT + 32);
    expect([nvic.read(ISPR1), nvic.read(IABR1)]).toEqual([0, 1]);
    state.deactivate(FIRST_INTERRUPT + 32);
    nvic.sampleAfterReturn(FIRST_INTERRUPT + 32);
    expect([nvic.read(ISPR1), nvic.read(IABR1)]).toEqual([1, 0]);
    state.activate(FIRST_INTERRUPT + 32);
    nvic.set(32, false);
    state.deactivate(FIRST_INTERRUPT + 32);
    nvic.sampleAfterReturn(FIRST_INTERRUPT + 32);
    expect(nvic.read(ISPR1)).toBe(0);
  });

  it('makes interrupts pending by their number in STIR', () => {
    const { nvic } = createNvic();
    nvic.write(0xf00, 37, ALL);
    expect(nvic.read(ISPR1)).toBe(1 << 5);
  });

  it('tells nobody about levels that stay, and about interrupts that are not enabled', () => {
    const { nvic, notices } = createNvic();
    nvic.set(40, true);
    expect(notices()).toBe(0);
    nvic.write(ISER1, 1 << 8, ALL);
    expect(notices()).toBe(1);
    nvic.set(40, true);
    expect(notices()).toBe(1);
  });
});

describe('the first pending exception (ARMv7-M ARM B1.5.4)', () => {
  it('is the one with the highest priority, then the one with the lowest number', () => {
    const { nvic, state } = createNvic();
    nvic.write(ISER1, ALL, ALL);
    for (const number of [35, 33, 34]) nvic.set(number, true);
    expect(state.first).toBe(FIRST_INTERRUPT + 33);
    nvic.write(IPR8, 0x80808080, 0x0000ff00);
    expect(state.first).toBe(FIRST_INTERRUPT + 34);
    state.pend(SYS_TICK);
    expect(state.first).toBe(SYS_TICK);
  });

  it('preempts by the upper part of its priority that PRIGROUP leaves', () => {
    const { state } = createNvic();
    state.priorityGroup = 5;
    expect([state.groupPriority(0x70), state.groupPriority(0xf0), state.groupPriority(-1)]).toEqual([
      0x40, 0xc0, -1,
    ]);
  });
});
