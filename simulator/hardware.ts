import type { FaultPlan } from './base/fault-plan.ts';
import type { PartName, PartsOptions, StateStore, Wear } from './base/fob.ts';
import { EEPROM_BYTES, FIRST_CLOCK_MS, LARGE_EEPROM_BYTES, SUPPLY_VOLTS } from './base/limits.ts';
import { Operations } from './base/power.ts';
import { makeRandomness, type Randomness } from './base/randomness.ts';
import type { Due, Scheduler } from './base/time.ts';
import type { BoardWiring, PortName } from './boards/board.ts';
import { lowVolts } from './faults/battery.ts';
import { FaultDraw } from './faults/draw.ts';
import { checkedPlan } from './faults/plan.ts';
import { extremeClimate, USUAL_CLIMATE } from './faults/temperature.ts';
import { ConsoleLog } from './interpreter/console.ts';
import type { Hardware } from './interpreter/host.ts';
import { fillStorage } from './interpreter/storage-files.ts';
import type { TextLog } from './interpreter/text-log.ts';
import type { Inspected } from './outside/insides.ts';
import { FobKeys } from './outside/keys.ts';
import { At24c32 } from './parts/at24c32.ts';
import { Ds3231 } from './parts/ds3231.ts';
import { Files } from './parts/files.ts';
import { Flash } from './parts/flash.ts';
import { Glass } from './parts/glass.ts';
import { I2cBus } from './parts/i2c-bus.ts';
import { Radio } from './parts/radio.ts';
import { Ssd1306 } from './parts/ssd1306.ts';
import { Stm32Clock } from './parts/stm32-clock.ts';
import { steadyClock } from './parts/system-clock.ts';
import { UsbHost } from './parts/usb-host.ts';
import type { MakeContext } from './platform/platform.ts';
import { type Memories, openMemories } from './state/memories.ts';

export interface HardwareOptions {
  readonly makeContext: MakeContext;
  readonly facts: BoardWiring;
  readonly storage: StateStore;
  readonly seed: number;
  /** Makes the board's own randomness for one use. */
  readonly random: (...labels: readonly (string | number)[]) => Randomness;
  readonly driftPpm: number;
  readonly oscillatorPpm: number;
  readonly crystal: boolean;
  readonly parts: PartsOptions;
  readonly faults: FaultPlan | undefined;
  /** Called once the memories are open, because they hold the last time. */
  scheduler(memories: Memories): Scheduler;
  /** @param fault by which the power was lost and comes back, if it was one */
  powerLost(fault: Randomness | undefined): void;
  pinChanged(pin: string, level: boolean, atUs: number): void;
  send(port: PortName, bytes: Uint8Array): void;
  displayChanged(pixelsArrived: boolean): void;
  drawnOn(log: TextLog): void;
  watchdogBit(): void;
}

/** A board and its parts without the interpreter: everything that survives a power cut. */
export class BoardHardware {
  readonly facts: BoardWiring;
  readonly memories: Memories;
  readonly scheduler: Scheduler;
  readonly operations: Operations;
  readonly faults: FaultDraw;
  readonly flash: Flash;
  readonly files: Files;
  readonly i2c: I2cBus;
  readonly rtc: Ds3231;
  readonly eeprom: At24c32;
  readonly display: Ssd1306;
  readonly glass: Glass;
  readonly radio: Radio;
  readonly keys: FobKeys;
  readonly usb: UsbHost;
  supplyVolts = SUPPLY_VOLTS;
  /** Of a battery that a fault has emptied, until the next start. */
  #lowVolts: number | undefined;
  /** Whether the image allows deep sleep. */
  deepSleep = false;
  /** Native calls of the crypto library so far. */
  cryptoCalls = 0;
  #failingCalls = { from: 0, to: 0 };
  readonly log = new ConsoleLog();
  readonly violations: string[] = [];
  readonly #options: HardwareOptions;
  #watchdog: Due | undefined;
  /** The clock of an STM32 since its last reset. */
  stm32: Stm32Clock | undefined;
  /** Lead of the interpreter's clock, on a board that keeps its time through a reset. */
  #clockAheadUs: number | undefined;

