import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { TICKS_PER_SECOND, type Timeline } from '../base/timeline.ts';
import type { Core } from '../core/core.ts';
import { ProcessorFault } from '../core/fault.ts';
import { ASLEEP, CONSTANTS, EVENT, FOR_EVENT, FPSCR, IPSR, LR, NZ, PC, SP } from '../core/places.ts';
import { createCounters, type ProcessorCounters } from './counters.ts';
import { ExceptionState } from './exception-state.ts';
import { Exceptions } from './exceptions.ts';
import type { ProcessorFaultReport } from './fault-report.ts';
import { Faults } from './faults.ts';
import { IdleSkipper } from './idle.ts';
import { CYCLES_PER_INSTRUCTION } from './limits.ts';
import type { TrialMachine } from './loop-trial.ts';
import { Nvic } from './nvic.ts';
import { preempts, wakes } from './priority.ts';
import { ProcessorClock } from './processor-clock.ts';
import { SEVONPEND, SLEEPDEEP, SystemControl } from './scb.ts';
import { SystemSpace } from './system-space.ts';
import { SysTick } from './systick.ts';

/** What the chip does in deep sleep (ARMv7-M ARM B1.5.17; RM0368 §5.3.5). */
export interface StopMode {
  /** Called when the processor falls asleep with SCR.SLEEPDEEP set: stops clocks, and says whether it did. */
  enter(): boolean;
  /** Called when it wakes after that. */
  leave(): void;
}

export interface ProcessorOptions {
  readonly core: Core;
  readonly timeline: Timeline;
  /** Cycles that an instruction takes on average. Default: `CYCLES_PER_INSTRUCTION`. */
  readonly cyclesPerInstruction?: number;
  readonly deepSleep?: StopMode;
  /** Called between two instructions after a program's request (AIRCR.SYSRESETREQ): resets the chip, and this. */
  readonly onResetRequest?: () => void;
  readonly onFault?: (report: ProcessorFaultReport) => void;
  /** Memory and bus for finding loops that only wait; without them nothing is skipped. */
  readonly idle?: Pick<TrialMachine, 'ram' | 'monitor' | 'readState'>;
}

/** Why `runUntil` has returned. */
export type RunOutcome = 'due' | 'halted';

/** A Cortex-M4: the core, its exceptions and its sleep, run through time. */
export class Processor {
  /** For the bus at `SYSTEM_SPACE`. */
  readonly space: Peripheral;
  /** For the peripherals of the chip. */
  readonly lines: InterruptLines;
  readonly counters: ProcessorCounters = createCounters();
  readonly #options: ProcessorOptions;
  readonly #core: Core;
  readonly #timeline: Timeline;
  readonly #clock = new ProcessorClock();
  readonly #state: ExceptionState;
  readonly #scb: SystemControl;
  readonly #faults: Faults;
  readonly #exceptions: Exceptions;
  readonly #idle: IdleSkipper | undefined;
  readonly #cyclesPerInstruction: number;
  #ticksPerCycle = 1;
  #isResetRequested = false;
  #isHalted = false;
  /** Whether the chip has stopped its clocks for this sleep; undefined while awake. */
  #isDeep: boolean | undefined;

  constructor(options: ProcessorOptions) {
    const { core, timeline, idle } = options;
    this.#options = options;
    this.#core = core;
    this.#timeline = timeline;
    this.#cyclesPerInstruction = options.cyclesPerInstruction ?? CYCLES_PER_INSTRUCTION;
    this.#state = new ExceptionState({
      onPend: () => {
        if (this.#scb.registers.has('SCR', SEVONPEND)) this.signalEvent();
      },
      onReady: () => core.stop(),
    });
    const state = this.#state;
    const nvic = new Nvic(state);
    const sysTick = new SysTick({ time: timeline, clock: this.#clock, state });
    this.#scb = new SystemControl({ state, controls: core, onResetRequest: () => this.requestReset() });
    this.space = new SystemSpace({ nvic, sysTick, scb: this.#scb });
    this.lines = nvic;
    this.#faults = new Faults({
      core,
      state,
      scb: this.#scb,
      now: () => timeline.now,
      onReport: report => options.onFault?.(report),
    });
    this.#exceptions = new Exceptions({
      core,
      state,
      scb: this.#scb,
      nvic,
      faults: this.#faults,
      timeline,
      counters: this.counters,
      spendCycles: cycles => timeline.spend(cycles * this.#ticksPerCycle),
    });
    this.#idle =
      idle && new IdleSkipper({ core, timeline, isInterrupted: () => preempts(state, core.places), ...idle });
    core.onSupervisorCall = () => {
      idle?.monitor.note();
      this.#exceptions.callSupervisor();
    };
    core.onFloatingPointContext = () => {
      core.places[FPSCR] = this.#scb.registers.get('FPDSCR');
    };
    this.#clock.onChange(() => this.#setSpeed());
    this.#setSpeed();
  }

