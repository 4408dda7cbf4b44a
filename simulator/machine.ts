import { fromReport, toReports } from '@passfob/protocol/reports';
import type { EventRecord, TraceRecord, TraceWay } from '@passfob/protocol/trace/records';
import { bytesOfText, hexOf, textOf } from './base/bytes.ts';
import { checkBytes } from './base/bytes-given.ts';
import type { FaultPlan } from './base/fault-plan.ts';
import type {
  Bitmap,
  Insides,
  PartName,
  PartsOptions,
  Screen,
  StateStore,
  UsbHid,
  Wire,
  WristMovement,
} from './base/fob.ts';
import {
  BOOT_US,
  BUSY_MIN_US,
  DEEP_SLEEP_MIN_US,
  DEFAULT_START_MS,
  DISPLAY_HEIGHT,
  DISPLAY_WIDTH,
  IMMEDIATE_WORK_US,
  MAX_IDLE_PASSES,
  TIMER_MIN_MS,
} from './base/limits.ts';
import { type Pacing, realPacing, Scheduler, VIRTUAL_PACING } from './base/time.ts';
import type { BoardWiring, LinkName } from './boards/board.ts';
import { DeepSleep } from './deep-sleep.ts';
import { UnsteadySupply } from './faults/supply.ts';
import type { CableClock } from './faults/wire.ts';
import { BoardHardware, type HardwareOptions } from './hardware.ts';
import { InterpreterSession } from './interpreter/session.ts';
import { programFiles, reprogramFiles, StorageFiles } from './interpreter/storage-files.ts';
import type { TextLog } from './interpreter/text-log.ts';
import { Listeners } from './outside/listeners.ts';
import { COMPUTER } from './platform/computer.ts';
import type { MakeContext } from './platform/platform.ts';
import type { Memories } from './state/memories.ts';

/** Returns a byte stream of frames over single HID reports. */
function reportStream(reports: Wire): Wire {
  return {
    write(bytes) {
      for (const report of toReports(textOf(bytes))) reports.write(report);
    },
    onData: listener => reports.onData(report => listener(bytesOfText(fromReport(report) ?? ''))),
  };
}

interface Board {
  powered(): boolean;
  /** Runs a change from outside and its consequences. */
  change(work: () => void): void;
  receive(report: Uint8Array): void;
}

/** Returns HID of a board for a front that acts as its USB device. */
function usbHid({ usb, facts, memories }: BoardHardware, board: Board): UsbHid {
  return {
    get reportDescriptor() {
      return usb.offered;
    },
    reportBytes: facts.hidReportBytes,
    takesReports: facts.link === 'HID',
    serialNumber: hexOf(memories.serial),
    serve: computer => board.change(() => usb.serve(computer, board.powered())),
    configure: configured => board.change(() => usb.configure(configured)),
    write: report => board.change(() => board.receive(report)),
  };
}

export interface MachineOptions {
  readonly makeContext: MakeContext;
  readonly facts: BoardWiring;
  readonly storage: StateStore;
  readonly seed: number;
  readonly random: HardwareOptions['random'];
  readonly driftPpm: number;
  readonly oscillatorPpm: number;
  readonly crystal: boolean;
  readonly parts: PartsOptions;
  readonly faults: FaultPlan | undefined;
  readonly clock: 'virtual' | 'real';
  readonly startMs: number | undefined;
  /** Whether a state that exists gets the files of the image as well. */
  readonly updatesImage: boolean;
  /** Files of the image. */
  image(): Readonly<Record<string, Uint8Array>>;
  /** Files of Storage for a new state: the image and others. */
  files(): Readonly<Record<string, Uint8Array>>;
}

/**
 * A board with its interpreter, its time and its power. All work of the image runs inside `#loop`, one event at a
 * time; calls from listeners outside wait for their turn.
 */
