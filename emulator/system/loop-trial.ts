import type { Timeline } from '../base/timeline.ts';
import type { Core } from '../core/core.ts';
import { ProcessorFault } from '../core/fault.ts';
import { ASLEEP, CONSTANTS, PC, SP } from '../core/places.ts';
import { type BusMonitor, TrialEnded } from './bus-monitor.ts';

/**
 * State of the chip that reads change although they are steady, such as a register that is held until another one has
 * been read. A trial puts it back.
 */
export interface ReadState {
  /** All of it, as a few numbers. */
  save(): readonly number[];
  restore(saved: readonly number[]): void;
}

/** Everything that an instruction without effects outside may change, at a moment. */
export class Snapshot {
  readonly #ram: Uint8Array;
  readonly #places = new Int32Array(CONSTANTS);
  #readState: readonly number[] = [];
  time = 0;

  constructor(bytes: number) {
    this.#ram = new Uint8Array(bytes);
  }

  get pc(): number {
    return this.#places[PC] ?? 0;
  }

  get sp(): number {
    return this.#places[SP] ?? 0;
  }

  take(machine: TrialMachine): void {
    this.#ram.set(machine.ram);
    this.#places.set(machine.core.places.subarray(0, CONSTANTS));
    this.#readState = machine.readState?.save() ?? [];
    this.time = machine.timeline.now;
  }

  restore(machine: TrialMachine): void {
    machine.ram.set(this.#ram);
    machine.core.places.set(this.#places);
    machine.readState?.restore(this.#readState);
    machine.timeline.moveBackTo(this.time);
  }

  /** Tells whether memory, registers and time are the same now. */
  isNow(machine: TrialMachine): boolean {
    const { places } = machine.core;
    const readState = machine.readState?.save() ?? [];
    return (
      this.time === machine.timeline.now &&
      this.#places.every((value, place) => value === places[place]) &&
      this.#readState.every((value, index) => Object.is(value, readState[index])) &&
      isEqual(this.#ram, machine.ram)
    );
  }
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  const whole = left.length >> 2;
  const a = new Int32Array(left.buffer, left.byteOffset, whole);
  const b = new Int32Array(right.buffer, right.byteOffset, whole);
  for (let index = 0; index < whole; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** What a trial runs on. */
export interface TrialMachine {
  readonly core: Core;
  readonly timeline: Timeline;
  readonly monitor: BusMonitor;
  /** Its length and its offset in its buffer are multiples of four. */
  readonly ram: Uint8Array;
  readonly readState?: ReadState;
  /** Whether a pending exception interrupts the program now. */
  isInterrupted(): boolean;
}

/**
 * Executes exactly `count` instructions. Returns false where the program has an effect outside its memory, sleeps,
 * leaves an exception or lets one in before that: something else comes first then.
 */
export function runExactly(machine: TrialMachine, count: number): boolean {
  const { core, monitor } = machine;
  const { places } = core;
  const end = core.executed + count;
  while (core.executed < end) {
    core.run(end - core.executed);
    const isElsewhere = (places[PC] ?? 0) < 0 || places[ASLEEP] !== 0;
    if (isElsewhere || monitor.hasEffects || machine.isInterrupted()) return false;
  }
  return !monitor.hasEffects;
}

/**
 * Executes an iteration of a loop from a snapshot, but at another time, with every effect outside memory and registers
 * prevented. Memory, registers and time are left as they are at its end or where it ended early.
 * @returns whether it came back to where it had begun, in as many ticks as it should
 */
export function tryIteration(
  machine: TrialMachine,
  start: Snapshot,
  at: { time: number; instructions: number; ticks: number },
): boolean {
  const { core, timeline, monitor } = machine;
  start.restore(machine);
  timeline.moveTo(at.time);
  monitor.hasEffects = false;
  monitor.isTrial = true;
  try {
    if (!runExactly(machine, at.instructions)) return false;
  } catch (error) {
    if (error instanceof TrialEnded || error instanceof ProcessorFault) return false;
    throw error;
  } finally {
    monitor.isTrial = false;
  }
  const isBack = core.places[PC] === start.pc && core.places[SP] === start.sp;
  return isBack && Math.abs(timeline.now - at.time - at.ticks) < 1e-3;
}
