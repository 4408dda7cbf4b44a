import { Tim, type TimOptions } from '@passfob/emulator/stm32f401/tim';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeStillTime, RecordedLines } from '../kit/fixture.ts';
import { irqOf, play, registersOf, type Stage, scripts } from '../kit/register-script.ts';
import { makeClocks } from './settable-clocks.ts';

const OFFSETS = {
  ...{ CR1: 0x00, DIER: 0x0c, SR: 0x10, EGR: 0x14, CCMR1: 0x18, CCMR2: 0x1c, CCER: 0x20 },
  ...{ CNT: 0x24, PSC: 0x28, ARR: 0x2c, CCR1: 0x34, CCR2: 0x38, CCR3: 0x3c, CCR4: 0x40 },
};
const [DIR, UIF, CC1IF, PWM1] = [0x10, 1, 2, 0x60];
const NAMES = {
  ...{ CEN: 1, UDIS: 2, URS: 4, OPM: 8, DIR, ARPE: 0x80 },
  ...{ UIF, CC1IF, CC2IF: 4, UIE: 1, CC2IE: 4, UG: 1, CC2G: 4, PWM1, OCPE: 8 },
};

function makeTim(name: TimOptions['name'] = 'TIM3') {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const { clocks, ...control } = makeClocks();
  const tim = new Tim({ name, time, lines, clocks });
  const stage: Stage = {
    registers: registersOf(tim, OFFSETS),
    names: NAMES,
    pass,
    shows: {
      irq: irqOf(lines),
      level: channel => tim.level(Number(channel)),
      pulses: channel => {
        const pulses = tim.pulses(Number(channel));
        return pulses && `${pulses.hz} Hz ${pulses.duty}`;
      },
      // Microseconds until the next alarm.
      due: () => Math.round((time.nextDue - time.now) / 8.4) / 10,
    },
    acts: {
      // Counts microseconds.
      slow: () => play(stage, 'PSC = 83; EGR = UG; SR = 0'),
      stop: () => control.stop(),
      start: () => control.start(),
      clock: hertz => control.change({ timerClock1: Number(hertz) }),
      reset: () => tim.reset(),
    },
  };
  return { tim, stage };
}

const make = () => makeTim().stage;

it.each([
  ['TIM2', 0xffff_ffff],
  ['TIM5', 0xffff_ffff],
  ['TIM3', 0xffff],
  ['TIM4', 0xffff],
] as const)('the counter of %s has as many bits as %i (RM0368 §13.2)', (name, most) =>
  play(makeTim(name).stage, `ARR is ${most}; CNT = 0xdeadbeef; CNT is 0xdeadbeef & ${most}`),
);

scripts('the counter of a timer', make)`
  counts cycles of the timer clock while CEN is set (RM0368 §13.4.1):
    1 us; CNT is 0; CR1 = CEN; 1 us; CNT is 84; CR1 = 0; 1 us; CNT is 84

  takes a new prescaler at the next update event only (RM0368 §13.4.11):
    ARR = 839; PSC = 83; CR1 = CEN; 5 us; CNT is 420; 5 us; CNT is 0; 5 us; CNT is 5

  takes a new reload value at once, or with ARPE at the next update event (RM0368 §13.3.1):
    slow; ARR = 9; CR1 = CEN; 10 us; CNT is 0; CR1 = CEN | ARPE; ARR = 99; 10 us; CNT is 0; 50 us; CNT is 50

  runs to its greatest value when the reload value is written below it:
    slow; CR1 = CEN; 1000 us; ARR = 9; 0xffff - 1000 us; CNT is 0xffff; SR lacks UIF
    1 us; CNT is 0; SR lacks UIF; 10 us; CNT is 0; SR has UIF

  stands still with a reload value of 0 (RM0368 §13.4.12):
    ARR = 0; CR1 = CEN; DIER = UIE; 1000 us; CNT is 0; SR lacks UIF

  counts down from the reload value with DIR (RM0368 §13.3.2):
    slow; CR1 = DIR; ARR = 99; EGR = UG; SR = 0; CR1 = DIR | CEN; CNT is 99
    99 us; CNT is 0; SR lacks UIF; 1 us; CNT is 99; SR has UIF

  goes on where it was after STOP, and at another rate after a change of clocks:
    slow; CR1 = CEN; 100 us; stop; 5000 us; CNT is 100; start; clock 42e6; 100 us; CNT is 150

  costs nothing for the periods that nobody looks at:
    ARR = 1; CR1 = CEN; 1e6 us; SR has UIF

  stops at a reset of the chip, which takes its request back:
    slow; DIER = UIE; CR1 = CEN; 70_000 us; irq is TIM3; reset; irq is nothing
    70_000 us; CR1 is 0; DIER is 0; SR is 0; CNT is 0; PSC is 0
`;

