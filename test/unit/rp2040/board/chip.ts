import type { I2cWires } from '@passfob/emulator/stm32f401/i2c-wires';
import type { Randomness } from '@passfob/simulator/for-emulator';
import { ConsoleLogger, GPIOPinState, LogLevel, type RP2040, Simulator } from 'rp2040js';
import { checkSpan, type FlashFunction, type TrappedRom } from './boot-rom.ts';
import { FLASH_ADDRESS } from './firmware-file.ts';
import { connectWires } from './i2c-bus.ts';
import { ANSWER_NO, findIdleQuestion } from './idle-question.ts';
import { complete } from './peripherals.ts';
import { UsbComputer } from './usb-computer.ts';

/** Of the 125 MHz that the SDK sets. */
const NANOS_PER_CYCLE = 8;
/** Sizes and typical times of a W25Q16 (data sheet §9.6). */
export const SECTOR_BYTES = 4096;
const PAGE_BYTES = 256;
const ERASE_NANOS = 45e6;
const PROGRAM_NANOS = 0.7e6;
/** A pin with this function belongs to an I2C controller (RP2040 data sheet §2.19.2). */
const FUNCTION_I2C = 3;
const SDA = 4;
const SCL = 5;
const BUTTON = 15;
const VBUS = 24;

/** A change of the flash that is one operation of the chip. */
export interface FlashChange {
  readonly kind: 'program' | 'erase';
  /** Offset in the flash. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface ChipOptions {
  readonly rom: TrappedRom;
  readonly program: Uint8Array;
  /** The whole flash, as it is kept over losses of power. */
  readonly flash: Uint8Array;
  readonly flashId: Uint8Array;
  readonly randomness: Randomness;
  readonly wires: I2cWires & { clock(): void };
  /** Whether the main loop sleeps while a program has the port open; `idle-question.ts` says why. */
  readonly sleepsWithPort: boolean;
  /** Makes a change in `flash`, or a part of it: throws PowerLost then. */
  change(change: FlashChange): void;
  received(bytes: Uint8Array): void;
  violated(text: string): void;
}

/**
 * Ends the instruction in which the chip resets itself: rp2040js would go on with it, and set the alarm of its watchdog for
 * the same moment, again and again.
 */
class ChipReset extends Error {}

/** An RP2040 from its start to its reset or the loss of its power. */
export class Chip {
  readonly computer: UsbComputer;
  readonly #options: ChipOptions;
  readonly #clock: Simulator['clock'];
  readonly #chip: RP2040;
  #isPaused = false;
  #waited = 0;
  #instructions = 0;

  constructor(options: ChipOptions) {
    this.#options = options;
    const { rp2040, clock } = new Simulator();
    this.#clock = clock;
    this.#chip = rp2040;
    rp2040.logger = new ConsoleLogger(LogLevel.Error, false);
    rp2040.loadBootrom(options.rom.words);
    rp2040.flash.set(options.flash);
    const question = options.sleepsWithPort ? findIdleQuestion(options.program) : undefined;
    if (question !== undefined) rp2040.flash.set(ANSWER_NO, question);
    rp2040.onBreak = code => this.#stoppedBy(code);
    complete(rp2040, {
      ...options,
      onReset() {
        throw new ChipReset();
      },
    });
    this.computer = new UsbComputer(rp2040, options.received);
    const [i2c] = rp2040.i2c;
    if (i2c) connectWires(i2c, clock, options.wires);
    this.#connectPins();
    // Where the boot ROM goes with a program in the flash; what it does before is not tried.
    rp2040.core.PC = FLASH_ADDRESS;
  }

  #connectPins(): void {
    const { gpio } = this.#chip;
    this.drive(VBUS, true);
    this.drive(BUTTON, true);
    this.pullBus();
    // The input of a pin is its wire, also while the chip itself pulls it down.
    for (const pin of [SDA, SCL]) gpio[pin]?.addListener(() => this.pullBus());
    gpio[SCL]?.addListener((state, before) => {
      const isRelease = before === GPIOPinState.Low && state !== GPIOPinState.Low;
      if (isRelease && !this.hasBus && !this.#pullsDown(SDA)) this.#options.wires.clock();
    });
  }

  /** Whether the controller has the pins of the parts. */
  get hasBus(): boolean {
    return [SDA, SCL].every(pin => this.#chip.gpio[pin]?.functionSelect === FUNCTION_I2C);
  }

  #pullsDown(pin: number): boolean {
    return this.#chip.gpio[pin]?.value === GPIOPinState.Low;
  }

