import {
  BASEPRI,
  CONTROL,
  FAULTMASK,
  FPSCR,
  IPSR,
  LR,
  NZ,
  OTHER_SP,
  PRIMASK,
  S0,
  SP,
} from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { createMachine, logging, MAIN, RAISE, RAM_AT, SCS, SPIN, STACK } from './machine.ts';

const SPINNING = { [MAIN]: [SPIN] };
/** MAIN spins; interrupts 0 to 2 log 1 to 3. */
const LOGGING = {
  code: { ...SPINNING, 512: logging(1), 544: logging(2), 576: logging(3) },
  vectors: { 16: 0x201, 17: 0x221, 18: 0x241 },
};

/** A handler that raises interrupt 1 and logs 1, then logs 3. */
const RAISING = [
  0xb500, // PUSH {LR}
  0x2101, // MOVS r1, #1
  0x0789, // LSLS r1, r1, #30
  0x2001, // MOVS r0, #1
  0x6008, // STR r0, [r1]
  0x6048, // STR r0, [r1, #4]
  0x2003, // MOVS r0, #3
  0x6008, // STR r0, [r1]
  0xbd00, // POP {PC}
];

describe('exception entry and return (ARMv7-M ARM B1.5.6, B1.5.8)', () => {
  it('push eight words and load them again', () => {
    const machine = createMachine(LOGGING);
    const { places } = machine;
    places.set([1, 2, 3, 4], 0);
    places[12] = 12;
    places[LR] = 0x55;
    places[NZ] = -1;
    machine.enable(0, 0x80);
    machine.raiseAt(10, 0);
    machine.processor.runUntil(10 + 12);
    expect(machine.words(STACK - 32, 8)).toEqual([1, 2, 3, 4, 12, 0x55, MAIN, 0x81000000]);
    expect([machine.pc, machine.sp, places[IPSR], places[LR]]).toEqual([
      0x200,
      STACK - 32,
      16,
      0xfffffff9 | 0,
    ]);
    places[NZ] = 0;
    machine.lowerAt(23, 0);
    machine.processor.runUntil(60);
    expect(machine.log).toEqual([{ value: 1, time: 10 + 12 + 3 }]);
    expect([machine.pc, machine.sp, places[IPSR], places[LR]]).toEqual([MAIN, STACK, 0, 0x55]);
    expect([...places.subarray(0, 4), places[12], places[NZ]]).toEqual([1, 2, 3, 4, 12, -1]);
  });

  it('move the frame to a multiple of 8 and back if CCR.STKALIGN is set (B1.5.7)', () => {
    for (const [ccr, frame, status] of [
      [0x200, STACK - 40, 0x01000200],
      [0, STACK - 36, 0x01000000],
    ] as const) {
      const machine = createMachine(LOGGING);
      machine.setScs(SCS.CCR, ccr);
      machine.places[SP] = STACK - 4;
      machine.places[NZ] = 1;
      machine.enable(0, 0);
      machine.raiseAt(1, 0);
      machine.lowerAt(2, 0);
      machine.processor.runUntil(14);
      expect([machine.sp, machine.word(machine.sp + 28)]).toEqual([frame, status]);
      machine.processor.runUntil(100);
      expect([machine.sp, machine.values()]).toEqual([STACK - 4, [1]]);
    }
  });

  it('push S0 to S15 and FPSCR, too, where a program has used them (B1.5.7)', () => {
    const machine = createMachine(LOGGING);
    const { places } = machine;
    for (let index = 0; index < 32; index++) places[S0 + index] = 1000 + index;
    places[FPSCR] = 0x123;
    places[CONTROL] = 4;
    machine.enable(0, 0);
    machine.raiseAt(1, 0);
    machine.lowerAt(2, 0);
    machine.processor.runUntil(14);
    expect([machine.sp, places[LR], machine.control]).toEqual([STACK - 0x68, 0xffffffe9 | 0, 0]);
    expect(machine.words(STACK - 0x48, 17)).toEqual([
      ...Array.from({ length: 16 }, (_, n) => 1000 + n),
      0x123,
    ]);
    expect(machine.scs(0xf38)).toBe(STACK - 0x48);
    places.fill(0, S0, S0 + 16);
    machine.processor.runUntil(100);
    expect([...places.subarray(S0, S0 + 32)]).toEqual(Array.from({ length: 32 }, (_, n) => 1000 + n));
    expect([machine.sp, places[FPSCR], machine.control]).toEqual([STACK, 0x123, 4]);
  });

  it('faults where a handler has taken the Thumb bit from the frame (UFSR.INVSTATE)', () => {
    const clearsThumb = [
      0x9807, // LDR r0, [sp, #28]
      0x2101, // MOVS r1, #1
      0x0609, // LSLS r1, r1, #24
      0x4388, // BICS r0, r1
      0x9007, // STR r0, [sp, #28]
      0x4770, // BX LR
    ];
    const machine = createMachine({
      code: { [MAIN]: [SPIN], 512: clearsThumb, 768: logging(3) },
      vectors: { 3: 0x301, 16: 0x201 },
    });
    machine.enable(0, 0);
    machine.raiseAt(100, 0);
    machine.lowerAt(101, 0);
    machine.processor.runUntil(150);
    expect(machine.processor.faults.map(({ fault }) => [fault.kind, fault.address])).toEqual([
      ['invalid-state', MAIN],
    ]);
    expect(machine.values()).toEqual([3]);
  });

  it('use the process stack of a thread for the frame and the main stack for the handler', () => {
    const machine = createMachine(LOGGING);
    const { places } = machine;
    places[CONTROL] = 2;
    places[SP] = RAM_AT + 0x400;
    places[OTHER_SP] = STACK;
    machine.enable(0, 0);
    machine.raiseAt(1, 0);
    machine.lowerAt(2, 0);
    machine.processor.runUntil(14);
    expect([places[SP], places[OTHER_SP], places[LR], machine.control]).toEqual([
      STACK,
      RAM_AT + 0x3e0,
      0xfffffffd | 0,
      0,
    ]);
    machine.processor.runUntil(100);
    expect([places[SP], places[OTHER_SP], machine.control]).toEqual([RAM_AT + 0x400, STACK, 2]);
  });
});