  /** While the clock is stopped nothing is executed, and the last speed stays. */
  #setSpeed(): void {
    const { hertz } = this.#clock;
    if (hertz > 0) {
      this.#ticksPerCycle = TICKS_PER_SECOND / hertz;
      this.#timeline.ticksPerInstruction = this.#cyclesPerInstruction * this.#ticksPerCycle;
    } else this.#core.stop();
  }

  /** Tells the frequency of HCLK in Hz; 0 while it is stopped. */
  setClock(hertz: number): void {
    this.#clock.hertz = hertz;
  }

  /** The latest faults, oldest first. */
  get faults(): readonly ProcessorFaultReport[] {
    return this.#faults.reports;
  }

  /** Whether a fault could not be handled: only a reset goes on. */
  get isLockedUp(): boolean {
    return this.#faults.isLockedUp;
  }

  get isAsleep(): boolean {
    return this.#core.places[ASLEEP] !== 0;
  }

  /** Instructions executed; those of skipped iterations of an idle loop are not among them. */
  get instructions(): number {
    return this.#core.executed - (this.#idle?.undone ?? 0);
  }

  /**
   * Resets the processor with its registers; the first instruction is that of the vector table's reset entry
   * (ARMv7-M ARM B1.5.5).
   * @param vectors address of the table: 0, or where a boot loader would have gone on
   */
  reset(vectors = 0): void {
    const { places } = this.#core;
    this.#state.reset();
    this.space.reset();
    this.#faults.reset();
    this.#isResetRequested = false;
    this.#isDeep = undefined;
    places.fill(0, 0, CONSTANTS);
    places[NZ] = 1;
    places[LR] = -1;
    places[SP] = this.#core.load(vectors) & ~3;
    places[PC] = this.#core.load(vectors + 4) & ~1;
    this.#scb.registers.set('VTOR', vectors);
  }

  /** Has the chip reset between two instructions: a program or a watchdog wants it. */
  requestReset(): void {
    this.#isResetRequested = true;
    this.#core.stop();
  }

  /** Ends `runUntil` after the present instruction, and every later one at once: the power is gone. */
  halt(): void {
    this.#isHalted = true;
    this.#core.stop();
  }

  /** Lets `runUntil` run again. */
  resume(): void {
    this.#isHalted = false;
  }

  /** Makes an event, which ends WFE: an EXTI line in event mode (RM0368 §10.2.3). */
  signalEvent(): void {
    this.#core.places[EVENT] = 1;
  }

  /** Executes instructions and runs alarms until a time, in ticks since the timeline began, or until it is halted. */
  runUntil(ticks: number): RunOutcome {
    const timeline = this.#timeline;
    for (;;) {
      timeline.runDue();
      if (this.#isHalted) return 'halted';
      if (timeline.now >= ticks) return 'due';
      if (this.#isResetRequested) this.#handleResetRequest();
      else if (!this.#isRunning()) this.#waitUntil(ticks);
      else if (!this.#isResetRequested && !this.#exceptions.takePending()) this.#execute(ticks);
    }
  }

  #handleResetRequest(): void {
    this.#isResetRequested = false;
    this.#options.onResetRequest?.();
  }

  /** Whether an instruction may be executed now; falls asleep and wakes up. */
  #isRunning(): boolean {
    if (this.#faults.isLockedUp) return false;
    if (this.isAsleep) {
      if (!this.#isWoken()) {
        this.#isDeep ??= this.#scb.registers.has('SCR', SLEEPDEEP) && this.#options.deepSleep?.enter();
        return false;
      }
      this.#core.places[ASLEEP] = 0;
      if (this.#isDeep) this.#options.deepSleep?.leave();
      this.#isDeep = undefined;
    }
    return this.#clock.hertz > 0;
  }

  /** WFE also ends with an event, which it clears (ARMv7-M ARM B1.5.18, B1.5.19). */
  #isWoken(): boolean {
    const { places } = this.#core;
    if (wakes(this.#state, places)) return true;
    if (places[ASLEEP] !== FOR_EVENT || places[EVENT] === 0) return false;
    places[EVENT] = 0;
    return true;
  }

  /** Lets time pass without instructions, until the next alarm. */
  #waitUntil(ticks: number): void {
    const { now, nextDue } = this.#timeline;
    const until = Math.min(nextDue, ticks);
    if (this.#isDeep) this.counters.ticksInDeepSleep += until - now;
    else if (this.isAsleep) this.counters.ticksAsleep += until - now;
    this.#timeline.moveTo(until);
  }

  /** When a run of instructions ends, so that the program is looked at for a loop that only waits. */
  #nextLook(ticks: number): number {
    const { restUntil = 0 } = this.#idle ?? {};
    return restUntil > this.#timeline.now ? Math.min(restUntil, ticks) : ticks;
  }

  #execute(ticks: number): void {
    const core = this.#core;
    const timeline = this.#timeline;
    const before = core.executed;
    try {
      // Looking for loops executes instructions, too, which may set an alarm.
      timeline.watchUntil(ticks);
      if (this.#idle) this.counters.ticksSkipped += this.#idle.skip(Math.min(timeline.nextDue, ticks));
      if (core.executed === before) core.run(timeline.instructionsUntil(this.#nextLook(ticks)));
    } catch (error) {
      if (!(error instanceof ProcessorFault)) throw error;
      this.#faults.raise(error);
    }
    const pc = core.places[PC] ?? 0;
    if (pc >>> 28 !== 0xf) return;
    if (core.places[IPSR] !== 0) this.#exceptions.leave();
    else this.#faults.raise(new ProcessorFault('instruction-bus', pc));
  }
}
