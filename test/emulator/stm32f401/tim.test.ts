import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { Tim, type TimOptions } from '@passfob/emulator/stm32f401/tim';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearBits, makeStillTime, RecordedLines, setBits, store } from './fixture.ts';
import { makeClocks } from './settable-clocks.ts';

const [CR1, DIER, SR, EGR, CCMR1, CCMR2, CCER] = [0x00, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20];
const [CNT, PSC, ARR, CCR1, CCR2, CCR3, CCR4] = [0x24, 0x28, 0x2c, 0x34, 0x38, 0x3c, 0x40];
const [CEN, UDIS, URS, OPM, DIR, ARPE] = [1, 2, 4, 8, 0x10, 0x80];
const [UIF, CC1IF, CC2IF] = [1, 2, 4];
const PWM1 = 0x60;

function makeTim(name: TimOptions['name'] = 'TIM3') {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const { clocks, ...control } = makeClocks();
  const tim = new Tim({ name, time, lines, clocks });
  return { tim, time, pass, lines, ...control };
}

/** A timer that counts microseconds. */
function makeMicroseconds(name?: TimOptions['name']) {
  const made = makeTim(name);
  store(made.tim, PSC, 83);
  store(made.tim, EGR, 1);
  store(made.tim, SR, 0);
  return made;
}

