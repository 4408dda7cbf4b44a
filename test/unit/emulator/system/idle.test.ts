import { CONSTANTS, PRIMASK } from '@passfob/emulator/core/places';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { code, createMachine, MAIN, RAM_AT } from './machine.ts';

/** SysTick counts down from here: 2 to the 24th ticks a period. */
const SYSTICK = { CTRL: 0xe010, LOAD: 0xe014 };
const FLAG = RAM_AT + 8;

/** Sets the flag in memory, and lowers its line. */
const SETS_FLAG = code(`
  2101 MOVS r1, #1; 074a LSLS r2, r1, #29; 6091 STR r1, [r2, #8]; 078b LSLS r3, r1, #30; 2000 MOVS r0, #0
  6098 STR r0, [r3, #8]; 4770 BX LR`);

/** Reads SysTick->VAL and the flag, and logs 77 whenever the flag is set. */
const POLLS = code(`
  4906 LDR r1, =0xE000E018; 2201 MOVS r2, #1; 0752 LSLS r2, r2, #29; 0055 LSLS r5, r2, #1
  6808 loop: LDR r0, [r1]; 6893 LDR r3, [r2, #8]; 2b00 CMP r3, #0; d0fb BEQ loop; 2300 MOVS r3, #0
  6093 STR r3, [r2, #8]; 234d MOVS r3, #77; 602b STR r3, [r5]; e7f6 B loop; 0000; e018 .word 0xE000E018
  e000`);

/**
 * Keeps time as an interpreter does: takes the ticks that have passed off a timer in memory, remembers the moment, logs it
 * when the timer is over and adds the period; and polls the flag.
 */
const KEEPS_TIME = code(`
  490c LDR r1, =0xE000E018; f04f MOV.W r2, #0x20000000; 5200; 2501 MOVS r5, #1; 07ad LSLS r5, r5, #30
  6808 loop: LDR r0, [r1]; 6813 LDR r3, [r2]; 1a1b SUBS r3, r3, r0; 6010 STR r0, [r2]
  021b LSLS r3, r3, #8; 0a1b LSRS r3, r3, #8; 6854 LDR r4, [r2, #4]; 1ae4 SUBS r4, r4, r3; dc02 BGT store
  6028 STR r0, [r5]; 68d6 LDR r6, [r2, #12]; 19a4 ADDS r4, r4, r6; 6054 store: STR r4, [r2, #4]
  6890 LDR r0, [r2, #8]; 2800 CMP r0, #0; d0ef BEQ loop; 2000 MOVS r0, #0; 6090 STR r0, [r2, #8]
  204d MOVS r0, #77; 6028 STR r0, [r5]; e7ea B loop; e018 .word 0xE000E018; e000`);

/** Reads SysTick->VAL, and turns all bits of a word round: memory is the same after two iterations. */
const TOGGLES = code(`
  4902 LDR r1, =0xE000E018; 6808 loop: LDR r0, [r1]; 6813 LDR r3, [r2]; 43db MVNS r3, r3
  6013 STR r3, [r2]; e7fa B loop; e018 .word 0xE000E018; e000`);

/** Polls the flag in a long loop. Once it is set, stores 20 at 0x4000000C after each 400 instructions. */
const WAITS_THEN_WORKS = code(`
  e005 B wait; 23c8 work: MOVS r3, #200; 3b01 SUBS r3, #1; d1fd BNE . - 2; 2014 MOVS r0, #20
  60e8 STR r0, [r5, #12]; e7f9 B work; 6893 wait: LDR r3, [r2, #8]; 2b00 CMP r3, #0; d1f6 BNE work
  ${'bf00 NOP; '.repeat(100)} e797 B wait`);

interface IdleRun {
  readonly program: readonly number[];
  readonly ticks: number;
  /** When interrupt 0 comes, which sets the flag. */
  readonly interrupts?: readonly number[];
  /** Of the timer in memory. */
  readonly period?: number;
}

function run({ program, ticks, interrupts = [], period = 1_000_000 }: IdleRun, skipsIdle: boolean) {
  const machine = createMachine({
    code: { [MAIN]: program, 512: SETS_FLAG },
    vectors: { 16: 0x201 },
    skipsIdle,
  });
  machine.setScs(SYSTICK.LOAD - 0xe000, 0xffffff);
  machine.setScs(SYSTICK.CTRL - 0xe000, 5);
  machine.enable(0, 0);
  machine.setWord(RAM_AT + 4, period);
  machine.setWord(RAM_AT + 12, period);
  machine.places[5] = 0x4000_0000;
  machine.places[2] = RAM_AT;
  for (const time of interrupts) machine.raiseAt(time, 0);
  machine.processor.runUntil(ticks);
  return machine;
}

