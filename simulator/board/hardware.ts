import { checkPartName, isFitted, PART_NAMES, partRecord } from '../base/boards-and-parts.ts';
import { COMPUTER } from '../base/computer.ts';
import type { FaultPlan } from '../base/fault-plan.ts';
import type { PartName, PartsOptions, StateStore, Wear } from '../base/fob.ts';
import { DEFAULT_START_MS, EEPROM_BYTES, LARGE_EEPROM_BYTES, SUPPLY_VOLTS } from '../base/limits.ts';
import { makeRandomness, type Randomness } from '../base/randomness.ts';
import { Scheduler } from '../base/time.ts';
import { lowVolts } from '../faults/battery.ts';
import { FaultDraw } from '../faults/draw.ts';
import { Operations } from '../faults/operations.ts';
import { checkedPlan } from '../faults/plan.ts';
import { extremeClimate, USUAL_CLIMATE } from '../faults/temperature.ts';
import { fillStorage } from '../interpreter/storage/storage-files.ts';
import { type Memories, openMemories } from '../recording/state/memories.ts';
import { At24c32 } from './chips/at24c32.ts';
import { Ds3231 } from './chips/ds3231.ts';
import { Files } from './chips/files.ts';
import { Flash } from './chips/flash.ts';
import { Glass } from './chips/glass.ts';
import { I2cBus } from './chips/i2c-bus.ts';
import type { I2cPart } from './chips/i2c-part.ts';
import { Radio } from './chips/radio.ts';
import { Ssd1306 } from './chips/ssd1306.ts';
import { UsbHost } from './chips/usb-host.ts';
import type { Inspected } from './insides.ts';
import { FobKeys } from './keys.ts';
import type { BoardWiring } from './wiring/wiring.ts';

export interface HardwareOptions {
  readonly facts: BoardWiring;
  readonly storage: StateStore;
  readonly seed: number;
  /** Makes the board's own randomness for one use. */
  readonly random: (...labels: readonly (string | number)[]) => Randomness;
  readonly driftPpm: number;
  readonly parts: PartsOptions;
  readonly faults: FaultPlan | undefined;
  readonly clock: 'virtual' | 'real';
  readonly startMs: number | undefined;
}

