import type { Timeline } from '../base/timeline.ts';
import type { Core } from '../core/core.ts';
import { NMI, SV_CALL } from '../core/exception-numbers.ts';
import { ProcessorFault } from '../core/fault.ts';
import {
  ASLEEP,
  CONTROL,
  EVENT,
  FAULTMASK,
  FOR_INTERRUPT,
  IPSR,
  IS_CLAIMED,
  LR,
  PC,
  SP,
} from '../core/places.ts';
import { FLOATING_POINT_ACTIVE, selectStack, usesProcessStack } from '../core/status.ts';
import type { ProcessorCounters } from './counters.ts';
import type { ExceptionState } from './exception-state.ts';
import type { Faults } from './faults.ts';
import { popFrame, pushFrame } from './frame.ts';
import { ENTRY_CYCLES, RETURN_CYCLES, TAIL_CHAIN_CYCLES } from './limits.ts';
import type { Nvic } from './nvic.ts';
import { executionPriority, preempts } from './priority.ts';
import { NONBASETHRDENA, SLEEPONEXIT, STKALIGN, type SystemControl } from './scb.ts';

/** EXC_RETURN (ARMv7-M ARM table B1-8 and B1.5.8): the valid values have these bits beside the three below. */
const EXC_RETURN = 0xffffffe1 | 0;
const TO_THREAD = 1 << 3;
const TO_PROCESS_STACK = 1 << 2;
const BASIC_FRAME = 1 << 4;
const VALID_RETURNS: readonly number[] = [0, TO_THREAD, TO_THREAD | TO_PROCESS_STACK].flatMap(bits => [
  EXC_RETURN | bits,
  EXC_RETURN | bits | BASIC_FRAME,
]);

export interface ExceptionPorts {
  readonly core: Core;
  readonly state: ExceptionState;
  readonly scb: SystemControl;
  readonly nvic: Nvic;
  readonly faults: Faults;
  readonly timeline: Timeline;
  readonly counters: ProcessorCounters;
  /** Lets time pass. */
  spendCycles(cycles: number): void;
}

/** Enters and leaves exceptions between two runs of instructions (ARMv7-M ARM B1.5). */
export class Exceptions {
  readonly #ports: ExceptionPorts;
  readonly #places: Int32Array;

  constructor(ports: ExceptionPorts) {
    this.#ports = ports;
    this.#places = ports.core.places;
  }