type Machine = ReturnType<typeof run>;
const stateOf = ({ ram, places, timeline, log }: Machine) => ({
  ram: [...ram],
  places: [...places.subarray(0, CONSTANTS)],
  now: timeline.now,
  log,
});

/** Runs it with idle loops skipped, and without; both must come to the same state. */
function both(options: IdleRun) {
  const [skipping, plain] = [run(options, true), run(options, false)];
  expect(stateOf(skipping)).toEqual(stateOf(plain));
  return { skipping, plain };
}

it('a loop that only waits for a flag that an interrupt sets is skipped, and reacts at the very same moment', () => {
  const interrupts = [234_567, 1_000_001, 1_999_990];
  const { skipping, plain } = both({ program: POLLS, ticks: 2_000_000, interrupts });
  expect(skipping.values()).toEqual([77, 77, 77].slice(0, plain.log.length));
  expect(skipping.processor.counters.ticksSkipped).toBeGreaterThan(1_500_000);
  expect(skipping.processor.instructions).toBeLessThan(400_000);
  expect(plain.processor.counters.ticksSkipped).toBe(0);
});

it('a loop that only waits for a time that it computes is skipped, up to that very time', () => {
  const { skipping, plain } = both({ program: KEEPS_TIME, ticks: 2_000_000, period: 280_001 });
  expect(plain.log).toHaveLength(7);
  expect(skipping.processor.instructions).toBeLessThan(plain.processor.instructions / 2);
});

it('a loop that only waits never changes what a program does, whenever its timers and interrupts come', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(POLLS, KEEPS_TIME),
      fc.integer({ min: 5_000, max: 500_000 }),
      fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 8 }),
      (program, period, interrupts) => void both({ program, period, interrupts, ticks: 400_000 }),
    ),
    { numRuns: 15 },
  ));

it('a loop after two iterations of which memory is the same is skipped by twos', () => {
  const { skipping } = both({ program: TOGGLES, ticks: 1_000_003 });
  expect(skipping.processor.counters.ticksSkipped).toBeGreaterThan(800_000);
});

it('a loop is skipped while an interrupt waits that a mask keeps out', () => {
  const runMasked = (skipsIdle: boolean) => {
    const machine = createMachine({
      code: { [MAIN]: POLLS, 512: SETS_FLAG },
      vectors: { 16: 0x201 },
      skipsIdle,
    });
    machine.places[PRIMASK] = 1;
    machine.enable(0, 0);
    machine.raiseAt(1000, 0);
    machine.timeline.at(900_000, () => machine.setWord(FLAG, 1));
    machine.processor.runUntil(1_000_000);
    return machine;
  };
  const skipping = runMasked(true);
  expect(stateOf(skipping)).toEqual(stateOf(runMasked(false)));
  expect(skipping.values()).toEqual([77]);
  expect(skipping.processor.counters.ticksSkipped).toBeGreaterThan(800_000);
});

it('what a store starts comes in its time, also while a loop is looked for', () => {
  const { skipping, plain } = both({ program: WAITS_THEN_WORKS, ticks: 1_000_000, interrupts: [300_000] });
  expect(skipping.processor.counters.ticksSkipped).toBeGreaterThan(200_000);
  expect(plain.values().filter(value => value === 20).length).toBeGreaterThan(1_000);
});

it.each([
  // ADDS r4, #1; B . - 2
  ['counts in a register', [0x3401, 0xe7fd]],
  // LDR r0, [r2]; ADDS r0, #1; STR r0, [r2]; B . - 6
  ['counts in memory', [0x6810, 0x3001, 0x6010, 0xe7fb]],
  // STR r0, [r5]; B . - 2
  ['writes to a peripheral', [0x6028, 0xe7fd]],
  // LDR r1, =SysTick->CTRL; loop: LDR r0, [r1]; B loop
  ['reads a register whose read has an effect', [0x4901, 0x6808, 0xe7fd, 0, 0xe010, 0xe000]],
])('a loop that %s is never skipped', (_does, program) =>
  expect(both({ program, ticks: 300_000 }).skipping.processor.counters.ticksSkipped).toBe(0),
);

it('a flag that is set from outside between two runs ends the wait', () => {
  const machine = run({ program: POLLS, ticks: 500_000 }, true);
  machine.setWord(FLAG, 1);
  machine.processor.runUntil(500_100);
  expect(machine.values()).toEqual([77]);
});
