import { BASEPRI, CARRY, IPSR, PRIMASK } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { createMachine, logging, MAIN, SCS, SPIN, STACK } from './machine.ts';

describe('a processor', () => {
  it('begins with the stack and the address of its vector table (ARMv7-M ARM B1.5.5)', () => {
    const machine = createMachine({ code: { [MAIN]: [SPIN] } });
    expect([machine.pc, machine.sp]).toEqual([MAIN, STACK]);
  });

  it('asks for a reset after the instruction that sets SYSRESETREQ, and forgets its masks', () => {
    const machine = createMachine({
      code: {
        [MAIN]: [
          0xb672, // CPSID I
          0x6008, // STR r0, [r1]
          SPIN,
        ],
      },
    });
    machine.places[0] = 0x05fa0004;
    machine.places[1] = 0xe000ed0c | 0;
    machine.places[BASEPRI] = 0x40;
    machine.places[CARRY] = 1;
    machine.processor.runUntil(2);
    expect([machine.resets, machine.places[PRIMASK]]).toEqual([[], 1]);
    machine.processor.runUntil(3);
    expect(machine.resets).toEqual([2]);
    expect([BASEPRI, CARRY, IPSR].map(place => machine.places[place])).toEqual([0, 0, 0]);
  });

  it('stops at once where something halts it, and goes on after resume', () => {
    const machine = createMachine({ code: { [MAIN]: [SPIN] } });
    machine.timeline.at(100, () => machine.processor.halt());
    expect([machine.processor.runUntil(1000), machine.timeline.now]).toEqual(['halted', 100]);
    expect([machine.processor.runUntil(1000), machine.timeline.now]).toEqual(['halted', 100]);
    machine.processor.resume();
    expect([machine.processor.runUntil(1000), machine.timeline.now]).toEqual(['due', 1000]);
  });

  it('runs slower with a slower clock, and counts its exceptions and its deepest frame', () => {
    const machine = createMachine({ code: { [MAIN]: [SPIN], 512: logging(1) }, vectors: { 16: 0x201 } });
    machine.processor.setClock(21_000_000);
    machine.enable(0, 0);
    machine.raiseAt(400, 0);
    machine.lowerAt(401, 0);
    machine.processor.runUntil(1000);
    expect(machine.log).toEqual([{ value: 1, time: 400 + 4 * (12 + 3) }]);
    expect(machine.processor.counters.exceptions[16]).toBe(1);
    expect(machine.processor.counters.deepestStack).toBe(STACK - 32);
    expect(machine.processor.instructions).toBe((1000 - 4 * (12 + 10)) / 4);
  });

  it('executes nothing more once an instruction has stopped its clock, and time goes on', () => {
    const stopsClock = [
      0x2000, // MOVS r0, #0
      0x2101, // MOVS r1, #1
      0x0789, // LSLS r1, r1, #30
      0x6108, // STR r0, [r1, #16]
      0x4770, // BX LR
    ];
    const machine = createMachine({ code: { [MAIN]: [SPIN], 512: stopsClock }, vectors: { 16: 0x201 } });
    machine.enable(0, 0);
    machine.raiseAt(100, 0);
    machine.lowerAt(101, 0);
    machine.processor.runUntil(1000);
    expect([machine.pc, machine.timeline.now]).toEqual([520, 1000]);
    machine.processor.setClock(84_000_000);
    machine.processor.runUntil(1050);
    expect([machine.pc, machine.timeline.now]).toEqual([MAIN, 1050]);
  });

  it('shows an interrupt that PRIMASK keeps out as pending', () => {
    const machine = createMachine({ code: { [MAIN]: [0xb672, SPIN] } });
    machine.enable(0, 0);
    machine.raiseAt(10, 0);
    machine.processor.runUntil(100);
    expect(machine.scs(SCS.ICSR)).toBe((1 << 22) | (16 << 12));
  });
});
