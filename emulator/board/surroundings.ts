import {
  At24c32,
  checkedPlan,
  checkPartName,
  Ds3231,
  EEPROM_BYTES,
  extremeClimate,
  FaultDraw,
  type FaultPlan,
  type Flash,
  FobKeys,
  fillStorage,
  type I2cPart,
  isFitted,
  LARGE_EEPROM_BYTES,
  lowVolts,
  type Memories,
  makeRandomness,
  Operations,
  openMemories,
  PART_NAMES,
  type PartName,
  type PartsOptions,
  PICO,
  partRecord,
  type Randomness,
  Scheduler,
  Ssd1306,
  type StateStore,
  SUPPLY_VOLTS,
  USUAL_CLIMATE,
} from '@passfob/simulator/for-emulator';
import { FlashWrites } from './flash-writes.ts';
import { I2cParts, type I2cPartsOptions } from './i2c-parts.ts';
import type { ChipMemory } from './kinds.ts';
import { storageOf } from './storage.ts';
import { Violations } from './violations.ts';

export interface SurroundingsOptions extends Pick<I2cPartsOptions, 'isConnected' | 'holds' | 'halt'> {
  readonly kind: ChipMemory;
  readonly storage: StateStore;
  readonly seed: number;
  /** Makes the board's own randomness for one use. */
  random(...labels: readonly (string | number)[]): Randomness;
  readonly driftPpm: number;
  readonly parts: PartsOptions;
  readonly faults: FaultPlan | undefined;
  /** Returns the time at which the board begins, in µs since 1970. */
  startUs(memories: Memories): number;
  /** The time by the chip, exact while it runs, in µs since 1970; undefined while the chip has no power. */
  chipUs(): number | undefined;
  /** @param fault by which the power was lost and comes back, if it was one */
  powerLost(fault: Randomness | undefined): void;
  pinChanged(pin: string, level: boolean): void;
  displayChanged(pixelsArrived: boolean): void;
}

/** Everything of the board but the microcontroller, and the memories of that: it all survives a loss of power. */
export class Surroundings {
  readonly memories: Memories;
  readonly scheduler: Scheduler;
  readonly operations: Operations;
  readonly faults: FaultDraw;
  /** Storage in the flash of the chip. */
  readonly flash: Flash;
  readonly flashWrites: FlashWrites;
  readonly rtc: Ds3231;
  readonly eeprom: At24c32;
  readonly display: Ssd1306;
  readonly #parts: Readonly<Record<PartName, I2cPart>>;
  readonly i2c: I2cParts;
  readonly keys: FobKeys;
  /** Acts of the firmware that would harm or stall a real board. */
  readonly violations = new Violations();
  supplyVolts = SUPPLY_VOLTS;
  /** Of a battery that a fault has emptied, until the next start. */
  #lowVolts: number | undefined;
  #isBatteryDead = false;
  #isUnsynced = false;
  readonly #options: SurroundingsOptions;

