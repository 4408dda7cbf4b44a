import type { Wire } from '../../base/fob.ts';
import { DEFAULT_START_MS, SUPPLY_VOLTS } from '../../base/limits.ts';
import { Operations } from '../../base/power.ts';
import { makeRandomness } from '../../base/randomness.ts';
import { FaultDraw } from '../../faults/draw.ts';
import { programFiles } from '../../interpreter/storage-files.ts';
import type { I2cPart } from '../../parts/part.ts';
import { Region } from '../../state/memories.ts';
import { memoryStore } from '../../state/memory-store.ts';
import { noteFault } from './fault-texts.ts';
import { firmwareOf, programmed } from './firmware.ts';
import { I2cParts } from './i2c-parts.ts';
import type { BoardCounters } from './options.ts';
import { Powered, type WiredPort } from './powered.ts';
import { storageOf } from './storage.ts';

/** An STM32F401CD with pins and parts of your own. */
export interface VirtualChipOptions {
  /** The contents of a .bin file: Espruino for the Pico, or any program for this chip. */
  readonly firmware: Uint8Array;
  /** Address of its first byte. Default: 0x08010000 if its vectors point there, otherwise 0x08000000. */
  readonly firmwareAddress?: number;
  /** The whole flash of an earlier chip, to go on with, in place of the firmware alone. */
  readonly flash?: Uint8Array;
  /** Files of Espruino's Storage, by name, such as `.bootcde`. Default: none. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Parts at I2C1, whichever pins the program gives it. Default: none. */
  readonly parts?: readonly I2cPart[];
  /** Whether a crystal of 32 kHz is at C14 and C15. Default false. */
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
  /** The serial port of its USB, as an open terminal has it. */
  readonly usb: Wire;
  /** USART1 at its own rate. */
  readonly serial1: Wire;
  plug(isPlugged: boolean): void;
  /** The level of the wire at a pin such as `B2`. */
  level(pin: string): boolean;
  /** Applies a level to a pin from outside, or lets go of it. */
  drive(pin: string, level: boolean | undefined): void;
  /** Calls `listener` after the level of a wire has changed. Returns a function that stops listening. */
  onPin(listener: (pin: string, isHigh: boolean) => void): () => void;
  /** Pulls the reset pin. Loss of power: make another chip with this one's `flash`. */
  reset(): void;
  /** Its present contents. */
  readonly flash: Uint8Array;
  /** Faults of the program, oldest first, each as a few lines of text. */
  readonly faults: readonly string[];
  counters(): BoardCounters;
}

/** Makes a chip and powers it on. Throws BadFirmware for bytes that are no program for it. */
export function virtualChip(options: VirtualChipOptions): VirtualChip {
  const { seed = 1, parts = [], crystal = false } = options;
  const flash = options.flash?.slice() ?? programmed(firmwareOf(options.firmware, options.firmwareAddress));
  if (options.files) putFiles(flash, options.files);
  const faults: string[] = [];
  const ears = { USB: new Set<Heard>(), Serial1: new Set<Heard>(), pins: new Set<PinListener>() };
  const startUs = DEFAULT_START_MS * 1000;
  const i2c1 = new I2cParts({
    parts,
    faults: new FaultDraw(0),
    violations: faults,
    isConnected: () => true,
    holds: () => {},
    halt: () => {},
  });
  i2c1.powerOn();
  const powered = new Powered({
    startUs,
    seed,
    flash,
    uniqueId: makeRandomness(seed, 'serial').bytes(12),
    randomness: makeRandomness(seed, 'chip'),
    i2c1,
    ...(!crystal && { lseHz: 0 }),
    supplyVolts: () => SUPPLY_VOLTS,
    onFault: report => noteFault(faults, report),
    send: (port, bytes) => {
      for (const listener of ears[port]) listener(bytes);
    },
    onReport: () => {},
    onPin: (pin, isHigh) => {
      for (const listener of ears.pins) listener(pin, isHigh);
    },
  });
  powered.plug(options.isPlugged ?? true);
  const wire = (port: WiredPort): Wire => ({
    write: bytes => powered.receive(port, bytes),
    onData: listener => listening(ears[port], listener),
  });
  return {
    get now() {
      return (powered.nowUs - startUs) / 1000;
    },
    advance: ms => void powered.runUntil(powered.nowUs + ms * 1000),
    usb: wire('USB'),
    serial1: wire('Serial1'),
    plug: isPlugged => powered.plug(isPlugged),
    level: pin => powered.level(pin),
    drive: (pin, level) => powered.drive(pin, level),
    onPin: listener => listening(ears.pins, listener),
    reset: () => powered.chip.reset(),
    flash,
    faults,
    counters: () => powered.counters,
  };
}

type Heard = (bytes: Uint8Array) => void;
type PinListener = (pin: string, isHigh: boolean) => void;

function listening<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function putFiles(flash: Uint8Array, files: NonNullable<VirtualChipOptions['files']>): void {
  const operations = new Operations({ seed: 1, count: 0, counted() {}, applied() {}, powerLost() {} });
  programFiles(storageOf(new Region(flash, memoryStore(), 0, flash.length), operations), files);
}