  constructor(options: HardwareOptions) {
    const { facts, seed } = options;
    this.#options = options;
    this.facts = facts;
    this.memories = openMemories(
      options.storage,
      facts.name,
      {
        flash: facts.flash.pageBytes * facts.flash.pages,
        eeprom: options.parts.eeprom === 'AT24C256' ? LARGE_EEPROM_BYTES : EEPROM_BYTES,
      },
      count => options.random('serial').bytes(count),
    );
    const scheduler = options.scheduler(this.memories);
    this.scheduler = scheduler;
    this.faults = new FaultDraw(seed);
    this.faults.set(checkedPlan(options.faults ?? {}));
    const { faults } = this;
    this.operations = this.#makeOperations();
    const nowUs = () => scheduler.nowUs;
    const spend = (us: number) => scheduler.spend(us);
    this.flash = new Flash({
      memory: this.memories.flash,
      pageBytes: facts.flash.pageBytes,
      operations: this.operations,
      spend,
      violations: this.violations,
    });
    this.files = new Files(this.memories.files, this.operations);
    this.rtc = new Ds3231(this.memories.rtc, nowUs, options.driftPpm, faults);
    this.display = new Ssd1306({
      randomness: () => this.randomness('display'),
      changed: pixelsArrived => options.displayChanged(pixelsArrived),
    });
    this.glass = new Glass(facts.bangle, () => options.displayChanged(true));
    this.radio = new Radio((us, action) => scheduler.at(scheduler.nowUs + us, action));
    this.eeprom = new At24c32(this.memories.eeprom, this.operations, nowUs, faults);
    const modules = facts.i2c ? [this.display, this.rtc, this.eeprom] : [];
    this.i2c = new I2cBus(modules, spend, this.violations, faults);
    const { parts } = options;
    this.setPart('display', parts.display !== false, false);
    this.setPart('clock', parts.clock !== false, false);
    this.setPart('eeprom', parts.eeprom !== 'none', false);
    this.usb = new UsbHost(scheduler, facts.hidReportBytes);
    this.keys = new FobKeys({
      pins: facts.keyPins,
      scheduler,
      randomness: makeRandomness(seed, 'bounce'),
      edge: (pin, level, atUs) => options.pinChanged(pin, level, atUs),
      faults,
    });
    if (this.memories.isNew) this.rtc.loseTime();
  }

  setFaults(plan: FaultPlan): void {
    this.faults.set(checkedPlan(plan));
    this.i2c.countAnew();
  }

  setPart(name: PartName, connected: boolean, powered: boolean): void {
    const parts = { display: this.display, clock: this.rtc, eeprom: this.eeprom };
    this.i2c.connect(parts[name], connected, powered);
  }