  /** SVC (B1.5.13): pending at once, or a HardFault where the priority of the code lets no SVCall in. */
  callSupervisor(): void {
    const { state, faults } = this.#ports;
    const isLetIn = state.groupPriority(state.priority(SV_CALL)) < executionPriority(state, this.#places);
    if (isLetIn) state.pend(SV_CALL);
    else faults.escalateCall((this.#places[PC] ?? 0) - 2);
  }

  /** Enters the first pending exception if it interrupts the code that runs; returns whether it does. */
  takePending(): boolean {
    const { state, counters, timeline } = this.#ports;
    if (!preempts(state, this.#places)) return false;
    const { first } = state;
    const link = this.#push();
    this.#ports.spendCycles(ENTRY_CYCLES);
    // An exception that arrives before the handler's first instruction is taken in place of it (B1.5.11, late arrival).
    timeline.runDue();
    if (state.first !== first) counters.lateArrivals++;
    this.#start(state.first, link);
    return true;
  }

  /** Pushes a frame; returns the EXC_RETURN that belongs to it. */
  #push(): number {
    const places = this.#places;
    const { core, scb, faults, counters } = this.#ports;
    const isThread = places[IPSR] === 0;
    const isProcessStack = usesProcessStack(places);
    const isExtended = ((places[CONTROL] ?? 0) & FLOATING_POINT_ACTIVE) !== 0;
    try {
      const frame = pushFrame(core, places[PC] ?? 0, scb.registers.has('CCR', STKALIGN));
      if (frame.isExtended) scb.registers.set('FPCAR', frame.address + 0x20);
      counters.deepestStack = Math.min(counters.deepestStack, frame.address);
    } catch (error) {
      if (!(error instanceof ProcessorFault)) throw error;
      faults.raiseForFrame(true, error.address);
    }
    selectStack(places, false);
    return (
      EXC_RETURN |
      (isThread ? TO_THREAD : 0) |
      (isProcessStack ? TO_PROCESS_STACK : 0) |
      (isExtended ? 0 : BASIC_FRAME)
    );
  }

  /** Goes to the handler (B1.5.6, ExceptionTaken). */
  #start(exception: number, link: number): void {
    const places = this.#places;
    const { core, state, scb, faults, counters } = this.#ports;
    state.activate(exception);
    counters.exceptions[exception] = (counters.exceptions[exception] ?? 0) + 1;
    places[LR] = link;
    places[IPSR] = exception;
    places[CONTROL] = (places[CONTROL] ?? 0) & ~FLOATING_POINT_ACTIVE;
    this.#signalChange();
    const vector = (scb.registers.get('VTOR') + 4 * exception) >>> 0;
    try {
      const handler = core.load(vector);
      places[PC] = handler & ~1;
      if ((handler & 1) === 0) faults.raise(new ProcessorFault('invalid-state', handler));
      // As in erased flash. Only instructions make an exception return of such an address (B1.5.8).
      else if (handler >>> 28 === 0xf) faults.raise(new ProcessorFault('instruction-bus', handler & ~1));
    } catch (error) {
      if (!(error instanceof ProcessorFault)) throw error;
      faults.raiseForVector(vector);
    }
  }

  /** Entry and return make an event (B1.5.18), and end the claim of LDREX (A3.4.4). */
  #signalChange(): void {
    this.#places[EVENT] = 1;
    this.#places[IS_CLAIMED] = 0;
  }

  /** Leaves the exception that runs; `places[PC]` is an EXC_RETURN (B1.5.8, ExceptionReturn). */
  leave(): void {
    const { state, nvic, faults } = this.#ports;
    const link = (this.#places[PC] ?? 0) | 1;
    const returning = this.#places[IPSR] ?? 0;
    if (!this.#isValid(link, returning)) {
      this.#refuse(link, returning);
      return;
    }
    state.deactivate(returning);
    if (returning !== NMI) this.#places[FAULTMASK] = 0;
    nvic.sampleAfterReturn(returning);
    this.#signalChange();
    if (preempts(state, this.#places)) this.#chain(link);
    else if (!this.#pop(link)) this.#chain(link);
    else if ((this.#places[IPSR] === 0) !== ((link & TO_THREAD) !== 0)) {
      // The frame belongs to the other mode.
      faults.raise(new ProcessorFault('invalid-return', link));
    }
  }

  #isValid(link: number, returning: number): boolean {
    const { state, scb } = this.#ports;
    if (!VALID_RETURNS.includes(link) || !state.isActive(returning)) return false;
    if ((link & TO_THREAD) === 0) return state.depth > 1;
    return state.depth === 1 || scb.registers.has('CCR', NONBASETHRDENA);
  }

  /** A return that fits no active exception is a UsageFault, entered without a new frame. */
  #refuse(link: number, returning: number): void {
    const { state, faults } = this.#ports;
    if (state.isActive(returning)) state.deactivate(returning);
    faults.raise(new ProcessorFault('invalid-return', link));
    if (!preempts(state, this.#places)) return;
    this.#ports.spendCycles(TAIL_CHAIN_CYCLES);
    this.#start(state.first, link);
  }

  /** Enters the next exception with the frame of the last one (B1.5.12, tail-chaining). */
  #chain(link: number): void {
    const { state, counters } = this.#ports;
    if (!preempts(state, this.#places)) return;
    counters.tailChained++;
    this.#ports.spendCycles(TAIL_CHAIN_CYCLES);
    this.#start(state.first, link);
  }

  /** Returns to what the frame says; returns false, with a fault pending, if it cannot be read. */
  #pop(link: number): boolean {
    const places = this.#places;
    const { core, scb, faults } = this.#ports;
    selectStack(places, (link & TO_PROCESS_STACK) !== 0);
    const address = (places[SP] ?? 0) >>> 0;
    try {
      const popped = popFrame(core, { address, isExtended: (link & BASIC_FRAME) === 0 });
      places[SP] = popped.stackPointer;
      // The first instruction there would fault (B1.5.8).
      if (!popped.isThumb) faults.raise(new ProcessorFault('invalid-state', places[PC] ?? 0));
    } catch (error) {
      if (!(error instanceof ProcessorFault)) throw error;
      selectStack(places, false);
      faults.raiseForFrame(false, error.address);
      return false;
    }
    this.#ports.spendCycles(RETURN_CYCLES);
    if ((link & TO_THREAD) !== 0 && scb.registers.has('SCR', SLEEPONEXIT)) places[ASLEEP] = FOR_INTERRUPT;
    return true;
  }
}