describe('priorities (ARMv7-M ARM B1.5.4)', () => {
  const raising = (priority: number, group = 0) => {
    const machine = createMachine({ ...LOGGING, code: { ...LOGGING.code, 512: RAISING } });
    machine.setScs(SCS.AIRCR, 0x05fa0000 | (group << 8));
    machine.enable(0, 0x80);
    machine.enable(1, priority);
    machine.raiseAt(1, 0);
    machine.lowerAt(2, 0);
    machine.lowerAt(60, 1);
    return machine;
  };

  it('let a higher one preempt a handler', () => {
    const machine = raising(0x70);
    machine.processor.runUntil(200);
    expect(machine.values().slice(0, 2)).toEqual([1, 2]);
    expect(machine.values().at(-1)).toBe(3);
  });

  it('let an equal or lower one wait for the return, and follow without a frame', () => {
    for (const priority of [0x80, 0x90]) {
      const machine = raising(priority);
      machine.processor.runUntil(200);
      expect(machine.values().slice(0, 3)).toEqual([1, 3, 2]);
      expect(machine.processor.counters.tailChained).toBeGreaterThan(0);
    }
  });

  it('preempt by their group only', () => {
    const machine = raising(0x70, 7);
    machine.processor.runUntil(200);
    expect(machine.values().slice(0, 3)).toEqual([1, 3, 2]);
  });

  it.each([
    ['PRIMASK', PRIMASK, 1, []],
    ['FAULTMASK', FAULTMASK, 1, []],
    ['BASEPRI at its priority', BASEPRI, 0x80, []],
    ['BASEPRI below its priority', BASEPRI, 0x90, [1]],
    ['BASEPRI of 0', BASEPRI, 0, [1]],
  ] as const)('are masked by %s', (_name, place, value, expected) => {
    const machine = createMachine(LOGGING);
    machine.enable(0, 0x80);
    machine.places[place] = value;
    machine.raiseAt(10, 0);
    machine.lowerAt(11, 0);
    machine.processor.runUntil(100);
    expect(machine.values()).toEqual(expected);
  });

  it('let NMI through PRIMASK and FAULTMASK, which it leaves set', () => {
    const machine = createMachine({ code: { ...SPINNING, 512: logging(9) }, vectors: { 2: 0x201 } });
    machine.places[PRIMASK] = 1;
    machine.places[FAULTMASK] = 1;
    machine.timeline.at(5, () => machine.setScs(SCS.ICSR, 0x80000000));
    machine.processor.runUntil(100);
    expect(machine.values()).toEqual([9]);
    expect(machine.places[FAULTMASK]).toBe(1);
  });
});