  /** The resistors of a module pull the wires of the bus up; a part that was cut off in a byte may hold SDA low. */
  #level(pin: string): boolean | undefined {
    const { keyPins, cablePin, i2c } = this.facts;
    if (keyPins.includes(pin)) return this.keys.level(pin);
    if (pin === cablePin) return this.usb.plugged;
    const isPulledUp = [this.display, this.rtc, this.eeprom].some(part => this.i2c.isConnected(part));
    if (i2c === undefined || !isPulledUp) return undefined;
    if (pin === i2c.sda) return !this.i2c.isHeld;
    return pin === i2c.scl ? true : undefined;
  }

  #makeOperations(): Operations {
    return new Operations({
      seed: this.#options.seed,
      count: this.memories.operations.get(),
      counted: count => {
        this.memories.operations.set(count);
        this.keepNow();
      },
      applied: () => this.memories.flash.sync(),
      fails: () => this.faults.strikes('power.cut'),
      powerLost: fault => this.#options.powerLost(fault),
    });
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

  /** Returns the randomness of this boot for one use, by the seed. */
  randomness(use: string): Randomness {
    return makeRandomness(this.#options.seed, use, this.memories.boots.get());
  }

  /** Everything that `insidesOf` looks at. */
  inspected(): Inspected {
    const { flash, eeprom, facts, i2c, display, rtc, usb, supplyVolts } = this;
    const parts = facts.i2c && {
      display: i2c.isConnected(display),
      clock: i2c.isConnected(rtc),
      eeprom: i2c.isConnected(eeprom),
    };
    return { flash, eeprom, parts, isPlugged: usb.plugged, supplyVolts };
  }

  /** Stores the time in the state, so that a virtual clock continues from there. */
  keepNow(): void {
    this.memories.nowUs.set(this.scheduler.nowUs);
  }

  wear(): Wear {
    return {
      eepromWrites: [...this.eeprom.writes],
      flashErases: [...this.flash.erases],
      flashWrites: this.flash.writes,
    };
  }

  powerOn(): void {
    const low = this.faults.strikes('battery.low');
    this.#lowVolts = low && lowVolts(low);
    this.#chooseClimate();
    if (this.faults.strikes('memory.full')) fillStorage(this.flash, 'full');
    this.i2c.powerOn();
    this.glass.powerOn();
    this.usb.powerOn();
  }

  #chooseClimate(): void {
    const { faults, rtc } = this;
    const { temperature } = faults.plan;
    if (!temperature) return;
    const cold = faults.strikes('temperature.cold');
    const hot = faults.strikes('temperature.hot');
    if (hot) rtc.setClimate(extremeClimate('hot', hot));
    else rtc.setClimate(cold ? extremeClimate('cold', cold) : USUAL_CLIMATE);
  }

  /** Stops everything that needs the supply. */
  powerOff(): void {
    this.#watchdog = undefined;
    this.scheduler.cancelInside();
    this.i2c.powerOff();
    this.glass.powerOff();
    this.radio.powerOff();
    this.#clockAheadUs = undefined;
    this.usb.powerOff();
    this.deepSleep = false;
    this.keepNow();
  }

  /** Starts the clock of the microcontroller after a reset. */
  resetClock(): void {
    const { oscillatorPpm, crystal } = this.#options;
    this.stm32?.stop();
    this.stm32 = undefined;
    if (!this.facts.stm32) return;
    const isAbsent = this.faults.strikes('crystal.absent') !== undefined;
    this.stm32 = new Stm32Clock({
      scheduler: this.scheduler,
      randomness: this.randomness('crystal'),
      crystal: crystal && !isAbsent,
      isSlow: this.faults.strikes('crystal.slow') !== undefined,
      rate: 1 + oscillatorPpm / 1e6,
    });
  }

  /** Returns the board for one boot of the interpreter. */
  forSession(): Hardware {
    this.memories.boots.set(this.memories.boots.get() + 1);
    const { facts, flash, files, i2c, log, scheduler, usb, glass, radio } = this;
    const systemClock = this.stm32 ?? steadyClock(1 + (facts.bangle ? this.#options.driftPpm / 1e6 : 0));
    return {
      facts,
      makeContext: this.#options.makeContext,
      flash,
      files,
      i2c,
      log,
      glass,
      radio,
      usb,
      serial: this.memories.serial,
      // `rand()` is never seeded on the Linux build: the same sequence at every boot (espruino.md, hazard 8).
      randomness: facts.hosted
        ? makeRandomness(0, 'rand')
        : this.#options.random('hwRand', this.memories.boots.get()),
      nowUs: () => scheduler.nowUs,
      spend: us => scheduler.spend(us),
      clockStartUs: this.#clockStartUs(systemClock.at(scheduler.nowUs)),
      systemClock,
      crystal: this.stm32,
      clockSet: aheadUs => {
        this.#clockAheadUs = aheadUs;
      },
      after: (us, action) => {
        const due = scheduler.at(scheduler.nowUs + us, action);
        return () => scheduler.cancel(due);
      },
      hasMemory: () => this.#hasMemory(),
      level: pin => this.#level(pin),
      supplyVolts: () => this.#lowVolts ?? this.supplyVolts,
      allowDeepSleep: allowed => {
        this.deepSleep = allowed;
      },
      // Bytes sent into an unplugged cable are lost.
      send: (port, bytes) => {
        if (port !== 'USB' || usb.plugged) this.#options.send(port, bytes);
      },
      drawnOn: textLog => this.#options.drawnOn(textLog),
      watchdog: us => {
        scheduler.cancel(this.#watchdog);
        this.#watchdog =
          us > 0 ? scheduler.at(scheduler.nowUs + us, () => this.#options.watchdogBit()) : undefined;
      },
    };
  }

  #clockStartUs(systemUs: number): number {
    if (this.facts.hosted) return this.scheduler.nowUs;
    if (!this.facts.bangle) return FIRST_CLOCK_MS * 1000;
    // The nRF52 starts at 1970 and keeps its count in memory that survives a reset.
    this.#clockAheadUs ??= -systemUs;
    return systemUs + this.#clockAheadUs;
  }
}