describe('the counter of a timer', () => {
  it('has 32 bits in TIM2 and TIM5 and 16 bits in TIM3 and TIM4 (RM0368 §13.2)', () => {
    for (const name of ['TIM2', 'TIM5'] as const) expect(makeTim(name).tim.read(ARR)).toBe(0xffff_ffff);
    for (const name of ['TIM3', 'TIM4'] as const) expect(makeTim(name).tim.read(ARR)).toBe(0xffff);
    const { tim } = makeTim('TIM2');
    store(tim, CNT, 0xdead_beef);
    expect(tim.read(CNT)).toBe(0xdead_beef);
  });

  it('counts cycles of the timer clock while CEN is set (RM0368 §13.4.1)', () => {
    const { tim, pass } = makeTim();
    pass(1);
    expect(tim.read(CNT)).toBe(0);
    store(tim, CR1, CEN);
    pass(1);
    expect(tim.read(CNT)).toBe(84);
    store(tim, CR1, 0);
    pass(1);
    expect(tim.read(CNT)).toBe(84);
  });

  it('takes a new prescaler at the next update event only (RM0368 §13.4.11)', () => {
    const { tim, pass } = makeTim();
    store(tim, ARR, 839);
    store(tim, PSC, 83);
    store(tim, CR1, CEN);
    pass(5);
    expect(tim.read(CNT)).toBe(420);
    pass(5);
    expect(tim.read(CNT)).toBe(0);
    pass(5);
    expect(tim.read(CNT)).toBe(5);
  });

  it('takes a new reload value at once, or with ARPE at the next update event (RM0368 §13.3.1)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 9);
    store(tim, CR1, CEN);
    pass(10);
    expect(tim.read(CNT)).toBe(0);
    store(tim, CR1, CEN | ARPE);
    store(tim, ARR, 99);
    pass(10);
    expect(tim.read(CNT)).toBe(0);
    pass(50);
    expect(tim.read(CNT)).toBe(50);
  });

  it('runs to its greatest value when the reload value is written below it', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, CR1, CEN);
    pass(1000);
    store(tim, ARR, 9);
    pass(0xffff - 1000);
    expect(tim.read(CNT)).toBe(0xffff);
    expect(tim.read(SR) & UIF).toBe(0);
    pass(1);
    expect(tim.read(CNT)).toBe(0);
    expect(tim.read(SR) & UIF).toBe(0);
    pass(10);
    expect(tim.read(CNT)).toBe(0);
    expect(tim.read(SR) & UIF).toBe(UIF);
  });

  it('stands still with a reload value of 0 (RM0368 §13.4.12)', () => {
    const { tim, pass } = makeTim();
    store(tim, ARR, 0);
    store(tim, CR1, CEN);
    store(tim, DIER, UIF);
    pass(1000);
    expect(tim.read(CNT)).toBe(0);
    expect(tim.read(SR) & UIF).toBe(0);
  });

  it('counts down from the reload value with DIR (RM0368 §13.3.2)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, CR1, DIR);
    store(tim, ARR, 99);
    store(tim, EGR, 1);
    store(tim, SR, 0);
    store(tim, CR1, DIR | CEN);
    expect(tim.read(CNT)).toBe(99);
    pass(99);
    expect(tim.read(CNT)).toBe(0);
    expect(tim.read(SR) & UIF).toBe(0);
    pass(1);
    expect(tim.read(CNT)).toBe(99);
    expect(tim.read(SR) & UIF).toBe(UIF);
  });

  it('goes on where it was after STOP, and at another rate after a change of clocks', () => {
    const { tim, pass, stop, start, change } = makeMicroseconds();
    store(tim, CR1, CEN);
    pass(100);
    stop();
    pass(5000);
    expect(tim.read(CNT)).toBe(100);
    start();
    change({ timerClock1: 42e6 });
    pass(100);
    expect(tim.read(CNT)).toBe(150);
  });

  it('costs nothing for the periods that nobody looks at', () => {
    const { tim, pass } = makeTim();
    store(tim, ARR, 1);
    store(tim, CR1, CEN);
    pass(1e6);
    expect(tim.read(SR) & UIF).toBe(UIF);
  });

  it('reads as a timer that is stepped cycle by cycle does', () => {
    const settings = fc.record({
      prescaler: fc.nat(5),
      reload: fc.integer({ min: 1, max: 20 }),
      compare: fc.nat(25),
      isDown: fc.boolean(),
      pauses: fc.array(fc.nat(200), { minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(settings, ({ prescaler, reload, compare, isDown, pauses }) => {
        const { tim, pass } = makeTim();
        store(tim, CR1, isDown ? DIR : 0);
        store(tim, PSC, prescaler);
        store(tim, ARR, reload);
        store(tim, CCR1, compare);
        store(tim, EGR, 1);
        store(tim, SR, 0);
        setBits(tim, CR1, CEN);
        const stepped = { count: isDown ? reload : 0, phase: 0, flags: 0 };
        for (const pause of pauses) {
          for (let cycle = 0; cycle < pause; cycle += 1)
            step(stepped, { prescaler, reload, compare, isDown });
          pass(pause / 84);
          expect([tim.read(CNT), tim.read(SR) & (UIF | CC1IF)]).toEqual([stepped.count, stepped.flags]);
        }
      }),
    );
  });
});

interface Settings {
  readonly prescaler: number;
  readonly reload: number;
  readonly compare: number;
  readonly isDown: boolean;
}

/** One cycle of the clock, as RM0368 §13.3.2 tells it. */
function step(state: { count: number; phase: number; flags: number }, settings: Settings): void {
  state.phase = (state.phase + 1) % (settings.prescaler + 1);
  if (state.phase !== 0) return;
  const isOver = state.count === (settings.isDown ? 0 : settings.reload);
  const next = state.count + (settings.isDown ? -1 : 1);
  state.count = isOver ? (settings.isDown ? settings.reload : 0) : next;
  if (isOver) state.flags |= UIF;
  if (state.count === settings.compare || (isOver && settings.compare > settings.reload))
    state.flags |= CC1IF;
}

describe('an update event', () => {
  it('interrupts with UIE until software clears UIF, each period anew (RM0368 §13.4.5)', () => {
    const { tim, pass, lines } = makeMicroseconds('TIM5');
    store(tim, ARR, 99);
    store(tim, DIER, UIF);
    store(tim, CR1, CEN);
    pass(99);
    expect(lines.requested.size).toBe(0);
    pass(1);
    expect(lines.requested).toEqual(new Set([IRQ.TIM5]));
    store(tim, SR, ~UIF);
    expect(lines.requested.size).toBe(0);
    pass(99.5);
    expect(lines.requested.size).toBe(0);
    pass(0.5);
    expect(lines.requested.size).toBe(1);
  });

  it('is made by UG, which raises UIF unless URS is set (RM0368 §13.4.6)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, CR1, CEN);
    pass(10.5);
    store(tim, EGR, 1);
    expect(tim.read(EGR)).toBe(0);
    expect(tim.read(CNT)).toBe(0);
    expect(tim.read(SR) & UIF).toBe(UIF);
    pass(0.6);
    expect(tim.read(CNT)).toBe(0);
    store(tim, SR, 0);
    setBits(tim, CR1, URS);
    store(tim, EGR, 1);
    expect(tim.read(SR) & UIF).toBe(0);
  });

  it('does not come with UDIS: the counter starts anew, buffered values wait (RM0368 §13.4.1)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 9);
    store(tim, CR1, CEN | UDIS);
    store(tim, PSC, 0);
    pass(25);
    expect(tim.read(CNT)).toBe(5);
    expect(tim.read(SR) & UIF).toBe(0);
  });

  it('loads no buffered values for UG with UDIS, which still starts the counter anew', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, CR1, CEN | UDIS);
    store(tim, PSC, 0);
    pass(10);
    store(tim, EGR, 1);
    expect(tim.read(SR) & UIF).toBe(0);
    pass(10);
    expect(tim.read(CNT)).toBe(10);
  });

  it('stops the counter in one-pulse mode (RM0368 §13.3.10)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 99);
    store(tim, CR1, CEN | OPM);
    pass(1000);
    expect(tim.read(CR1)).toBe(OPM);
    expect(tim.read(CNT)).toBe(0);
    expect(tim.read(SR) & UIF).toBe(UIF);
  });

  it('sets no alarm while it does not interrupt, and one while it does', () => {
    const { tim, time } = makeMicroseconds();
    store(tim, CR1, CEN);
    expect(time.nextDue).toBe(Number.POSITIVE_INFINITY);
    store(tim, DIER, UIF);
    expect(time.nextDue).toBeCloseTo(0x1_0000 * 84, 3);
    clearBits(tim, CR1, CEN);
    expect(time.nextDue).toBe(Number.POSITIVE_INFINITY);
  });

  it('interrupts at the end of a period that was under way, and sets no alarm while UIF is set', () => {
    const { tim, time, pass, lines } = makeMicroseconds();
    store(tim, ARR, 99);
    store(tim, CR1, CEN);
    pass(60.5);
    store(tim, DIER, UIF);
    expect(time.nextDue - time.now).toBeCloseTo(39.5 * 84, 3);
    pass(39.5);
    expect(lines.requested.size).toBe(1);
    expect(time.nextDue).toBe(Number.POSITIVE_INFINITY);
  });

  it("reaches the firmware's utility timer after the time that it is set for", () => {
    const { tim, pass, lines } = makeTim('TIM5');
    // jshUtilTimerStart for 10 ms: 840,000 cycles, more than 16 bits hold.
    store(tim, ARR, 64615);
    store(tim, PSC, 12);
    store(tim, EGR, 1);
    store(tim, SR, ~UIF);
    store(tim, DIER, UIF);
    store(tim, CR1, CEN);
    pass(9999);
    expect(lines.requested.size).toBe(0);
    pass(2);
    expect(lines.requested.size).toBe(1);
  });
});