/**
 * A board and its parts without the interpreter: everything that survives a power cut. It knows nothing of the parts of
 * the machine above it: each of them that listens to the board sets one of the `on…` once, when it is made.
 */
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
  /** The parts that a board with a bus may have. */
  readonly #parts: Readonly<Record<PartName, I2cPart>>;
  readonly glass: Glass;
  readonly radio: Radio;
  readonly keys: FobKeys;
  readonly usb: UsbHost;
  supplyVolts = SUPPLY_VOLTS;
  /** Of a battery that a fault has emptied, until the next start. */
  #lowVolts: number | undefined;
  readonly violations: string[] = [];
  readonly #seed: number;
  /** Receives each change of a key's contact, perhaps from while the board was busy. */
  onEdge: (pin: string, level: boolean, atUs: number) => void = () => {};
  onDisplayChange: (pixelsArrived: boolean) => void = () => {};
  /** Receives the fault by which the power was lost in an operation and comes back, if it was one. */
  onPowerLost: (fault: Randomness | undefined) => void = () => {};

  constructor(options: HardwareOptions) {
    const { facts, seed } = options;
    this.#seed = seed;
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
    const scheduler = new Scheduler(startUs(options, this.memories));
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
      timing: facts.flash.timing,
      operations: this.operations,
      spend,
      violations: this.violations,
    });
    this.files = new Files(this.memories.files, this.operations);
    this.rtc = new Ds3231(this.memories.rtc, nowUs, options.driftPpm, faults);
    this.display = new Ssd1306({
      randomness: () => this.randomness('display'),
      changed: pixelsArrived => this.onDisplayChange(pixelsArrived),
    });
    this.glass = new Glass(facts.bangle, () => this.onDisplayChange(true));
    this.radio = new Radio((us, action) => scheduler.at(scheduler.nowUs + us, action));
    this.eeprom = new At24c32(this.memories.eeprom, this.operations, nowUs, faults);
    this.#parts = { display: this.display, clock: this.rtc, eeprom: this.eeprom };
    const onBus = facts.i2c ? Object.values(this.#parts) : [];
    this.i2c = new I2cBus(onBus, spend, this.violations, faults, facts.i2c?.driver);
    for (const name of PART_NAMES) this.setPart(name, isFitted(options.parts, name), false);
    this.usb = new UsbHost(scheduler, facts.hidReportBytes);
    this.keys = new FobKeys({
      pins: facts.keyPins,
      scheduler,
      randomness: makeRandomness(seed, 'bounce'),
      edge: (pin, down, atUs) => this.onEdge(pin, down === (facts.pressed === 'high'), atUs),
      faults,
    });
    if (this.memories.isNew) this.rtc.loseTime();
  }

  setFaults(plan: FaultPlan): void {
    this.faults.set(checkedPlan(plan));
    this.i2c.countAnew();
  }

  /** A board without a bus has no parts: nothing changes. */
  setPart(name: PartName, connected: boolean, powered: boolean): void {
    checkPartName(name);
    if (this.facts.i2c) this.i2c.connect(this.#parts[name], connected, powered);
  }

  /** The resistors of a module pull the wires of the bus up; a part that was cut off in a byte may hold SDA low. */
  level(pin: string): boolean | undefined {
    const { keyPins, cablePin, i2c, pressed } = this.facts;
    if (keyPins.includes(pin)) return keyLevel(this.keys.level(pin), pressed);
    if (pin === cablePin) return this.usb.plugged;
    const isPulledUp = Object.values(this.#parts).some(part => this.i2c.isConnected(part));
    if (i2c === undefined || !isPulledUp) return undefined;
    if (pin === i2c.sda) return !this.i2c.isHeld;
    return pin === i2c.scl ? true : undefined;
  }

  #makeOperations(): Operations {
    return new Operations({
      seed: this.#seed,
      count: this.memories.operations.get(),
      counted: count => {
        this.memories.operations.set(count);
        this.keepNow();
      },
      applied: () => this.memories.flash.sync(),
      fails: () => this.faults.strikes('power.cut'),
      powerLost: fault => this.onPowerLost(fault),
    });
  }

  /** Returns the randomness of this boot for one use, by the seed. */
  randomness(use: string): Randomness {
    return makeRandomness(this.#seed, use, this.memories.boots.get());
  }

  /** Everything that `insidesOf` looks at. */
  inspected(): Inspected {
    const { flash, eeprom, facts, i2c, usb, supplyVolts } = this;
    const parts = facts.i2c && partRecord(name => i2c.isConnected(this.#parts[name]));
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
    this.scheduler.cancelInside();
    this.i2c.powerOff();
    this.glass.powerOff();
    this.radio.powerOff();
    this.usb.powerOff();
    this.keepNow();
  }

  /** Of the supply now. */
  get volts(): number {
    return this.#lowVolts ?? this.supplyVolts;
  }
}

/** A key to the supply has a resistor to ground; one to ground has none. */
function keyLevel(down: boolean, pressed: 'high' | 'low'): boolean | undefined {
  if (pressed === 'high') return down;
  return down ? false : undefined;
}

/** Returns the time at which a board goes on: that of a virtual clock is in its state. */
function startUs({ clock, startMs }: HardwareOptions, memories: Memories): number {
  const firstMs = clock === 'real' ? COMPUTER.epochMs() : DEFAULT_START_MS;
  const keptUs = memories.nowUs.get();
  if (startMs !== undefined) return startMs * 1000;
  return clock === 'virtual' && keptUs > 0 ? keptUs : firstMs * 1000;
}