  constructor(options: SurroundingsOptions) {
    const { seed, kind } = options;
    this.#options = options;
    this.memories = openMemories(
      options.storage,
      // Its memory is of another kind than that of an imitated board.
      kind.chip.toLowerCase(),
      {
        flash: kind.flashBytes,
        eeprom: options.parts.eeprom === 'AT24C256' ? LARGE_EEPROM_BYTES : EEPROM_BYTES,
        files: 0,
      },
      count => options.random('serial').bytes(count),
    );
    this.scheduler = new Scheduler(options.startUs(this.memories));
    this.faults = new FaultDraw(seed);
    this.faults.set(checkedPlan(options.faults ?? {}));
    this.operations = this.#makeOperations();
    this.flash = storageOf(kind, this.memories.flash, this.operations);
    this.flashWrites = new FlashWrites(kind, this.memories.flash, this.flash, this.operations);
    const nowUs = () => this.nowUs;
    this.rtc = new Ds3231(this.memories.rtc, nowUs, options.driftPpm, this.faults);
    this.eeprom = new At24c32(this.memories.eeprom, this.operations, nowUs, this.faults);
    this.display = new Ssd1306({
      randomness: () => this.randomness('display'),
      changed: pixelsArrived => options.displayChanged(pixelsArrived),
    });
    this.keys = new FobKeys({
      pins: PICO.keyPins,
      scheduler: this.scheduler,
      randomness: makeRandomness(seed, 'bounce'),
      edge: (pin, level) => options.pinChanged(pin, level),
      faults: this.faults,
    });
    this.#parts = { display: this.display, clock: this.rtc, eeprom: this.eeprom };
    this.i2c = new I2cParts({
      parts: Object.values(this.#parts),
      faults: this.faults,
      violations: this.violations,
      isConnected: () => options.isConnected(),
      holds: isHeld => options.holds(isHeld),
      halt: () => options.halt(),
    });
    for (const name of PART_NAMES) this.setPart(name, isFitted(options.parts, name), false);
    if (this.memories.isNew) this.rtc.loseTime();
  }

  #makeOperations(): Operations {
    const { memories } = this;
    return new Operations({
      seed: this.#options.seed,
      count: memories.operations.get(),
      counted: count => {
        memories.operations.set(count);
        this.keepNow();
      },
      applied: () => {
        this.#isUnsynced = true;
      },
      fails: () => this.faults.strikes('power.cut'),
      powerLost: fault => this.#options.powerLost(fault),
    });
  }

  /** True time in µs since 1970, as the parts measure it. */
  get nowUs(): number {
    return this.#options.chipUs() ?? this.scheduler.nowUs;
  }

  /** Returns which parts are on the bus. */
  connectedParts(): Readonly<Record<PartName, boolean>> {
    return partRecord(name => this.i2c.isPartConnected(this.#parts[name]));
  }

  /** @param isPowered whether the board is */
  setPart(name: PartName, isConnected: boolean, isPowered: boolean): void {
    checkPartName(name);
    this.i2c.connect(this.#parts[name], isConnected, isPowered);
  }

  setFaults(plan: FaultPlan): void {
    this.faults.set(checkedPlan(plan));
    this.i2c.countAnew();
  }

  /** The supply that the chip measures. */
  get measuredVolts(): number {
    return this.#lowVolts ?? this.supplyVolts;
  }

  /** Returns the randomness of this start for one use, by the seed. */
  randomness(use: string): Randomness {
    return makeRandomness(this.#options.seed, use, this.memories.boots.get());
  }

  powerOn(): void {
    const { faults, memories } = this;
    memories.boots.set(memories.boots.get() + 1);
    const low = faults.strikes('battery.low');
    this.#lowVolts = low && lowVolts(low);
    this.#chooseClimate();
    if (faults.strikes('memory.full')) fillStorage(this.flash, 'full');
    this.i2c.powerOn();
  }

  #chooseClimate(): void {
    const { faults, rtc } = this;
    if (!faults.plan.temperature) return;
    const cold = faults.strikes('temperature.cold');
    const hot = faults.strikes('temperature.hot');
    if (hot) rtc.setClimate(extremeClimate('hot', hot));
    else rtc.setClimate(cold ? extremeClimate('cold', cold) : USUAL_CLIMATE);
  }

  powerOff(): void {
    this.scheduler.cancelInside();
    this.i2c.powerOff();
    if (this.faults.strikes('battery.dead')) this.#isBatteryDead = true;
    this.#batteryDies();
    this.keepNow();
  }

  /** The clock's battery dies, at the latest with the next loss of power. */
  loseTime(isPowered: boolean): void {
    this.#isBatteryDead = true;
    if (!isPowered) this.#batteryDies();
  }

  #batteryDies(): void {
    if (this.#isBatteryDead) this.rtc.loseTime();
    this.#isBatteryDead = false;
  }

  /**
   * Makes the memories durable. Flash is programmed word by word, so that it is called after a run of the chip, and not
   * for each operation.
   */
  sync(): void {
    this.flashWrites.tell();
    if (this.#isUnsynced) this.memories.flash.sync();
    this.#isUnsynced = false;
  }

  /** Stores the time in the state, so that a virtual clock continues from there. */
  keepNow(): void {
    this.memories.nowUs.set(Math.floor(this.nowUs));
  }
}
