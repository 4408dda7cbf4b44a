import type { EventRecord, TraceRecord, TraceWay } from '@passfob/protocol/trace/records';
import {
  type CableClock,
  COMPUTER,
  checkBytes,
  DEFAULT_START_MS,
  type FaultPlan,
  Listeners,
  type Memories,
  type PartName,
  type PartsOptions,
  PowerLost,
  type Randomness,
  restartUs,
  type StateStore,
  UnsteadySupply,
  type Wire,
} from '@passfob/simulator/for-emulator';
import { describeFault } from '../system/fault-report.ts';
import { ConsoleText } from './console-text.ts';
import type { BoardKind } from './kinds.ts';
import { LSI_HZ, SLICE_US } from './limits.ts';
import type { BoardCounters, BoardPace } from './options.ts';
import { RealPace } from './pace.ts';
import { applyKey, applyLevels, isBusConnected, pullBus, watchClock } from './pico-pins.ts';
import { Powered, type WiredPort } from './powered.ts';
import { Redraw } from './redraw.ts';
import { Surroundings } from './surroundings.ts';
import { TypedReports } from './typed-reports.ts';

export interface BoardSetup {
  readonly kind: BoardKind;
  readonly storage: StateStore;
  readonly seed: number;
  readonly random: (...labels: readonly (string | number)[]) => Randomness;
  readonly driftPpm: number;
  readonly oscillatorPpm: number;
  readonly crystal: boolean;
  readonly pace: BoardPace;
  readonly parts: PartsOptions;
  readonly faults: FaultPlan | undefined;
  readonly clock: 'virtual' | 'real';
  readonly startMs: number | undefined;
}

const NO_COUNTERS: BoardCounters = {
  instructions: 0,
  seconds: 0,
  idleSeconds: 0,
  deepSleepSeconds: 0,
  exceptions: 0,
};

/**
 * An Espruino Pico or WiFi with its parts, its time and its power. The chip runs inside `#run` only, piece by piece; between two pieces
 * the world outside gets its turn.
 */
export class Board {
  readonly outside: Surroundings;
  readonly redraw: Redraw;
  readonly console = new ConsoleText();
  readonly typed = new TypedReports();
  readonly #setup: BoardSetup;
  readonly #listeners = new Listeners();
  #pace: RealPace | undefined;
  #powered: Powered | undefined;
  #isRunning = false;
  #isPlugged = true;
  readonly #startUs: number;
  #skippedUs = 0;
  readonly #supply: UnsteadySupply;
  /** Of the chips that have lost their power. */
  #past = NO_COUNTERS;
  readonly #pastForms = new Set<string>();

