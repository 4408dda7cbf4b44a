import {
  checkBytes,
  DEFAULT_START_MS,
  FaultDraw,
  makeRandomness,
  memoryStore,
  Operations,
  Region,
  reprogramFiles,
  SUPPLY_VOLTS,
  type Wire,
} from '@passfob/simulator/for-emulator';
import type { PulseTrain } from '../stm32f401/tim-output.ts';
import { describeFault } from '../system/fault-report.ts';
import { type ChipPart, partsOf } from './chip-part.ts';
import { checkFlash, firmwareOf, programmed } from './firmware.ts';
import { I2cParts } from './i2c-parts.ts';
import { KINDS } from './kinds.ts';
import { type BoardCounters, type BoardPace, paceOf } from './options.ts';
import { Powered, type WiredPort } from './powered.ts';
import { storageOf } from './storage.ts';
import { Violations } from './violations.ts';

/** An STM32F401CD with pins and parts of your own. */
export interface VirtualChipOptions extends BoardPace {
  /** The contents of a .bin file: Espruino for the Espruino Pico, or any program for this chip. */
  readonly firmware: Uint8Array;
  /** Address of its first byte. Default: 0x08010000 if its vectors point there, otherwise 0x08000000. */
  readonly firmwareAddress?: number;
  /** The whole flash of an earlier chip, to go on with, in place of the firmware alone. */
  readonly flash?: Uint8Array;
  /**
   * Files of Espruino's Storage, by name, such as `.bootcde`. They replace those of these names in `flash`, whose other
   * files stay. Default: none.
   */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Parts at I2C1, whichever pins the program gives it. Default: none. */
  readonly parts?: readonly ChipPart[];
  /** Whether a crystal of 32 kHz is at C14 and C15. Default false, as an Espruino Pico is sold. */
  readonly crystal?: boolean;
  /** Whether the USB cable is plugged into a computer. Default true. */
  readonly isPlugged?: boolean;
  /** Of SRAM after power-on, noise, jitter and the chip's number. Default 1. */
  readonly seed?: number;
}

/** A running chip. Its time moves by `advance` only. */
export interface VirtualChip {
  /** Milliseconds since it got its power. */
  readonly now: number;
  advance(ms: number): void;
  /** The serial port of its USB, as an open terminal has it. What comes while nobody listens is lost. */
  readonly usb: Wire;
  /** USART1 at its own rate. Of more than 65,536 bytes that wait for their turn the rest is lost. */
  readonly serial1: Wire;
  plug(isPlugged: boolean): void;
  /** The level of the wire at a pin such as `B2`; where a timer sends pulses, that of this moment. */
  level(pin: string): boolean;
  /**
   * The pulses that a timer sends at a pin (`analogWrite`), of which `onPin` tells nothing. Undefined without any, and for
   * TIM1 and TIM9 to TIM11, which are not modelled.
   */
  pulses(pin: string): PulseTrain | undefined;
  /** Applies a level to a pin from outside, or lets go of it. */
  drive(pin: string, level: boolean | undefined): void;
  /** Calls `listener` after the level of a wire has changed. Returns a function that stops listening. */
  onPin(listener: (pin: string, isHigh: boolean) => void): () => void;
  /**
   * Pulls the reset pin; within a listener the reset takes place after the present instruction. Loss of power: make
   * another chip with this one's `flash`.
   */
  reset(): void;
  /** Its present contents. */
  readonly flash: Uint8Array;
  /** The first faults of the program, oldest first, each as a few lines of text. */
  readonly faults: readonly string[];
  counters(): BoardCounters;
}

/**
 * Makes a chip and powers it on.
 * @throws BadFirmware for bytes that are no program for it, or no flash of it
 * @throws TypeError for parts and files that cannot be
 */
