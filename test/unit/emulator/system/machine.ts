import { Timeline } from '@passfob/emulator/base/timeline';
import type { Bus } from '@passfob/emulator/core/bus';
import { createCore } from '@passfob/emulator/core/core';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import * as places from '@passfob/emulator/core/places';
import { BusMonitor } from '@passfob/emulator/system/bus-monitor';
import { Processor, type StopMode } from '@passfob/emulator/system/processor';
import { isSteadySystemRead, SYSTEM_SPACE } from '@passfob/emulator/system/system-space';
import { placesOf } from '../core/program.ts';
import { registersOf, type Stage } from '../kit/register-script.ts';

export const RAM_AT = 0x2000_0000;
const RAM_BYTES = 0x1000;
const STACK = RAM_AT + RAM_BYTES;
/** Where programs begin. */
export const MAIN = 0x100;
/** A store here is noted in the log. */
const LOG = 0x4000_0000;
/** A store here raises the line of this number. */
export const RAISE = 0x4000_0004;
/** A store here lowers the line of this number. */
const LOWER = 0x4000_0008;
/** A value that is stored here is noted in the log after so many ticks. */
const LATER = 0x4000_000c;
/** A store here sets the processor's clock, in Hz. */
const CLOCK = 0x4000_0010;

/** `B .`: waits for ever. */
export const SPIN = 0xe7fe;

/** Register offsets in the System Control Space. */
const ISER0 = 0x100;
const SCS = {
  ...{
    ICSR: 0xd04,
    AIRCR: 0xd0c,
    SCR: 0xd10,
    CCR: 0xd14,
    SHPR3: 0xd20,
    SHCSR: 0xd24,
    CFSR: 0xd28,
    HFSR: 0xd2c,
  },
  ...{ BFAR: 0xd38, CPACR: 0xd88, FPCAR: 0xf38, FPDSCR: 0xf3c },
};

export interface MachineOptions {
  /** Half-words of programs by their addresses. */
  readonly code: Readonly<Record<number, readonly number[]>>;
  /** Addresses of handlers by the numbers of their exceptions. */
  readonly vectors?: Readonly<Record<number, number>>;
  /** Whether idle loops are skipped. Default false. */
  readonly skipsIdle?: boolean;
  readonly deepSleep?: StopMode;
}

/** The half-words of a program, between semicolons: their digits, then their meaning. */
export const code = (source: string): number[] =>
  source
    .split(/[;\n]/)
    .flatMap(each => /^(?:[\da-f]{4}(?: |$))+/.exec(each.trim())?.[0].trim().split(' ') ?? [])
    .map(half => Number.parseInt(half, 16));

/** A handler that logs a value below 256, from which it returns. */
export const logging = (value: number): number[] =>
  code(`20${value.toString(16).padStart(2, '0')} MOVS r0, #value; 2101 MOVS r1, #1; 0789 LSLS r1, r1, #30
    6008 STR r0, [r1]; 4770 BX LR`);

function flashWith({ code, vectors = {} }: MachineOptions): Uint8Array {
  const flash = new Uint8Array(0x1000);
  const view = new DataView(flash.buffer);
  view.setUint32(0, STACK, true);
  view.setUint32(4, MAIN | 1, true);
  for (const [number, handler] of Object.entries(vectors)) view.setUint32(4 * Number(number), handler, true);
  for (const [address, halves] of Object.entries(code))
    for (const [index, half] of halves.entries()) view.setUint16(Number(address) + 2 * index, half, true);
  return flash;
}

/** Looks at the memory. */
function memoryOf(ram: Uint8Array) {
  const view = new DataView(ram.buffer);
  return {
    word: (address: number) => view.getUint32(address - RAM_AT, true),
    setWord: (address: number, value: number) => view.setUint32(address - RAM_AT, value, true),
    words: (address: number, count: number) =>
      Array.from({ length: count }, (_, index) => view.getUint32(address - RAM_AT + 4 * index, true)),
  };
}

function systemOf({ space }: Processor) {
  return {
    setScs: (offset: number, value: number) => space.write(offset, value, 0xffffffff),
    /** Enables an interrupt of the chip with a priority. */
    enable(number: number, priority: number) {
      const shift = 8 * (number & 3);
      space.write(0x400 + (number & ~3), priority << shift, 0xff << shift);
      space.write(ISER0, 1 << number, 0xffffffff);
    },
  };
}

/** Moves the lines of interrupts at times to come. */
function linesOf({ lines }: Processor, timeline: Timeline) {
  return {
    raiseAt: (time: number, number: number) => timeline.at(time, () => lines.set(number, true)),
    lowerAt: (time: number, number: number) => timeline.at(time, () => lines.set(number, false)),
  };
}

const isSystem = (address: number) => address >= SYSTEM_SPACE && address < SYSTEM_SPACE + 0x1000;

