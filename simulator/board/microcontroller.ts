import type { Insides, WristMovement } from '../base/fob.ts';
import { BOOT_US, DEEP_SLEEP_MIN_US, FIRST_CLOCK_MS } from '../base/limits.ts';
import { makeRandomness, type Randomness } from '../base/randomness.ts';
import type { Due } from '../base/time.ts';
import { ConsoleLog } from '../interpreter/console.ts';
import type { MakeContext } from '../interpreter/contexts/image-context.ts';
import type { BootDevice } from '../interpreter/device.ts';
import { InterpreterSession } from '../interpreter/session.ts';
import type { BoardScreen } from './board-screen.ts';
import { Stm32Clock } from './chips/stm32-clock.ts';
import { type SystemClock, steadyClock } from './chips/system-clock.ts';
import { DeepSleep } from './deep-sleep.ts';
import type { BoardHardware } from './hardware.ts';
import type { Signals } from './signals.ts';
import type { LinkName, Touch } from './wiring/wiring.ts';

export interface MicrocontrollerOptions {
  readonly makeContext: MakeContext;
  /** Makes the board's own randomness for one use. */
  readonly random: (...labels: readonly (string | number)[]) => Randomness;
  readonly driftPpm: number;
  readonly oscillatorPpm: number;
  readonly crystal: boolean;
}

/** The interpreter of a board while it has power, with its clock, its watchdog and its sleep. */
export class Microcontroller {
  readonly log = new ConsoleLog();
  /** Native calls of the crypto library so far. */
  cryptoCalls = 0;
  readonly #board: BoardHardware;
  readonly #signals: Signals;
  readonly #display: BoardScreen;
  readonly #options: MicrocontrollerOptions;
  readonly #sleep = new DeepSleep();
  #session: InterpreterSession | undefined;
  /** Whether the image allows deep sleep. */
  #maySleep = false;
  #failingCalls = { from: 0, to: 0 };
  #watchdog: Due | undefined;
  /** The clock of an STM32 since its last reset. */
  #stm32: Stm32Clock | undefined;
  /** Lead of the interpreter's clock, on a board that keeps its time through a reset. */
  #clockAheadUs: number | undefined;

  constructor(
    { board, signals, display }: { board: BoardHardware; signals: Signals; display: BoardScreen },
    options: MicrocontrollerOptions,
  ) {
    this.#board = board;
    this.#signals = signals;
    this.#display = display;
    this.#options = options;
    board.onEdge = (pin, level, atUs) => this.pinChanged(pin, level, atUs);
  }

  get powered(): boolean {
    return this.#session !== undefined;
  }

  powerOn(): void {
    this.#boot(true, false);
  }

  /** Stops at once, also in the middle of a call of the image. */
  powerOff(): void {
    this.#session?.kill();
    this.#session = undefined;
    this.#sleep.end();
    this.#display.forget();
    this.#watchdog = undefined;
    this.#clockAheadUs = undefined;
    this.#maySleep = false;
  }