it('a timer reads as one that is stepped cycle by cycle does', () => {
  const settings = fc.record({
    prescaler: fc.nat(5),
    reload: fc.integer({ min: 1, max: 20 }),
    compare: fc.nat(25),
    isDown: fc.boolean(),
    pauses: fc.array(fc.nat(200), { minLength: 1, maxLength: 20 }),
  });
  fc.assert(
    fc.property(settings, ({ prescaler, reload, compare, isDown, pauses }) => {
      const { tim, stage } = makeTim();
      play(
        stage,
        `CR1 = ${isDown ? DIR : 0}; PSC = ${prescaler}; ARR = ${reload}; CCR1 = ${compare}
         EGR = UG; SR = 0; CR1 |= CEN`,
      );
      const stepped = { count: isDown ? reload : 0, phase: 0, flags: 0 };
      for (const pause of pauses) {
        for (let cycle = 0; cycle < pause; cycle += 1) step(stepped, { prescaler, reload, compare, isDown });
        play(stage, `${pause} / 84 us`);
        expect([tim.read(OFFSETS.CNT), tim.read(OFFSETS.SR) & (UIF | CC1IF)]).toEqual([
          stepped.count,
          stepped.flags,
        ]);
      }
    }),
  );
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

scripts('an update event', () => makeTim('TIM5').stage)`
  interrupts with UIE until software clears UIF, each period anew (RM0368 §13.4.5):
    slow; ARR = 99; DIER = UIE; CR1 = CEN; 99 us; irq is nothing; 1 us; irq is TIM5
    SR = ~UIF; irq is nothing; 99.5 us; irq is nothing; 0.5 us; irq is TIM5

  is made by UG, which raises UIF unless URS is set (RM0368 §13.4.6):
    slow; CR1 = CEN; 10.5 us; EGR = UG; EGR is 0; CNT is 0; SR has UIF
    0.6 us; CNT is 0; SR = 0; CR1 |= URS; EGR = UG; SR lacks UIF

  does not come with UDIS, so that the counter starts anew and buffered values wait (RM0368 §13.4.1):
    slow; ARR = 9; CR1 = CEN | UDIS; PSC = 0; 25 us; CNT is 5; SR lacks UIF

  loads no buffered values for UG with UDIS, which still starts the counter anew:
    slow; CR1 = CEN | UDIS; PSC = 0; 10 us; EGR = UG; SR lacks UIF; 10 us; CNT is 10

  stops the counter in one-pulse mode (RM0368 §13.3.10):
    slow; ARR = 99; CR1 = CEN | OPM; 1000 us; CR1 is OPM; CNT is 0; SR has UIF

  sets no alarm while it does not interrupt, and one while it does:
    slow; ARR = 0xffff; CR1 = CEN; due above 1e9; DIER = UIE; due is 65_536; CR1 &= ~CEN; due above 1e9

  interrupts at the end of a period that was under way, and sets no alarm while UIF is set:
    slow; ARR = 99; CR1 = CEN; 60.5 us; DIER = UIE; due is 39.5; 39.5 us; irq is TIM5; due above 1e9

  reaches the utility timer of the firmware after its time, 10 ms, more cycles than 16 bits hold:
    ARR = 64615; PSC = 12; EGR = UG; SR = ~UIF; DIER = UIE; CR1 = CEN; 9999 us; irq is nothing; 2 us; irq is TIM5
`;

scripts('a compare channel', make)`
  raises its flag and its interrupt when the counter has its value (RM0368 §13.4.5):
    slow; CCR1 = 10; CCR2 = 20; CCR3 = 30; CCR4 = 40; DIER = CC2IE; CR1 = CEN
    19 us; SR is CC1IF; irq is nothing; 1 us; SR is CC1IF | CC2IF; irq is TIM3; 20 us; SR is 0x1e

  can be triggered by software with CCxG (RM0368 §13.4.6):
    EGR = CC2G; SR is CC2IF

  takes a new value at once, or with OCxPE at the next update event (RM0368 §13.4.7):
    slow; ARR = 99; CCMR1 = OCPE; CR1 = CEN; CCR1 = 50; CCR2 = 50
    60 us; SR is CC2IF; 100 us; SR has UIF | CC1IF | CC2IF

  sends pulses whose rate and width the board can ask for in PWM mode 1, upside down with CC3P (RM0368 §13.3.9):
    slow; ARR = 999; CCMR2 = PWM1 | OCPE; CCR3 = 250; CCER = 1 << 8; EGR = UG; pulses 3 is undefined
    CR1 = CEN; pulses 3 is 1000 Hz 0.25; pulses 1 is undefined; level 1 is undefined; level 3 is true
    249.5 us; level 3 is true; 1 us; level 3 is false; CCER |= 2 << 8; level 3 is true; pulses 3 is 1000 Hz 0.75

  keeps its level when software freezes it (RM0368 §13.4.7):
    slow; ARR = 99; CCR1 = 50; CCMR1 = PWM1; CCER = 1; CR1 = CEN
    10 us; CCMR1 = 0; 80 us; level 1 is true; pulses 1 is undefined

  toggles as often as matches come while nobody looks:
    slow; ARR = 99; CCR1 = 50; CCMR1 = 0x30; CCER = 1; CR1 = CEN; 460 us; level 1 is true; 300 us; level 1 is false
`;

it.each([
  // Compare value of a period of 100: duty, and the counter's first and last value at which it is high.
  { mode: '1, up', bits: PWM1, direction: 0, compare: 25, duty: 0.25, first: 0, last: 24 },
  { mode: '1, down', bits: PWM1, direction: DIR, compare: 25, duty: 0.26, first: 0, last: 25 },
  { mode: '2, up', bits: PWM1 | 0x10, direction: 0, compare: 25, duty: 0.75, first: 25, last: 99 },
  { mode: '2, down', bits: PWM1 | 0x10, direction: DIR, compare: 25, duty: 0.74, first: 26, last: 99 },
  { mode: '1 all the time', bits: PWM1, direction: 0, compare: 200, duty: 1, first: 0, last: 99 },
])('a channel is high in PWM mode $mode as the manual says (RM0368 §13.3.9)', settings => {
  const { bits, direction, compare, duty, first, last } = settings;
  const { tim, stage } = makeTim();
  play(
    stage,
    `slow; CR1 = ${direction}; ARR = 99; CCR1 = ${compare}; CCMR1 = ${bits}; CCER = 1; CR1 = ${direction} | CEN`,
  );
  expect(tim.pulses(1)?.duty).toBeCloseTo(duty, 6);
  for (let microsecond = 0; microsecond < 200; microsecond += 1) {
    const count = tim.read(OFFSETS.CNT);
    expect([count, tim.level(1)]).toEqual([count, count >= first && count <= last]);
    play(stage, '1 us');
  }
});

it.each([
  ['active', 0x10, [true, true, true]],
  ['inactive', 0x20, [false, false, false]],
  ['toggled', 0x30, [true, false, true]],
  ['forced low', 0x40, [false, false, false]],
  ['forced high', 0x50, [true, true, true]],
] as const)('a channel makes its output %s after matches (RM0368 §13.3.8)', (_mode, mode, levels) => {
  const { stage } = makeTim();
  play(stage, `slow; ARR = 99; CCR1 = 50; CCMR1 = ${mode}; CCER = 1; CR1 = CEN`);
  for (const level of levels) play(stage, `100 us; level 1 is ${level}`);
});

it('a timer refuses channels that no timer has', () =>
  expect(() => makeTim().tim.level(5)).toThrow(new RangeError('TIM3 has no channel 5')));
