import { PRIMASK } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { createMachine, logging, MAIN, SCS, SPIN } from './machine.ts';

const WFI = 0xbf30;
const WFE = 0xbf20;
const SEV = 0xbf40;
const SLEEPONEXIT = 1 << 1;
const SLEEPDEEP = 1 << 2;

/** Sleeps, then logs 9 and stays. */
const sleeping = (...before: number[]) => ({
  [MAIN]: [...before, ...logging(9).slice(0, 4), SPIN],
  512: logging(1),
});
const VECTORS = { 16: 0x201 };

describe('WFI (ARMv7-M ARM B1.5.19)', () => {
  it('sleeps until an interrupt, and executes nothing meanwhile', () => {
    const machine = createMachine({ code: sleeping(WFI), vectors: VECTORS });
    machine.enable(0, 0x80);
    machine.raiseAt(100_000, 0);
    machine.lowerAt(100_001, 0);
    machine.processor.runUntil(100_000 - 1);
    expect([machine.processor.isAsleep, machine.processor.instructions]).toEqual([true, 1]);
    machine.processor.runUntil(100_100);
    expect(machine.log).toEqual([
      { value: 1, time: 100_000 + 12 + 3 },
      { value: 9, time: 100_000 + 12 + 5 + 10 + 3 },
    ]);
    expect(machine.processor.counters.ticksAsleep).toBe(99_999);
  });

  it('ends with an interrupt that PRIMASK keeps out, without its handler', () => {
    const machine = createMachine({ code: sleeping(WFI), vectors: VECTORS });
    machine.places[PRIMASK] = 1;
    machine.enable(0, 0x80);
    machine.raiseAt(1000, 0);
    machine.processor.runUntil(2000);
    expect(machine.log).toEqual([{ value: 9, time: 1003 }]);
  });

  it('does not sleep while such an interrupt is pending, and is not ended by one that is not enabled', () => {
    const machine = createMachine({ code: sleeping(WFI, WFI) });
    machine.places[PRIMASK] = 1;
    machine.enable(0, 0x80);
    machine.processor.lines.set(0, true);
    machine.processor.runUntil(100);
    expect(machine.values()).toEqual([9]);
    const other = createMachine({ code: sleeping(WFI) });
    other.raiseAt(50, 1);
    other.processor.runUntil(1000);
    expect(other.values()).toEqual([]);
  });

  it('follows the last handler if SCR.SLEEPONEXIT is set (B1.5.19)', () => {
    const machine = createMachine({ code: sleeping(SPIN), vectors: VECTORS });
    machine.setScs(SCS.SCR, SLEEPONEXIT);
    machine.enable(0, 0x80);
    for (const time of [10, 1000]) {
      machine.raiseAt(time, 0);
      machine.lowerAt(time + 1, 0);
    }
    machine.processor.runUntil(5000);
    expect(machine.values()).toEqual([1, 1]);
    expect(machine.processor.instructions).toBeLessThan(30);
  });
});

describe('WFE (ARMv7-M ARM B1.5.18)', () => {
  it('goes on at once after an event, and clears it', () => {
    const machine = createMachine({ code: sleeping(SEV, WFE, WFE) });
    machine.processor.runUntil(1000);
    expect([machine.processor.instructions, machine.processor.isAsleep]).toEqual([3, true]);
    machine.processor.signalEvent();
    machine.processor.runUntil(2000);
    expect(machine.values()).toEqual([9]);
  });

  it('is ended by an interrupt that is not enabled only with SCR.SEVONPEND', () => {
    for (const [scr, values] of [
      [0, []],
      [1 << 4, [9]],
    ] as const) {
      const machine = createMachine({ code: sleeping(WFE) });
      machine.setScs(SCS.SCR, scr);
      machine.raiseAt(100, 1);
      machine.processor.runUntil(1000);
      expect(machine.values()).toEqual(values);
    }
  });
});

describe('deep sleep (ARMv7-M ARM B1.5.17)', () => {
  it('asks the chip with SCR.SLEEPDEEP, whose clocks may stop, and tells it when it ends', () => {
    const calls: string[] = [];
    const machine = createMachine({
      code: sleeping(WFI),
      deepSleep: {
        enter: () => {
          calls.push('enter');
          machine.processor.setClock(0);
          return true;
        },
        leave: () => {
          calls.push('leave');
          machine.processor.setClock(42_000_000);
        },
      },
    });
    machine.setScs(SCS.SCR, SLEEPDEEP);
    machine.places[PRIMASK] = 1;
    machine.enable(0, 0);
    machine.timeline.at(500, () => undefined);
    machine.raiseAt(1000, 0);
    machine.processor.runUntil(2000);
    expect(calls).toEqual(['enter', 'leave']);
    expect(machine.log).toEqual([{ value: 9, time: 1006 }]);
    const { ticksInDeepSleep, ticksAsleep } = machine.processor.counters;
    expect([ticksInDeepSleep, ticksAsleep]).toEqual([999, 0]);
  });
});