  constructor(setup: BoardSetup) {
    this.#setup = setup;
    this.outside = new Surroundings({
      ...setup,
      startUs: memories => startUs(setup, memories),
      chipUs: () => this.#powered?.nowUs,
      powerLost: fault => {
        this.#losePower();
        if (fault) this.#supply.returnLater(fault);
      },
      pinChanged: (pin, level) => this.#powered && applyKey(this.#powered, pin, level),
      displayChanged: pixelsArrived => {
        if (pixelsArrived) this.redraw.pixelsArrived();
        this.#listeners.screenChanged();
        this.#powered?.pause();
      },
      isConnected: () => this.#powered !== undefined && isBusConnected(this.#powered),
      holds: () => this.#powered && pullBus(this.#powered, this.outside),
      halt: () => this.#powered?.pause(),
    });
    const { scheduler, faults, display } = this.outside;
    this.redraw = new Redraw(
      {
        display,
        scheduler,
        nowUs: () => this.outside.nowUs,
        waited: () => this.#powered?.idleTicks ?? 0,
      },
      () => this.#listeners.screenChanged(),
    );
    this.#startUs = scheduler.nowUs;
    this.#supply = new UnsteadySupply({
      scheduler,
      faults,
      lose: () => this.#losePower(),
      restore: () => this.powerOn(),
    });
    this.outside.operations.onOperation = (memory, act, at, length) =>
      this.#happened(atUs => ({ kind: 'memory', atUs, memory, act, at, length }));
    if (setup.clock === 'real') this.#pace = this.#makePace();
  }

  #makePace(): RealPace {
    const { scheduler } = this.outside;
    return new RealPace(COMPUTER, {
      nowUs: () => scheduler.nowUs,
      run: (untilUs, isLate) => this.#run(untilUs, isLate),
      skip: us => {
        this.#powered?.skip(us);
        this.#skippedUs += us;
        scheduler.moveTo(scheduler.nowUs + us);
      },
    });
  }

  /** Brings a board with a real clock up to the present. */
  #follow(): void {
    this.#pace?.follow();
  }

  now(): number {
    this.#follow();
    return Math.floor(this.outside.scheduler.nowUs / 1000);
  }

  /** Milliseconds since it was made, without time that it skipped. */
  ranMs(): number {
    this.#follow();
    return Math.floor((this.outside.scheduler.nowUs - this.#startUs - this.#skippedUs) / 1000);
  }

  get powered(): boolean {
    return this.#powered !== undefined;
  }

  get isPlugged(): boolean {
    return this.#isPlugged;
  }

  get sleeping(): boolean {
    return this.#powered?.isInDeepSleep ?? false;
  }

  get counters(): BoardCounters {
    return added(this.#past, this.#powered?.counters ?? NO_COUNTERS);
  }

  /** Names of the rows of the table of instructions, in the order in which the program came to them. */
  get executedForms(): readonly string[] {
    return [...new Set([...this.#pastForms, ...namesOf(this.#powered)])];
  }

  get ram(): Uint8Array | undefined {
    return this.#powered?.ram;
  }

  /** The report descriptor of the board's HID interface, once the computer has read it. */
  get reportDescriptor(): Uint8Array | undefined {
    return this.#powered?.reportDescriptor;
  }

  onScreen(listener: () => void): () => void {
    return this.#listeners.onScreen(listener);
  }

  onEvent(listener: (event: TraceRecord) => void): () => void {
    return this.#listeners.onEvent(listener);
  }

  /** Tells listeners of events, if there are any. */
  #happened(event: (atUs: number) => TraceRecord): void {
    if (this.#listeners.wantsEvents) this.#listeners.happened(event(Math.floor(this.outside.nowUs)));
  }

  #passed(port: WiredPort, way: TraceWay, bytes: Uint8Array): void {
    this.#happened(atUs => ({ kind: 'bytes', atUs, port, way, bytes: new Uint8Array(bytes) }));
  }

  #powerChanged(change: Extract<EventRecord, { kind: 'power' }>['change']): void {
    this.#happened(atUs => ({ kind: 'power', atUs, change }));
  }

  wire(port: WiredPort): Wire {
    return {
      write: bytes => {
        checkBytes(bytes, `what is written to ${port}`);
        this.#follow();
        this.#passed(port, 'in', bytes);
        this.#powered?.receive(port, bytes);
      },
      onData: listener => this.#listeners.onData(port, listener),
    };
  }

  #send(port: WiredPort, bytes: Uint8Array): void {
    this.console.add(port, bytes);
    this.#listeners.send(port, bytes);
    this.#passed(port, 'out', bytes);
    this.#powered?.pause();
  }

  #typedReport(report: Uint8Array): void {
    const length = this.typed.add(Math.floor(this.outside.nowUs / 1000), report, this.reportDescriptor);
    this.#happened(atUs => ({ kind: 'left-out', atUs, port: 'HID', way: 'out', length, why: 'typed' }));
  }

  setUsb(isPlugged: boolean): void {
    this.#follow();
    this.#isPlugged = isPlugged;
    this.#powered?.plug(isPlugged);
  }

  /** @throws Error if there is no such key */
  setKey(key: number, down: boolean): void {
    this.#follow();
    this.#happened(atUs => ({ kind: 'key', atUs, key, down }));
    this.outside.keys.set(key, down, this.outside.scheduler.nowUs);
  }

  setPart(part: PartName, connected: boolean): void {
    this.#follow();
    this.outside.setPart(part, connected, this.powered);
    this.redraw.settle();
    if (this.#powered) pullBus(this.#powered, this.outside);
  }

  /** Virtual clock only. */
  advance(ms: number): void {
    if (this.#pace) throw new Error('a real clock moves by itself');
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new Error('time moves forward only');
    if (this.#isRunning) throw new Error('time cannot be advanced from within a listener');
    this.#run(this.outside.scheduler.nowUs + Math.round(ms * 1000), () => false);
  }

  powerOn(): void {
    const { outside } = this;
    this.#supply.takeOver();
    if (this.powered) return;
    this.#follow();
    outside.powerOn();
    this.redraw.settle();
    this.console.restart();
    const powered = this.#start();
    this.#powered = powered;
    applyLevels(powered, outside);
    powered.plug(this.#isPlugged);
    this.#powerChanged('on');
    this.#supply.started();
  }

  /** Gives a chip its power. */
  #start(): Powered {
    const { outside } = this;
    const { memories, scheduler, faults } = outside;
    const { seed, oscillatorPpm, crystal, pace, kind } = this.#setup;
    const isSlow = faults.strikes('crystal.slow') !== undefined;
    const hasCrystal = crystal && faults.strikes('crystal.absent') === undefined;
    return new Powered({
      startUs: scheduler.nowUs,
      seed,
      flash: memories.flash.bytes,
      ramBytes: kind.ramBytes,
      uniqueId: memories.serial,
      randomness: this.#setup.random('chip', memories.boots.get()),
      i2c1: outside.i2c,
      lsiHz: LSI_HZ * (1 + oscillatorPpm / 1e6),
      lseStartUs: restartUs(outside.randomness('crystal'), isSlow),
      ...(!hasCrystal && { lseHz: 0 }),
      ...pace,
      operate: operation => outside.flashWrites.operate(operation),
      supplyVolts: () => outside.measuredVolts,
      onReset: () => {
        this.console.restart();
        this.#powerChanged('reset');
      },
      onFault: report => outside.violations.add(() => describeFault(report)),
      send: (port, bytes) => this.#send(port, bytes),
      onReport: report => this.#typedReport(report),
      onPin: (pin, isHigh) => this.#powered && watchClock(this.#powered, outside, pin, isHigh),
    });
  }

  cutPower(): void {
    this.#supply.takeOver();
    if (!this.powered) return;
    this.#follow();
    this.#losePower();
    this.#flush();
  }

  #losePower(): void {
    const powered = this.#powered;
    if (!powered) return;
    this.outside.scheduler.moveTo(Math.floor(powered.nowUs));
    this.#powerChanged('off');
    this.#past = this.counters;
    for (const name of namesOf(powered)) this.#pastForms.add(name);
    this.#powered = undefined;
    powered.pause();
    this.outside.powerOff();
    this.redraw.settle();
    this.#listeners.screenChanged();
  }

  /** The time of the cable at the board's port, which needs no power. */
  get cableClock(): CableClock {
    const { scheduler } = this.outside;
    return {
      nowUs: () => scheduler.nowUs,
      at: (dueUs, run) => scheduler.at(dueUs, run, true),
    };
  }

  close(): void {
    this.#pace?.stop();
    this.outside.keepNow();
    this.outside.sync();
    this.#powered = undefined;
    this.#setup.storage.close?.();
  }

  /** Runs the board until a time in µs since 1970, or until the program has other work. */
  #run(untilUs: number, isLate: () => boolean): void {
    if (this.#isRunning) return;
    const { scheduler } = this.outside;
    this.#isRunning = true;
    try {
      this.#flush();
      while (scheduler.nowUs < untilUs && !isLate()) {
        const sliceUs = this.#pace ? scheduler.nowUs + SLICE_US : untilUs;
        this.#runPiece(Math.min(untilUs, scheduler.nextDueUs(), sliceUs));
        scheduler.runDue();
        this.#flush();
      }
    } finally {
      this.#isRunning = false;
      this.outside.sync();
    }
  }

  /** Runs the chip until a time, until it has something to say, or until it loses its power. */
  #runPiece(untilUs: number): void {
    const { scheduler } = this.outside;
    const powered = this.#powered;
    if (!powered) {
      scheduler.moveTo(untilUs);
      return;
    }
    let isThere = false;
    try {
      isThere = powered.runUntil(untilUs);
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
    }
    scheduler.moveTo(isThere ? untilUs : Math.floor(powered.nowUs));
  }

  #flush(): void {
    this.outside.flashWrites.tell();
    this.#listeners.flush();
  }
}

function startUs({ startMs, clock }: BoardSetup, memories: Memories): number {
  const keptUs = memories.nowUs.get();
  if (startMs !== undefined) return startMs * 1000;
  if (clock === 'real') return COMPUTER.epochMs() * 1000;
  return keptUs > 0 ? keptUs : DEFAULT_START_MS * 1000;
}

function namesOf(powered: Powered | undefined): string[] {
  return [...(powered?.chip.executedForms ?? [])].map(({ name }) => name);
}

function added(one: BoardCounters, other: BoardCounters): BoardCounters {
  return {
    instructions: one.instructions + other.instructions,
    seconds: one.seconds + other.seconds,
    idleSeconds: one.idleSeconds + other.idleSeconds,
    deepSleepSeconds: one.deepSleepSeconds + other.deepSleepSeconds,
    exceptions: one.exceptions + other.exceptions,
  };
}