export class Machine {
  readonly hardware: BoardHardware;
  readonly #options: MachineOptions;
  readonly #pacing: Pacing;
  readonly #listeners = new Listeners();
  readonly #sleep = new DeepSleep();
  #session: InterpreterSession | undefined;
  #looping = false;
  /**
   * Where virtual time was advanced to. Work of the board may have taken longer: a key then moves in the middle of it, at
   * this time. Infinite once something else came from outside.
   */
  #advancedUs = Number.POSITIVE_INFINITY;
  /** When a key went down in the middle of work: the next advance, the length of the press, goes on from there. */
  #pressedUs: number | undefined;
  #batteryDead = false;
  readonly #supply: UnsteadySupply;
  #drawn: TextLog | undefined;
  #onGlass: () => readonly string[] = noText;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.hardware = new BoardHardware({
      makeContext: options.makeContext,
      facts: options.facts,
      storage: options.storage,
      seed: options.seed,
      random: options.random,
      driftPpm: options.driftPpm,
      oscillatorPpm: options.oscillatorPpm,
      crystal: options.crystal,
      parts: options.parts,
      faults: options.faults,
      scheduler: memories => new Scheduler(startUs(options, memories)),
      powerLost: fault => {
        this.#losePower();
        if (fault) this.#supply.returnLater(fault);
      },
      pinChanged: (pin, level, atUs) => this.#pinChanged(pin, level, atUs),
      send: (port, bytes) => this.#send(port, bytes),
      displayChanged: pixelsArrived => this.#displayChanged(pixelsArrived),
      drawnOn: log => {
        this.#drawn = log;
      },
      watchdogBit: () => this.#session?.reboot(),
    });
    const { scheduler, faults, memories, flash, usb, radio, operations } = this.hardware;
    this.#supply = new UnsteadySupply({
      scheduler,
      faults,
      lose: () => this.#losePower(),
      restore: () => this.powerOn(),
    });
    for (const hid of [usb, radio]) {
      hid.onFrame = report => this.#send('HID', report);
      hid.onTyped = length => this.#typed(length);
    }
    operations.onOperation = (memory, act, at, length) =>
      this.#happened(atUs => ({ kind: 'memory', atUs, memory, act, at, length }));
    if (memories.isNew) programFiles(flash, options.files());
    else if (options.updatesImage) reprogramFiles(flash, options.image());
    memories.flash.sync();
    this.#pacing =
      options.clock === 'real' ? realPacing(scheduler, COMPUTER, () => this.#react()) : VIRTUAL_PACING;
  }

  storedFile(name: string): Uint8Array | undefined {
    const { flash } = this.hardware;
    const file = new StorageFiles(flash, () => false).find(name);
    return file && flash.read(file.dataAt, file.header.size);
  }

  get powered(): boolean {
    return this.#session !== undefined;
  }

  now(): number {
    this.#pacing.follow();
    return Math.floor(this.hardware.scheduler.nowUs / 1000);
  }

  /** Returns the wire of a port, or of single HID reports. */
  wire(port: LinkName): Wire {
    return {
      write: bytes => {
        checkBytes(bytes, `what is written to ${port}`);
        this.#pacing.follow();
        this.#passed(port, 'in', bytes);
        this.#receive(port, bytes);
        this.#react();
      },
      onData: listener => this.#listeners.onData(port, listener),
    };
  }

  /** Tells listeners of events, if there are any. */
  #happened(event: (atUs: number) => TraceRecord): void {
    if (this.#listeners.wantsEvents) this.#listeners.happened(event(this.hardware.scheduler.nowUs));
  }

  #passed(port: LinkName, way: TraceWay, bytes: Uint8Array): void {
    this.#happened(atUs => ({ kind: 'bytes', atUs, port, way, bytes: new Uint8Array(bytes) }));
  }

  /** A keyboard report: it may hold a passcode. */
  #typed(length: number): void {
    this.#happened(atUs => ({ kind: 'left-out', atUs, port: 'HID', way: 'out', length, why: 'typed' }));
  }

  #powerChanged(change: Extract<EventRecord, { kind: 'power' }>['change']): void {
    this.#happened(atUs => ({ kind: 'power', atUs, change }));
  }

  #send(port: LinkName, bytes: Uint8Array): void {
    this.#listeners.send(port, bytes);
    this.#passed(port, 'out', bytes);
  }

  #receive(port: LinkName, bytes: Uint8Array): void {
    const { usb, radio, facts, scheduler } = this.hardware;
    // A USART without a clock receives nothing.
    if (this.#sleep.isStopped(scheduler.nowUs)) return;
    if (port === 'HID' && facts.bangle) {
      if (radio.takes(bytes)) this.#session?.receive(port, bytes);
    } else if (port === 'HID') this.#receiveReport(usb.addressed(bytes));
    else if (port !== 'USB' || usb.plugged) this.#session?.receive(port, bytes);
  }

  #receiveReport(report: Uint8Array): void {
    const { usb, facts } = this.hardware;
    // Stock builds refuse output reports (espruino.md, hazard 9).
    if (usb.ready && facts.link === 'HID') this.#session?.receive('HID', report);
  }

  /** Returns the USB device for a front that presents it to a computer. */
  usbHid(): UsbHid {
    return usbHid(this.hardware, {
      powered: () => this.powered,
      change: work => {
        this.#pacing.follow();
        work();
        this.#react();
      },
      receive: report => {
        // The endpoint carries the report's id in front.
        this.#passed('HID', 'in', report.subarray(1));
        this.#receiveReport(report);
      },
    });
  }

  /** Returns the wire that carries frames, as a stream of bytes. */
  link(): Wire {
    const { link } = this.#options.facts;
    return link === 'HID' ? reportStream(this.wire(link)) : this.wire(link);
  }

  #pinChanged(pin: string, level: boolean, atUs: number): void {
    this.#session?.pinChanged(pin, level, atUs);
    if (this.#session?.listensTo(pin)) this.#sleep.wake(this.hardware.scheduler.nowUs);
  }

  setPart(part: PartName, connected: boolean): void {
    this.#pacing.follow();
    this.hardware.setPart(part, connected, this.powered);
    this.#react();
  }

  setUsb(plugged: boolean): void {
    this.#pacing.follow();
    const { usb, scheduler, facts } = this.hardware;
    const isChange = plugged !== usb.plugged;
    if (plugged) this.#sleep.powered(scheduler.nowUs);
    usb.plug(plugged, this.powered);
    if (isChange && facts.cablePin !== undefined) this.#pinChanged(facts.cablePin, plugged, scheduler.nowUs);
    this.#react();
  }

  get sleeping(): boolean {
    this.#pacing.follow();
    return this.#sleep.isStopped(this.hardware.scheduler.nowUs);
  }

  /** The decision of jshSleep: deep sleep is allowed, USB is not plugged in, and nothing is due for a while. */
  #fallAsleep(): void {
    const { usb, deepSleep, scheduler, stm32 } = this.hardware;
    const session = this.#session;
    const { nowUs } = scheduler;
    if (!session || !deepSleep || usb.plugged || !stm32 || nowUs < stm32.stableUs) return;
    if (this.#sleep.active) return;
    const dueUs = session.nextDueUs();
    const pauseUs = Number.isFinite(dueUs) ? stm32.at(dueUs) - stm32.at(nowUs) : dueUs;
    if (pauseUs <= DEEP_SLEEP_MIN_US) return;
    this.#sleep.begin(nowUs, pauseUs, systemUs => stm32.when(stm32.at(nowUs) + systemUs, nowUs) - nowUs);
  }

  onEvent(listener: (event: TraceRecord) => void): () => void {
    return this.#listeners.onEvent(listener);
  }

  onScreen(listener: () => void): () => void {
    return this.#listeners.onScreen(listener);
  }

  setKey(key: number, down: boolean): void {
    this.#pacing.follow();
    this.#happened(atUs => ({ kind: 'key', atUs, key, down }));
    const { facts, keys, scheduler } = this.hardware;
    const touch = facts.bangle?.touches[key - keys.count];
    // Less than a millisecond is the work of any pass.
    const isBusy = this.#advancedUs < scheduler.nowUs - BUSY_MIN_US && !touch;
    if (!touch) keys.set(key, down, isBusy ? this.#advancedUs : scheduler.nowUs);
    // Espruino reports a touch when it is over.
    else if (!down) this.#session?.touched(touch);
    if (!isBusy) this.#react();
    else if (down) this.#pressedUs = this.#advancedUs;
  }

  moveWrist(movement: WristMovement): void {
    if (!this.hardware.facts.bangle) throw new Error('nobody wears this board');
    this.#pacing.follow();
    this.#session?.moved(movement);
    this.#react();
  }

  /** Virtual clock only. */
  advance(ms: number): void {
    if (this.#options.clock === 'real') throw new Error('a real clock moves by itself');
    if (!(ms >= 0)) throw new Error('time moves forward only');
    if (this.#looping) throw new Error('time cannot be advanced from within a listener');
    const { scheduler } = this.hardware;
    const targetUs = (this.#pressedUs ?? scheduler.nowUs) + Math.round(ms * 1000);
    this.#pressedUs = undefined;
    this.#advancedUs = targetUs;
    if (targetUs < scheduler.nowUs) scheduler.runDue(targetUs);
    this.#loop(dueUs => dueUs <= targetUs);
    scheduler.moveTo(targetUs);
  }

  powerOn(): void {
    this.#supply.takeOver();
    if (this.powered) return;
    this.#pacing.follow();
    this.hardware.powerOn();
    this.#powerChanged('on');
    this.#supply.started();
    this.#boot(true, false);
    this.#react();
  }

  cutPower(): void {
    this.#supply.takeOver();
    if (!this.powered) return;
    this.#pacing.follow();
    this.#losePower();
    this.#react();
  }

  /** The time of the cable at the board's port, which needs no power. */
  get cableClock(): CableClock {
    const { scheduler } = this.hardware;
    return {
      nowUs: () => {
        this.#pacing.follow();
        return scheduler.nowUs;
      },
      at: (dueUs, run) => {
        scheduler.at(dueUs, run, true);
        this.#react();
      },
    };
  }

  loseTime(): void {
    this.#batteryDead = true;
    if (!this.powered) this.#batteryDies();
  }

  #batteryDies(): void {
    if (this.#batteryDead) this.hardware.rtc.loseTime();
    this.#batteryDead = false;
  }

  screen(): Screen {
    const { facts, display, glass } = this.hardware;
    if (facts.bangle) {
      const on = this.powered && glass.on;
      return seen(on, on ? this.#onGlass() : [], glass.picture(), glass.brightness);
    }
    const on = this.powered && (facts.i2c ? display.on : this.#drawn !== undefined);
    const text = on ? (facts.i2c ? this.#onGlass() : (this.#drawn?.lines() ?? [])) : [];
    return seen(on, text, facts.i2c ? display.picture() : noPicture);
  }

  close(): void {
    this.#pacing.stop();
    if (this.powered) this.hardware.keepNow();
    this.#session?.kill();
    this.#session = undefined;
    this.#options.storage.close?.();
  }

  /** Timers and watches of the image; none without power. */
  inUse(): Pick<Insides, 'timers' | 'watches'> {
    this.#pacing.follow();
    return this.#session?.inUse() ?? { timers: [], watches: [] };
  }

  #displayChanged(pixelsArrived: boolean): void {
    if (pixelsArrived) this.#onGlass = this.#drawn?.taken() ?? noText;
    this.#listeners.screenChanged();
  }

  #losePower(): void {
    this.#powerChanged('off');
    this.#session?.kill();
    this.#session = undefined;
    this.#sleep.end();
    this.#drawn = undefined;
    this.#onGlass = noText;
    this.hardware.powerOff();
    if (this.hardware.faults.strikes('battery.dead')) this.#batteryDead = true;
    this.#batteryDies();
    this.#listeners.screenChanged();
  }

  #boot(first: boolean, afterReset: boolean): void {
    this.#sleep.end();
    if (first) this.hardware.resetClock();
    this.hardware.scheduler.spend(BOOT_US);
    const session = new InterpreterSession(this.hardware.forSession(), first ? undefined : this.#session);
    this.#session = session;
    const nested = this.#looping;
    this.#looping = true;
    try {
      session.boot(first, afterReset);
    } finally {
      this.#looping = nested;
    }
  }

  /** Runs due events, and the timers without delay that they start. */
  #react(): void {
    const { scheduler } = this.hardware;
    this.#pacing.follow();
    this.#advancedUs = Number.POSITIVE_INFINITY;
    this.#pressedUs = undefined;
    const horizonUs = scheduler.nowUs + IMMEDIATE_WORK_US;
    const virtual = this.#options.clock === 'virtual';
    this.#loop(dueUs => {
      if (dueUs <= scheduler.nowUs) return scheduler.nowUs < horizonUs;
      return virtual && dueUs <= scheduler.nowUs + TIMER_MIN_MS * 1000 && scheduler.nowUs < horizonUs;
    });
  }

  #nextDueUs(): number {
    const sessionUs = this.#sleep.active ? this.#sleep.readyUs : this.#session?.nextDueUs();
    return Math.min(this.hardware.scheduler.nextDueUs(), sessionUs ?? Number.POSITIVE_INFINITY);
  }

  /** Runs events in order while `wanted` accepts the next one. */
  #loop(wanted: (dueUs: number) => boolean): void {
    if (this.#looping) return;
    const { scheduler } = this.hardware;
    this.#looping = true;
    try {
      let passes = 0;
      this.#listeners.flush();
      for (let dueUs = this.#nextDueUs(); wanted(dueUs); dueUs = this.#nextDueUs()) {
        passes = dueUs > scheduler.nowUs ? 0 : passes + 1;
        if (passes > MAX_IDLE_PASSES) throw new Error('the image never comes to rest');
        scheduler.moveTo(dueUs);
        this.#pass();
        this.#pacing.follow();
      }
    } finally {
      this.#looping = false;
      this.#fallAsleep();
      this.#pacing.arm(this.#nextDueUs());
    }
  }

  #pass(): void {
    this.hardware.scheduler.runDue();
    if (this.#isAwake()) this.#session?.idle();
    const ending = this.#session?.ending;
    if (ending) {
      this.#session?.kill();
      this.hardware.i2c.release();
      this.#powerChanged('reset');
      this.#boot(ending === 'reboot', ending === 'reset');
    }
    this.#fallAsleep();
    this.#listeners.flush();
  }

  /** Ends a sleep whose time has come. */
  #isAwake(): boolean {
    const sleep = this.#sleep;
    if (!sleep.active) return true;
    if (this.hardware.scheduler.nowUs < sleep.readyUs) return false;
    sleep.end();
    this.hardware.stm32?.resume();
    return true;
  }
}

const noText = (): readonly string[] => [];

function noPicture(): Bitmap {
  const pixels = new Uint8Array(DISPLAY_WIDTH * DISPLAY_HEIGHT);
  return { width: DISPLAY_WIDTH, height: DISPLAY_HEIGHT, pixels };
}

/** The screen at this moment. Most callers read its text only, so its pixels are made when they are asked for. */
function seen(on: boolean, text: readonly string[], picture: () => Bitmap, brightness?: number): Screen {
  let bitmap: Bitmap | undefined;
  return {
    on,
    text,
    ...(brightness !== undefined && { brightness }),
    get bitmap() {
      bitmap ??= picture();
      return bitmap;
    },
  };
}

function startUs(options: MachineOptions, memories: Memories): number {
  const machineMs = options.clock === 'real' ? COMPUTER.epochMs() : DEFAULT_START_MS;
  const keptUs = memories.nowUs.get();
  if (options.startMs !== undefined) return options.startMs * 1000;
  return options.clock === 'virtual' && keptUs > 0 ? keptUs : machineMs * 1000;
}