describe('the order of exceptions that meet', () => {
  it('is by priority where one arrives while the frame of another is pushed (B1.5.11)', () => {
    const machine = createMachine(LOGGING);
    machine.enable(0, 0x80);
    machine.enable(1, 0x40);
    machine.raiseAt(10, 0);
    machine.raiseAt(15, 1);
    machine.lowerAt(23, 0);
    machine.lowerAt(23, 1);
    machine.processor.runUntil(200);
    expect(machine.values()).toEqual([2, 1]);
    const { counters } = machine.processor;
    expect([counters.lateArrivals, counters.tailChained]).toEqual([1, 1]);
    expect([counters.exceptions[16], counters.exceptions[17]]).toEqual([1, 1]);
  });

  it('costs 12 cycles to enter, 6 to go on to the next handler and 10 to return (Cortex-M4 TRM 3.9)', () => {
    const machine = createMachine(LOGGING);
    machine.enable(0, 0);
    machine.enable(1, 0);
    machine.raiseAt(10, 0);
    machine.raiseAt(10, 1);
    machine.lowerAt(11, 0);
    machine.lowerAt(11, 1);
    machine.processor.runUntil(10 + 12 + 5 + 6 + 5 + 10);
    expect(machine.log).toEqual([
      { value: 1, time: 10 + 12 + 3 },
      { value: 2, time: 10 + 12 + 5 + 6 + 3 },
    ]);
    expect([machine.pc, machine.timeline.now, machine.sp]).toEqual([MAIN, 48, STACK]);
  });

  it('takes an interrupt again whose line is still high at the return (B3.4.1)', () => {
    const machine = createMachine(LOGGING);
    machine.enable(0, 0);
    machine.raiseAt(10, 0);
    machine.lowerAt(35, 0);
    machine.processor.runUntil(200);
    expect(machine.values()).toEqual([1, 1]);
  });
});

describe('SVC and PendSV (ARMv7-M ARM B1.5.13)', () => {
  it('SVC goes on behind itself after its handler', () => {
    const machine = createMachine({
      code: { [MAIN]: [0xdf2a /* SVC #42 */, SPIN], 512: logging(7) },
      vectors: { 11: 0x201 },
    });
    machine.processor.runUntil(13);
    expect(machine.word(STACK - 8)).toBe(MAIN + 2);
    machine.processor.runUntil(100);
    expect([machine.values(), machine.pc]).toEqual([[7], MAIN + 2]);
  });

  it('an SVC that its priority does not let in is a HardFault', () => {
    const machine = createMachine({
      code: { [MAIN]: [0xb672 /* CPSID I */, 0xdf00, SPIN], 512: logging(7), 544: [SPIN] },
      vectors: { 11: 0x201, 3: 0x221 },
    });
    machine.processor.runUntil(100);
    expect([machine.values(), machine.places[IPSR]]).toEqual([[], 3]);
  });

  it('PendSV waits for the interrupts with a higher priority, and is cleared by PENDSVCLR', () => {
    const machine = createMachine({
      code: { ...LOGGING.code, 608: logging(8) },
      vectors: { ...LOGGING.vectors, 14: 0x261 },
    });
    machine.enable(0, 0x10);
    machine.processor.space.write(0xd20, 0x00ff0000, 0x00ff0000);
    machine.timeline.at(10, () => {
      machine.setScs(SCS.ICSR, 1 << 28);
      machine.processor.lines.set(0, true);
    });
    machine.lowerAt(11, 0);
    machine.processor.runUntil(100);
    expect(machine.values()).toEqual([1, 8]);
    machine.places[PRIMASK] = 1;
    machine.setScs(SCS.ICSR, 1 << 28);
    expect(machine.scs(SCS.ICSR)).toBe((1 << 28) | (14 << 12));
    machine.setScs(SCS.ICSR, 1 << 27);
    expect(machine.scs(SCS.ICSR)).toBe(0);
  });
});

it('an interrupt is taken right after the instruction whose store has raised it', () => {
  const machine = createMachine({
    ...LOGGING,
    code: {
      ...LOGGING.code,
      [MAIN]: [
        0x6008, // STR r0, [r1]
        0x1c52, // ADDS r2, r2, #1
        0x1c52,
        SPIN,
      ],
    },
  });
  machine.places[1] = RAISE;
  machine.enable(0, 0);
  machine.processor.runUntil(13);
  expect(machine.words(STACK - 32, 8)).toEqual([0, RAISE, 0, 0, 0, 0xffffffff, MAIN + 2, expect.any(Number)]);
});