export function virtualChip(options: VirtualChipOptions): VirtualChip {
  const { flash, violations } = contentsOf(options);
  const listeners = {
    USB: new Set<DataListener>(),
    Serial1: new Set<DataListener>(),
    pins: new Set<PinListener>(),
  };
  const startUs = DEFAULT_START_MS * 1000;
  const powered = poweredOf(options, flash, {
    startUs,
    onFault: report => violations.add(() => describeFault(report)),
    i2c1: busOf(options.parts ?? []),
    send: (port, bytes) => {
      for (const listener of listeners[port]) listener(bytes);
    },
    onPin: (pin, isHigh) => {
      for (const listener of listeners.pins) listener(pin, isHigh);
    },
  });
  const time = new ChipTime(powered);
  const wire = (port: WiredPort): Wire => ({
    write(bytes) {
      checkBytes(bytes, `what is written to ${port}`);
      powered.receive(port, bytes);
    },
    onData: listener => listening(listeners[port], listener),
  });
  return {
    get now() {
      return (powered.nowUs - startUs) / 1000;
    },
    advance: ms => time.advance(ms),
    usb: wire('USB'),
    serial1: wire('Serial1'),
    plug: isPlugged => powered.plug(isPlugged),
    level: pin => powered.timerLevel(pin) ?? powered.level(pin),
    pulses: pin => powered.pulses(pin),
    drive(pin, level) {
      if (level !== undefined && typeof level !== 'boolean')
        throw new TypeError('a level is true (high), false (low) or undefined (let go)');
      powered.drive(pin, level);
    },
    onPin: listener => listening(listeners.pins, listener),
    reset: () => time.reset(),
    flash,
    get faults() {
      return violations.all;
    },
    counters: () => powered.counters,
  };
}

type DataListener = (bytes: Uint8Array) => void;
type PinListener = (pin: string, isHigh: boolean) => void;

function contentsOf({ firmware, firmwareAddress, flash: given, files }: VirtualChipOptions) {
  const program = firmwareOf(firmware, firmwareAddress);
  if (given !== undefined) checkFlash(given);
  const flash = given?.slice() ?? programmed(program);
  if (files) putFiles(flash, files);
  return { flash, violations: new Violations() };
}

function putFiles(flash: Uint8Array, files: NonNullable<VirtualChipOptions['files']>): void {
  const operations = new Operations({ seed: 1, count: 0, counted() {}, applied() {}, powerLost() {} });
  reprogramFiles(storageOf(KINDS.pico, new Region(flash, memoryStore(), 0, flash.length), operations), files);
}

function busOf(parts: readonly ChipPart[]): I2cParts {
  const bus = new I2cParts({
    parts: partsOf(parts),
    faults: new FaultDraw(0),
    // A part that does not acknowledge is no fault of the program.
    violations: new Violations(),
    isConnected: () => true,
    holds: () => {},
    halt: () => {},
  });
  bus.powerOn();
  return bus;
}

type Connections = Pick<
  ConstructorParameters<typeof Powered>[0],
  'startUs' | 'i2c1' | 'send' | 'onPin' | 'onFault'
>;

function poweredOf(options: VirtualChipOptions, flash: Uint8Array, connections: Connections): Powered {
  const { seed = 1, crystal = false, isPlugged = true } = options;
  const powered = new Powered({
    ...connections,
    ...paceOf(options),
    seed,
    flash,
    ramBytes: KINDS.pico.ramBytes,
    uniqueId: makeRandomness(seed, 'serial').bytes(12),
    randomness: makeRandomness(seed, 'chip'),
    ...(!crystal && { lseHz: 0 }),
    supplyVolts: () => SUPPLY_VOLTS,
    onReport: () => {},
  });
  powered.plug(isPlugged);
  return powered;
}

/** Time that moves from outside the chip only, and resets between two of its instructions. */
class ChipTime {
  readonly #powered: Powered;
  #isRunning = false;

  constructor(powered: Powered) {
    this.#powered = powered;
  }

  advance(ms: number): void {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new Error('time moves forward only: advance(ms)');
    if (this.#isRunning) throw new Error('time cannot be advanced from within a listener');
    this.#isRunning = true;
    try {
      const untilUs = this.#powered.nowUs + ms * 1000;
      this.#powered.runUntil(untilUs);
    } finally {
      this.#isRunning = false;
    }
  }

  reset(): void {
    const { chip } = this.#powered;
    if (this.#isRunning) chip.requestReset('pin');
    else chip.reset();
  }
}

function listening<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
