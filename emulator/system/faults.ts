import type { Core } from '../core/core.ts';
import { BUS_FAULT, HARD_FAULT, USAGE_FAULT } from '../core/exception-numbers.ts';
import { type FaultKind, ProcessorFault } from '../core/fault.ts';
import type { ExceptionState } from './exception-state.ts';
import { type ProcessorFaultReport, reportFault } from './fault-report.ts';
import { FAULTS_KEPT } from './limits.ts';
import { executionPriority } from './priority.ts';
import { DEBUGEVT, FORCED, type SystemControl, VECTTBL } from './scb.ts';

interface Cause {
  readonly exception: number;
  /** Its bit of CFSR (ARMv7-M ARM B3.2.15). */
  readonly status: number;
}

const BFARVALID = 1 << 15;
const UNSTKERR = 1 << 11;

const CAUSES: Readonly<Record<Exclude<FaultKind, 'breakpoint'>, Cause>> = {
  'undefined-instruction': { exception: USAGE_FAULT, status: 1 << 16 },
  'invalid-state': { exception: USAGE_FAULT, status: 1 << 17 },
  'invalid-return': { exception: USAGE_FAULT, status: 1 << 18 },
  'no-coprocessor': { exception: USAGE_FAULT, status: 1 << 19 },
  unaligned: { exception: USAGE_FAULT, status: 1 << 24 },
  'division-by-zero': { exception: USAGE_FAULT, status: 1 << 25 },
  'instruction-bus': { exception: BUS_FAULT, status: 1 << 8 },
  'data-bus': { exception: BUS_FAULT, status: (1 << 9) | BFARVALID },
  stacking: { exception: BUS_FAULT, status: 1 << 12 },
};

/** HardFault and what goes before it: code at this priority or a higher one cannot be interrupted by a fault. */
const HARD_FAULT_PRIORITY = -1;

/** Makes exceptions of faults (ARMv7-M ARM B1.5.14). */
export class Faults {
  readonly #core: Core;
  readonly #state: ExceptionState;
  readonly #scb: SystemControl;
  readonly #now: () => number;
  readonly #onReport: (report: ProcessorFaultReport) => void;
  readonly #reports: ProcessorFaultReport[] = [];
  #isLockedUp = false;

  constructor(ports: {
    core: Core;
    state: ExceptionState;
    scb: SystemControl;
    now: () => number;
    onReport: (report: ProcessorFaultReport) => void;
  }) {
    this.#core = ports.core;
    this.#state = ports.state;
    this.#scb = ports.scb;
    this.#now = ports.now;
    this.#onReport = ports.onReport;
  }

  /** The reports are kept: they tell why the processor was reset. */
  reset(): void {
    this.#isLockedUp = false;
  }

  /** The latest faults, oldest first. */
  get reports(): readonly ProcessorFaultReport[] {
    return this.#reports;
  }

  /** True after a fault in HardFault or NMI: the processor does nothing until a reset (B1.5.15; an NMI, which
   * this chip makes for a failed HSE only, would end it, too, and does not here). */
  get isLockedUp(): boolean {
    return this.#isLockedUp;
  }

  /** Makes the exception of an instruction's fault pending. */
  raise(fault: ProcessorFault): void {
    if (fault.kind === 'breakpoint') {
      // No debugger is attached, and no DebugMonitor either (C1.4.1).
      this.#scb.registers.change('HFSR', DEBUGEVT);
      this.#pend(HARD_FAULT, fault);
      return;
    }
    const { exception, status } = CAUSES[fault.kind];
    this.#scb.registers.change('CFSR', status);
    if (status & BFARVALID) this.#scb.registers.set('BFAR', fault.address);
    this.#pend(exception, fault);
  }

  /** Makes BusFault pending for a frame that could not be written or read (B1.5.6, B1.5.8). */
  raiseForFrame(isPush: boolean, address: number): void {
    this.#scb.registers.change('CFSR', isPush ? CAUSES.stacking.status : UNSTKERR);
    this.#pend(BUS_FAULT, new ProcessorFault('stacking', address));
  }

  /** Makes HardFault pending for a handler whose address could not be read (B3.2.16, VECTTBL). */
  raiseForVector(address: number): void {
    this.#scb.registers.change('HFSR', VECTTBL);
    this.#pend(HARD_FAULT, new ProcessorFault('data-bus', address));
  }

  #pend(exception: number, fault: ProcessorFault): void {
    const priority = executionPriority(this.#state, this.#core.places);
    const canHandle = (number: number): boolean =>
      this.#state.isEnabled(number) && this.#state.groupPriority(this.#state.priority(number)) < priority;
    if (canHandle(exception)) this.#take(exception, fault);
    else if (priority <= HARD_FAULT_PRIORITY) this.#lockUp(fault);
    else {
      this.#scb.registers.change('HFSR', FORCED);
      this.#take(HARD_FAULT, fault);
    }
  }

  #take(exception: number, fault: ProcessorFault): void {
    this.#keep(reportFault(this.#core, fault, exception, this.#now()));
    this.#state.pend(exception);
  }

  #lockUp(fault: ProcessorFault): void {
    this.#isLockedUp = true;
    this.#keep(reportFault(this.#core, fault, 0, this.#now()));
  }

  /** An SVC that its handler's priority does not let through (B1.5.13). */
  escalateCall(address: number): void {
    this.#pend(HARD_FAULT, new ProcessorFault('undefined-instruction', address));
  }

  #keep(report: ProcessorFaultReport): void {
    this.#reports.push(report);
    if (this.#reports.length > FAULTS_KEPT) this.#reports.shift();
    this.#onReport(report);
  }
}
