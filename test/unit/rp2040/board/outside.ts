import { I2cParts } from '@passfob/emulator/board/i2c-parts';
import { tearOperation } from '@passfob/emulator/board/torn-flash';
import { Violations } from '@passfob/emulator/board/violations';
import {
  At24c32,
  checkedPlan,
  Ds3231,
  EEPROM_BYTES,
  FaultDraw,
  type FaultPlan,
  Flash,
  FobKeys,
  type Memories,
  makeRandomness,
  Operations,
  openMemories,
  PowerLost,
  type Randomness,
  Scheduler,
  Ssd1306,
  type StateStore,
} from '@passfob/simulator/for-emulator';
import { type FlashChange, SECTOR_BYTES } from './chip.ts';
import { FLASH_BYTES } from './firmware-file.ts';

/** The name of this kind of memory. */
export const KIND = 'rp2040';
/** Where Espruino keeps files on this board: the last 256 kB (boards/RP2040_PICO.py). */
export const STORAGE_AT = 0x1c_0000;
export const STORAGE_BYTES = 64 * SECTOR_BYTES;
export const MEMORY_SIZES = { flash: FLASH_BYTES, eeprom: EEPROM_BYTES, files: 0 };

export interface OutsideOptions {
  readonly storage: StateStore;
  readonly seed: number;
  readonly random: (...labels: readonly (string | number)[]) => Randomness;
  readonly faults: FaultPlan | undefined;
  readonly startMs: number;
  /** Time by the chip in µs since 1970; undefined while it has no power. */
  chipUs(): number | undefined;
  powerLost(): void;
  keyMoved(isDown: boolean): void;
  displayChanged(): void;
  hasBus(): boolean;
  busHeld(): void;
  halt(): void;
}

/** Everything of the board but its microcontroller, and the memories of that: what survives a loss of power. */
export class Outside {
  readonly memories: Memories;
  readonly scheduler: Scheduler;
  readonly operations: Operations;
  readonly faults: FaultDraw;
  /** Storage in the flash. */
  readonly flash: Flash;
  readonly rtc: Ds3231;
  readonly eeprom: At24c32;
  readonly display: Ssd1306;
  readonly i2c: I2cParts;
  readonly keys: FobKeys;
  readonly violations = new Violations();
  readonly #options: OutsideOptions;

  constructor(options: OutsideOptions) {
    const { seed } = options;
    this.#options = options;
    this.memories = openMemories(options.storage, KIND, MEMORY_SIZES, count =>
      options.random('serial').bytes(count),
    );
    const { memories } = this;
    this.scheduler = new Scheduler(memories.nowUs.get() || options.startMs * 1000);
    this.faults = new FaultDraw(seed);
    this.faults.set(checkedPlan(options.faults ?? {}));
    this.operations = new Operations({
      seed,
      count: memories.operations.get(),
      counted: count => memories.operations.set(count),
      applied: () => {},
      fails: () => this.faults.strikes('power.cut'),
      powerLost: () => options.powerLost(),
    });
    this.flash = new Flash({
      memory: memories.flash.part(STORAGE_AT, STORAGE_BYTES),
      pageBytes: SECTOR_BYTES,
      operations: this.operations,
      spend: () => {},
      violations: [],
    });
    const nowUs = () => this.nowUs;
    this.rtc = new Ds3231(memories.rtc, nowUs, 0, this.faults);
    this.eeprom = new At24c32(memories.eeprom, this.operations, nowUs, this.faults);
    this.display = new Ssd1306({
      randomness: () => makeRandomness(seed, 'display', memories.boots.get()),
      changed: () => options.displayChanged(),
    });
    this.keys = new FobKeys({
      pins: ['D15'],
      scheduler: this.scheduler,
      randomness: makeRandomness(seed, 'bounce'),
      edge: (_pin, isDown) => options.keyMoved(isDown),
      faults: this.faults,
    });
    this.i2c = new I2cParts({
      parts: [this.display, this.rtc, this.eeprom],
      faults: this.faults,
      violations: this.violations,
      isConnected: () => options.hasBus(),
      holds: () => options.busHeld(),
      halt: () => options.halt(),
    });
    if (memories.isNew) this.rtc.loseTime();
  }

  get nowUs(): number {
    return this.#options.chipUs() ?? this.scheduler.nowUs;
  }

  /**
   * Makes a change of the flash as one operation, torn where the power is cut in it. NOR flash clears bits only.
   * @throws PowerLost
   */
  change({ kind, at, bytes }: FlashChange): void {
    const { flash } = this.memories;
    const before = flash.bytes.slice(at, at + bytes.length);
    const after = kind === 'erase' ? bytes : bytes.map((byte, nth) => byte & (before[nth] ?? 0));
    if (after.some((byte, nth) => byte !== bytes[nth]))
      this.violations.add(() => 'flash programmed where it was not erased');
    this.#note(kind, at, bytes.length);
    const operation = { kind, address: at, bytes: bytes.length, apply: () => flash.bytes.set(after, at) };
    this.operations.run(tear => {
      if (tear) tearOperation(operation, flash.bytes, at, tear);
      else operation.apply();
      flash.write(at, flash.bytes.slice(at, at + bytes.length));
    });
  }

  #note(kind: FlashChange['kind'], at: number, length: number): void {
    const act = kind === 'erase' ? 'erase' : 'write';
    this.flash.wear(act, at - STORAGE_AT);
    this.operations.onOperation('flash', act, at - STORAGE_AT, length);
  }

  setFaults(plan: FaultPlan): void {
    this.faults.set(checkedPlan(plan));
    this.i2c.countAnew();
  }

  powerOn(): void {
    this.memories.boots.set(this.memories.boots.get() + 1);
    this.i2c.powerOn();
  }

  powerOff(): void {
    this.scheduler.cancelInside();
    try {
      this.i2c.powerOff();
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
    }
    this.keepNow();
  }

  /** Stores the time in the state, so that a later board continues from there. */
  keepNow(): void {
    this.memories.nowUs.set(Math.floor(this.nowUs));
  }
}