describe('a compare channel', () => {
  it('raises its flag and its interrupt when the counter has its value (RM0368 §13.4.5)', () => {
    const { tim, pass, lines } = makeMicroseconds('TIM2');
    for (const [register, value] of [
      [CCR1, 10],
      [CCR2, 20],
      [CCR3, 30],
      [CCR4, 40],
    ] as const)
      store(tim, register, value);
    store(tim, DIER, CC2IF);
    store(tim, CR1, CEN);
    pass(19);
    expect(tim.read(SR)).toBe(CC1IF);
    expect(lines.requested.size).toBe(0);
    pass(1);
    expect(tim.read(SR)).toBe(CC1IF | CC2IF);
    expect(lines.requested).toEqual(new Set([IRQ.TIM2]));
    pass(20);
    expect(tim.read(SR)).toBe(0x1e);
  });

  it('can be triggered by software with CCxG (RM0368 §13.4.6)', () => {
    const { tim } = makeTim();
    store(tim, EGR, CC2IF);
    expect(tim.read(SR)).toBe(CC2IF);
  });

  it('takes a new value at once, or with OCxPE at the next update event (RM0368 §13.4.7)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 99);
    store(tim, CCMR1, 8);
    store(tim, CR1, CEN);
    store(tim, CCR1, 50);
    store(tim, CCR2, 50);
    pass(60);
    expect(tim.read(SR)).toBe(CC2IF);
    pass(100);
    expect(tim.read(SR) & (UIF | CC1IF | CC2IF)).toBe(UIF | CC1IF | CC2IF);
  });

  it('sends pulses whose rate and width the board can ask for: PWM mode 1 (RM0368 §13.3.9)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 999);
    store(tim, CCMR2, PWM1 | 8);
    store(tim, CCR3, 250);
    store(tim, CCER, 1 << 8);
    store(tim, EGR, 1);
    expect(tim.pulses(3)).toBeUndefined();
    store(tim, CR1, CEN);
    expect(tim.pulses(3)).toEqual({ hz: 1000, duty: 0.25 });
    expect(tim.pulses(1)).toBeUndefined();
    expect(tim.level(1)).toBeUndefined();
    expect(tim.level(3)).toBe(true);
    pass(249.5);
    expect(tim.level(3)).toBe(true);
    pass(1);
    expect(tim.level(3)).toBe(false);
    // CC3P turns the output upside down.
    setBits(tim, CCER, 2 << 8);
    expect(tim.level(3)).toBe(true);
    expect(tim.pulses(3)).toEqual({ hz: 1000, duty: 0.75 });
  });

  it.each([
    // Compare value of a period of 100: duty, and the counter's first and last value at which it is high.
    { mode: '1, up', bits: PWM1, direction: 0, compare: 25, duty: 0.25, first: 0, last: 24 },
    { mode: '1, down', bits: PWM1, direction: DIR, compare: 25, duty: 0.26, first: 0, last: 25 },
    { mode: '2, up', bits: PWM1 | 0x10, direction: 0, compare: 25, duty: 0.75, first: 25, last: 99 },
    { mode: '2, down', bits: PWM1 | 0x10, direction: DIR, compare: 25, duty: 0.74, first: 26, last: 99 },
    { mode: '1 all the time', bits: PWM1, direction: 0, compare: 200, duty: 1, first: 0, last: 99 },
  ])('is high in PWM mode $mode as the manual says (RM0368 §13.3.9)', settings => {
    const { bits, direction, compare, duty, first, last } = settings;
    const { tim, pass } = makeMicroseconds();
    store(tim, CR1, direction);
    store(tim, ARR, 99);
    store(tim, CCR1, compare);
    store(tim, CCMR1, bits);
    store(tim, CCER, 1);
    store(tim, CR1, direction | CEN);
    expect(tim.pulses(1)?.duty).toBeCloseTo(duty, 6);
    for (let microsecond = 0; microsecond < 200; microsecond += 1) {
      const count = tim.read(CNT);
      expect([count, tim.level(1)]).toEqual([count, count >= first && count <= last]);
      pass(1);
    }
  });

  it('keeps its level when software freezes it (RM0368 §13.4.7)', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 99);
    store(tim, CCR1, 50);
    store(tim, CCMR1, PWM1);
    store(tim, CCER, 1);
    store(tim, CR1, CEN);
    pass(10);
    store(tim, CCMR1, 0);
    pass(80);
    expect(tim.level(1)).toBe(true);
    expect(tim.pulses(1)).toBeUndefined();
  });

  it('toggles as often as matches come while nobody looks', () => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 99);
    store(tim, CCR1, 50);
    store(tim, CCMR1, 0x30);
    store(tim, CCER, 1);
    store(tim, CR1, CEN);
    pass(4 * 100 + 60);
    expect(tim.level(1)).toBe(true);
    pass(3 * 100);
    expect(tim.level(1)).toBe(false);
  });

  it.each([
    ['active', 0x10, [true, true, true]],
    ['inactive', 0x20, [false, false, false]],
    ['toggled', 0x30, [true, false, true]],
    ['forced low', 0x40, [false, false, false]],
    ['forced high', 0x50, [true, true, true]],
  ] as const)('makes its output %s after matches (RM0368 §13.3.8)', (_mode, mode, levels) => {
    const { tim, pass } = makeMicroseconds();
    store(tim, ARR, 99);
    store(tim, CCR1, 50);
    store(tim, CCMR1, mode);
    store(tim, CCER, 1);
    store(tim, CR1, CEN);
    const seen = levels.map(() => {
      pass(100);
      return tim.level(1);
    });
    expect(seen).toEqual(levels);
  });

  it('refuses channels that no timer has', () => {
    expect(() => makeTim().tim.level(5)).toThrow(new RangeError('TIM3 has no channel 5'));
  });
});

it('a reset of the chip stops a timer and takes its request back', () => {
  const { tim, pass, lines } = makeMicroseconds();
  store(tim, DIER, UIF);
  store(tim, CR1, CEN);
  pass(70_000);
  expect(lines.requested.size).toBe(1);
  tim.reset();
  expect(lines.requested.size).toBe(0);
  pass(70_000);
  expect([CR1, DIER, SR, CNT, PSC].map(register => tim.read(register))).toEqual([0, 0, 0, 0, 0]);
});