  #boot(first: boolean, afterReset: boolean): void {
    this.#sleep.end();
    if (first) this.#resetClock();
    this.#board.scheduler.spend(BOOT_US);
    this.#session = new InterpreterSession(this.#device(), first ? undefined : this.#session);
    this.#session.boot(first, afterReset);
  }

  /** Runs one pass of the idle loop, and the reset that the image asks for in it. */
  pass(): void {
    if (this.#isAwake()) this.#session?.idle();
    const ending = this.#session?.ending;
    if (!ending) return;
    this.#session?.kill();
    this.#board.i2c.release();
    this.#signals.powerChanged('reset');
    this.#boot(ending === 'reboot', ending === 'reset');
  }

  /** Ends a sleep whose time has come. */
  #isAwake(): boolean {
    const sleep = this.#sleep;
    if (!sleep.active) return true;
    if (this.#board.scheduler.nowUs < sleep.readyUs) return false;
    sleep.end();
    this.#stm32?.resume();
    return true;
  }

  /** Whether its clocks stand still. */
  get isAsleep(): boolean {
    return this.#sleep.isStopped(this.#board.scheduler.nowUs);
  }

  /** The decision of jshSleep: deep sleep is allowed, USB is not plugged in, and nothing is due for a while. */
  fallAsleep(): void {
    const { usb, scheduler } = this.#board;
    const [session, stm32] = [this.#session, this.#stm32];
    const { nowUs } = scheduler;
    if (!session || !this.#maySleep || usb.plugged || !stm32 || nowUs < stm32.stableUs) return;
    if (this.#sleep.active) return;
    const dueUs = session.nextDueUs();
    const pauseUs = Number.isFinite(dueUs) ? stm32.at(dueUs) - stm32.at(nowUs) : dueUs;
    if (pauseUs <= DEEP_SLEEP_MIN_US) return;
    this.#sleep.begin(nowUs, pauseUs, systemUs => stm32.when(stm32.at(nowUs) + systemUs, nowUs) - nowUs);
  }

  /** True time of its next work. */
  nextDueUs(): number {
    const dueUs = this.#sleep.active ? this.#sleep.readyUs : this.#session?.nextDueUs();
    return dueUs ?? Number.POSITIVE_INFINITY;
  }

  pinChanged(pin: string, level: boolean, atUs: number): void {
    this.#session?.pinChanged(pin, level, atUs);
    if (this.#session?.listensTo(pin)) this.#sleep.wake(this.#board.scheduler.nowUs);
  }

  /** The voltage of a cable, which wakes it. */
  cablePlugged(): void {
    this.#sleep.powered(this.#board.scheduler.nowUs);
  }

  touched(touch: Touch): void {
    this.#session?.touched(touch);
  }

  moved(movement: WristMovement): void {
    this.#session?.moved(movement);
  }

  receive(port: LinkName, bytes: Uint8Array): void {
    const { usb, radio, facts } = this.#board;
    // A USART without a clock receives nothing.
    if (this.isAsleep) return;
    if (port === 'HID' && facts.bangle) {
      if (radio.takes(bytes)) this.#session?.receive(port, bytes);
    } else if (port === 'HID') this.receiveReport(usb.addressed(bytes));
    else if (port !== 'USB' || usb.plugged) this.#session?.receive(port, bytes);
  }

  /** @param report with its id in front */
  receiveReport(report: Uint8Array): void {
    const { usb, facts } = this.#board;
    // Builds as Espruino ships them refuse output reports.
    if (usb.ready && facts.link === 'HID') this.#session?.receive('HID', report);
  }

  /** Timers and watches of the image; none without power. */
  inUse(): Pick<Insides, 'timers' | 'watches'> {
    return this.#session?.inUse() ?? { timers: [], watches: [] };
  }

  /** From the `n`-th on, `times` native calls of the crypto library answer undefined. */
  failCryptoCall(n: number, times: number): void {
    if (!(Number.isSafeInteger(n) && n >= 1 && times >= 0)) {
      throw new Error('failCryptoCall takes a whole number from 1');
    }
    this.#failingCalls = { from: this.cryptoCalls + n, to: this.cryptoCalls + n + times };
  }

  #hasMemory(): boolean {
    const call = ++this.cryptoCalls;
    return call < this.#failingCalls.from || call >= this.#failingCalls.to;
  }

  /** Starts the clock after a reset. */
  #resetClock(): void {
    const { oscillatorPpm, crystal } = this.#options;
    const { facts, faults, scheduler } = this.#board;
    this.#stm32?.stop();
    this.#stm32 = undefined;
    if (!facts.stm32) return;
    const isAbsent = faults.strikes('crystal.absent') !== undefined;
    this.#stm32 = new Stm32Clock({
      scheduler,
      randomness: this.#board.randomness('crystal'),
      crystal: crystal && !isAbsent,
      isSlow: faults.strikes('crystal.slow') !== undefined,
      rate: 1 + oscillatorPpm / 1e6,
    });
  }

  /** Starts the watchdog, which resets the microcontroller after this time unless it is started again; 0 stops it. */
  #watch(us: number): void {
    const { scheduler } = this.#board;
    scheduler.cancel(this.#watchdog);
    this.#watchdog = us > 0 ? scheduler.at(scheduler.nowUs + us, () => this.#session?.reboot()) : undefined;
  }

  #systemClock(): SystemClock {
    return this.#stm32 ?? steadyClock(1 + (this.#board.facts.bangle ? this.#options.driftPpm / 1e6 : 0));
  }

  /** Returns the board for one boot of the interpreter. */
  #device(): BootDevice {
    const { boots, serial } = this.#board.memories;
    boots.set(boots.get() + 1);
    const { facts, flash, files, i2c, scheduler, usb, glass, radio } = this.#board;
    const systemClock = this.#systemClock();
    return {
      facts,
      makeContext: this.#options.makeContext,
      flash,
      files,
      i2c,
      log: this.log,
      glass,
      radio,
      usb,
      serial,
      // `rand()` is never seeded on the Linux build: the same sequence at every boot.
      randomness: facts.hosted ? makeRandomness(0, 'rand') : this.#options.random('hwRand', boots.get()),
      nowUs: () => scheduler.nowUs,
      spend: us => scheduler.spend(us),
      clockStartUs: this.#clockStartUs(systemClock.at(scheduler.nowUs)),
      systemClock,
      crystal: this.#stm32,
      clockSet: aheadUs => {
        this.#clockAheadUs = aheadUs;
      },
      after: (us, action) => {
        const due = scheduler.at(scheduler.nowUs + us, action);
        return () => scheduler.cancel(due);
      },
      hasMemory: () => this.#hasMemory(),
      level: pin => this.#board.level(pin),
      supplyVolts: () => this.#board.volts,
      allowDeepSleep: allowed => {
        this.#maySleep = allowed;
      },
      // Bytes sent into an unplugged cable are lost.
      send: (port, bytes) => {
        if (port !== 'USB' || usb.plugged) this.#signals.send(port, bytes);
      },
      drawnOn: textLog => this.#display.drawnOn(textLog),
      watchdog: us => this.#watch(us),
    };
  }

  #clockStartUs(systemUs: number): number {
    const { facts, scheduler } = this.#board;
    if (facts.hosted) return scheduler.nowUs;
    if (facts.clockStarts !== 'kept') return facts.clockStarts === 'zero' ? 0 : FIRST_CLOCK_MS * 1000;
    // The nRF52 starts at 1970 and keeps its count in memory that survives a reset.
    this.#clockAheadUs ??= -systemUs;
    return systemUs + this.#clockAheadUs;
  }
}
