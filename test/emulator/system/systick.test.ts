import { Timeline } from '@passfob/emulator/base/timeline';
import { SYS_TICK } from '@passfob/emulator/core/exception-numbers';
import { ExceptionState } from '@passfob/emulator/system/exception-state';
import { ProcessorClock } from '@passfob/emulator/system/processor-clock';
import { SysTick } from '@passfob/emulator/system/systick';
import { describe, expect, it } from 'vitest';

const CTRL = 0x10;
const LOAD = 0x14;
const VAL = 0x18;
const ALL = 0xffffffff;
const ENABLE = 1;
const TICKINT = 2;
const CLKSOURCE = 4;
const COUNTFLAG = 1 << 16;

function createSysTick() {
  const timeline = new Timeline({ executed: 0, stop: () => undefined }, 1);
  const clock = new ProcessorClock();
  clock.hertz = 84_000_000;
  const state = new ExceptionState({ onPend: () => undefined, onReady: () => undefined });
  const sysTick = new SysTick({ time: timeline, clock, state });
  sysTick.reset();
  const passTo = (ticks: number) => {
    while (timeline.nextDue <= ticks) {
      timeline.moveTo(timeline.nextDue);
      timeline.runDue();
    }
    timeline.moveTo(ticks);
  };
  return { sysTick, clock, state, passTo };
}

describe('SysTick (ARMv7-M ARM B3.3)', () => {
  it('counts down to 0 and goes on from LOAD, with LOAD + 1 counts a period', () => {
    const { sysTick, passTo } = createSysTick();
    sysTick.write(LOAD, 9, ALL);
    sysTick.write(CTRL, ENABLE | CLKSOURCE, ALL);
    const values = [];
    for (let ticks = 0; ticks <= 21; ticks++) {
      passTo(ticks);
      values.push(sysTick.read(VAL));
    }
    expect(values).toEqual([0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9]);
  });

  it('becomes pending where it reaches 0, if TICKINT is set, and sets COUNTFLAG until CTRL is read', () => {
    const { sysTick, state, passTo } = createSysTick();
    sysTick.write(LOAD, 99, ALL);
    sysTick.write(CTRL, ENABLE | TICKINT | CLKSOURCE, ALL);
    passTo(99);
    expect(state.isPending(SYS_TICK)).toBe(false);
    passTo(100);
    expect(state.isPending(SYS_TICK)).toBe(true);
    expect(sysTick.read(CTRL)).toBe(COUNTFLAG | ENABLE | TICKINT | CLKSOURCE);
    expect(sysTick.read(CTRL)).toBe(ENABLE | TICKINT | CLKSOURCE);
    state.unpend(SYS_TICK);
    passTo(200);
    expect(state.isPending(SYS_TICK)).toBe(true);
  });

  it('starts a full period after a write to VAL, which clears COUNTFLAG and makes nothing pending', () => {
    const { sysTick, state, passTo } = createSysTick();
    sysTick.write(LOAD, 99, ALL);
    sysTick.write(CTRL, ENABLE | TICKINT | CLKSOURCE, ALL);
    passTo(150);
    state.unpend(SYS_TICK);
    sysTick.write(VAL, 12345, ALL);
    expect([sysTick.read(VAL), sysTick.read(CTRL) & COUNTFLAG, state.isPending(SYS_TICK)]).toEqual([
      0,
      0,
      false,
    ]);
    passTo(249);
    expect([sysTick.read(VAL), state.isPending(SYS_TICK)]).toEqual([1, false]);
    passTo(250);
    expect(state.isPending(SYS_TICK)).toBe(true);
  });

  it('uses a new LOAD from the next period on', () => {
    const { sysTick, passTo } = createSysTick();
    sysTick.write(LOAD, 99, ALL);
    sysTick.write(CTRL, ENABLE | CLKSOURCE, ALL);
    passTo(50);
    sysTick.write(LOAD, 9, ALL);
    expect(sysTick.read(VAL)).toBe(50);
    passTo(101);
    expect(sysTick.read(VAL)).toBe(9);
    passTo(110);
    expect(sysTick.read(VAL)).toBe(0);
  });

  it('counts eight times slower without CLKSOURCE, and with the clock of the processor', () => {
    const { sysTick, clock, passTo } = createSysTick();
    sysTick.write(LOAD, 999, ALL);
    sysTick.write(CTRL, ENABLE, ALL);
    passTo(80);
    expect(sysTick.read(VAL)).toBe(990);
    clock.hertz = 42_000_000;
    passTo(160);
    expect(sysTick.read(VAL)).toBe(985);
  });

  it('stands still while it is disabled or its clock is stopped, and goes on from there', () => {
    const { sysTick, clock, state, passTo } = createSysTick();
    sysTick.write(LOAD, 99, ALL);
    sysTick.write(CTRL, ENABLE | TICKINT | CLKSOURCE, ALL);
    passTo(60);
    clock.hertz = 0;
    passTo(1000);
    expect([sysTick.read(VAL), state.isPending(SYS_TICK)]).toEqual([40, false]);
    clock.hertz = 84_000_000;
    passTo(1010);
    sysTick.write(CTRL, 0, ALL);
    passTo(2000);
    expect(sysTick.read(VAL)).toBe(30);
    sysTick.write(CTRL, ENABLE | TICKINT | CLKSOURCE, ALL);
    passTo(2030);
    expect([sysTick.read(VAL), state.isPending(SYS_TICK)]).toEqual([0, true]);
  });

  it('stays at 0 with a LOAD of 0', () => {
    const { sysTick, state, passTo } = createSysTick();
    sysTick.write(CTRL, ENABLE | TICKINT | CLKSOURCE, ALL);
    passTo(1000);
    expect([sysTick.read(VAL), state.isPending(SYS_TICK)]).toEqual([0, false]);
  });
});