  /** The resistors of the modules pull both wires up; chip or part may hold them low. */
  pullBus(): void {
    this.drive(SCL, !this.#pullsDown(SCL));
    this.drive(SDA, !this.#pullsDown(SDA) && !this.#options.wires.isHeld);
  }

  drive(pin: number, isHigh: boolean): void {
    this.#chip.gpio[pin]?.setInputValue(isHigh);
  }

  /** A pressed button connects its pin to ground; the chip's own resistor pulls it up otherwise. */
  press(isDown: boolean): void {
    this.drive(BUTTON, !isDown);
  }

  plug(isPlugged: boolean): void {
    this.drive(VBUS, isPlugged);
    if (isPlugged) this.computer.plug();
    else this.computer.unplug();
  }

  /** The level that the firmware gives a pin; undefined where it gives none. */
  output(pin: number): boolean | undefined {
    const state = this.#chip.gpio[pin]?.value;
    if (state === GPIOPinState.High) return true;
    return state === GPIOPinState.Low ? false : undefined;
  }

  /** Whether its own resistor pulls an input up. */
  isPulledUp(pin: number): boolean {
    return this.#chip.gpio[pin]?.value === GPIOPinState.InputPullUp;
  }

  /** Nanoseconds since its start. */
  get nanos(): number {
    return this.#clock.nanos;
  }

  /** Of them, those in which the processor waited for an event. */
  get waited(): number {
    return this.#waited;
  }

  get instructions(): number {
    return this.#instructions;
  }

  /** Ends the present run before the next instruction. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Runs until a time. Returns why it ended before, if it did. */
  runUntil(nanos: number): 'there' | 'paused' | 'reset' {
    try {
      return this.#run(nanos) ? 'there' : 'paused';
    } catch (error) {
      if (error instanceof ChipReset) return 'reset';
      throw error;
    }
  }

  #run(nanos: number): boolean {
    const core = this.#chip.core;
    const clock = this.#clock;
    this.#isPaused = false;
    while (clock.nanos < nanos) {
      if (this.#isPaused) return false;
      if (core.waiting) this.#wait(nanos);
      else {
        clock.tick(core.executeInstruction() * NANOS_PER_CYCLE);
        this.#instructions++;
      }
    }
    return true;
  }

  /** Passes time up to the next thing that may happen. */
  #wait(end: number): void {
    const core = this.#chip.core;
    const clock = this.#clock;
    const left = end - clock.nanos;
    const next = clock.nanosToNextAlarm;
    const step = next > 0 ? Math.min(next, left) : left;
    clock.tick(step);
    this.#waited += step;
    if (core.interruptsUpdated && core.checkForInterrupts()) core.waiting = false;
    if (!core.eventRegistered) return;
    core.eventRegistered = false;
    core.waiting = false;
  }

  #stoppedBy(breakpoint: number): void {
    const name = this.#options.rom.functionOf(breakpoint);
    if (name === undefined) this.#crashed(`breakpoint ${breakpoint}`);
    else this.#call(name);
  }

  #crashed(why: string): void {
    const { PC, LR } = this.#chip.core;
    this.#options.violated(
      `the firmware stops at ${PC.toString(16)}, called from ${LR.toString(16)}: ${why}`,
    );
    this.pause();
  }

  #call(name: FlashFunction): void {
    const [first = 0, second = 0, third = 0] = this.#chip.core.registers;
    if (name === 'RE') this.#erase(first, second);
    if (name === 'RP') this.#program(first, second, third);
  }

  #erase(from: number, length: number): void {
    checkSpan(from, length, SECTOR_BYTES);
    for (let at = from; at < from + length; at += SECTOR_BYTES) {
      this.#change({ kind: 'erase', at, bytes: new Uint8Array(SECTOR_BYTES).fill(0xff) }, ERASE_NANOS);
    }
  }

  #program(to: number, from: number, length: number): void {
    checkSpan(to, length, PAGE_BYTES);
    for (let at = 0; at < length; at += PAGE_BYTES) {
      const bytes = Uint8Array.from({ length: PAGE_BYTES }, (_, nth) =>
        this.#chip.readUint8(from + at + nth),
      );
      this.#change({ kind: 'program', at: to + at, bytes }, PROGRAM_NANOS);
    }
  }

  #change(change: FlashChange, nanos: number): void {
    const { at, bytes } = change;
    this.#options.change(change);
    this.#chip.flash.set(this.#options.flash.subarray(at, at + bytes.length), at);
    // Interrupts are off meanwhile, and code in the flash stands still.
    this.#clock.tick(nanos);
  }
}