/** A processor whose instructions take a tick each, with a few kilobytes and a device that raises interrupts. */
export function createMachine(options: MachineOptions) {
  const flash = flashWith(options);
  const ram = new Uint8Array(RAM_BYTES);
  const log: { value: number; time: number }[] = [];
  const bus: Bus = {
    read(address) {
      if (isSystem(address)) return processor.space.read(address - SYSTEM_SPACE);
      throw new ProcessorFault('data-bus', address);
    },
    write(address, value) {
      if (address === LOG) log.push({ value, time: timeline.now });
      else if (address === RAISE) processor.lines.set(value, true);
      else if (address === LOWER) processor.lines.set(value, false);
      else if (address === LATER)
        timeline.at(timeline.now + value, () => log.push({ value, time: timeline.now }));
      else if (address === CLOCK) processor.setClock(value);
      else if (isSystem(address)) processor.space.write(address - SYSTEM_SPACE, value, 0xffffffff);
      else throw new ProcessorFault('data-bus', address);
    },
  };
  const monitor = new BusMonitor(bus, isSteadySystemRead);
  const core = createCore({ flash, ram, bus: monitor });
  const timeline = new Timeline(core, 1);
  const resets: number[] = [];
  const processor = new Processor({
    core,
    timeline,
    cyclesPerInstruction: 1,
    onResetRequest: () => {
      resets.push(timeline.now);
      processor.reset();
    },
    ...(options.deepSleep && { deepSleep: options.deepSleep }),
    ...(options.skipsIdle && { idle: { ram, monitor } }),
  });
  processor.setClock(84_000_000);
  processor.reset();
  return {
    core,
    places: core.places,
    timeline,
    processor,
    log,
    resets,
    ram,
    values: () => log.map(({ value }) => value),
    ...memoryOf(ram),
    ...systemOf(processor),
    ...linesOf(processor, timeline),
  };
}

const { IPSR, PRIMASK, BASEPRI, FAULTMASK, CONTROL, OTHER_SP, FPSCR, NZ, CARRY, SP, LR, PC, S0 } = places;
const PLACES = { IPSR, PRIMASK, BASEPRI, FAULTMASK, CONTROL, OTHER_SP, FPSCR, NZ, CARRY, SP, LR, PC };
const CORE = Object.fromEntries(Array.from({ length: 13 }, (_, n) => [`r${n}`, n]));

const hex = (value: number): string => (value >>> 0).toString(16);

function showsOf(machine: ReturnType<typeof createMachine>): Required<Stage>['shows'] {
  const { core, processor, timeline, log } = machine;
  const { counters } = processor;
  return {
    // The first of them, or all.
    values: count =>
      machine
        .values()
        .slice(0, Number(count ?? Number.POSITIVE_INFINITY))
        .join(' '),
    last: () => machine.values().at(-1),
    log: () => log.map(({ value, time }) => `${value}@${time}`).join(' '),
    words: (address, count) => machine.words(Number(address), Number(count)).map(hex).join(' '),
    singles: (first, count) =>
      [...core.places.subarray(S0 + Number(first), S0 + Number(first) + Number(count))].join(' '),
    now: () => timeline.now,
    asleep: () => processor.isAsleep,
    lockedUp: () => processor.isLockedUp,
    instructions: () => processor.instructions,
    resets: () => machine.resets.join(' '),
    faults: () =>
      processor.faults
        .map(({ fault, exception }) => `${fault.kind} at ${hex(fault.address)} in ${exception}`)
        .join(', '),
    tailChained: () => counters.tailChained,
    late: () => counters.lateArrivals,
    slept: () => `${counters.ticksAsleep} ${counters.ticksInDeepSleep}`,
    deepest: () => counters.deepestStack,
    taken: exception => counters.exceptions[Number(exception)] ?? 0,
    // Until that time.
    ran: time => processor.runUntil(Number(time)),
  };
}

/** A machine for scripts: core and system registers by name, lines that are raised and lowered at a time. */
export function machineStage(options: MachineOptions) {
  const machine = createMachine(options);
  const { core, processor, timeline } = machine;
  const stage: Stage = {
    registers: {
      ...registersOf(placesOf(core), { ...CORE, ...PLACES }),
      ...registersOf(processor.space, SCS),
    },
    names: { MAIN, STACK, RAISE, RAM: RAM_AT, ALL: 0xffff_ffff },
    shows: showsOf(machine),
    acts: {
      run: time => void processor.runUntil(Number(time)),
      enable: (number, priority) => machine.enable(Number(number), Number(priority)),
      raise: (number, time = timeline.now) => machine.raiseAt(Number(time), Number(number)),
      lower: (number, time) => machine.lowerAt(Number(time), Number(number)),
      // An ICSR that is written at a time.
      request: (value, time) => timeline.at(Number(time), () => machine.setScs(SCS.ICSR, Number(value))),
      setWord: (address, value) => machine.setWord(Number(address), Number(value)),
      setSingles: (first, count, from) => {
        for (let n = 0; n < Number(count); n++) core.places[S0 + Number(first) + n] = Number(from) + n;
      },
      haltAt: time => timeline.at(Number(time), () => processor.halt()),
      alarmAt: time => timeline.at(Number(time), () => undefined),
      resume: () => processor.resume(),
      reset: () => processor.reset(),
      event: () => processor.signalEvent(),
      clock: hertz => processor.setClock(Number(hertz)),
    },
  };
  return { machine, stage };
}
