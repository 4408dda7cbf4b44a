import type { Randomness } from '@passfob/simulator/for-emulator';
import { TICKS_PER_SECOND, TICKS_PER_US } from '../base/timeline.ts';
import type { PinPort } from '../stm32f401/pin-ports.ts';
import type { PulseTrain } from '../stm32f401/tim-output.ts';
import { type TimerOutput, timerOutput } from '../stm32f401/timer-pins.ts';
import { HostComputer } from '../usb-host/host-computer.ts';
import { Chip, type ChipOptions } from './chip.ts';
import type { BoardCounters } from './options.ts';

/** The alternate function of I2C1 (data sheet of the STM32F401, table 9). */
const AF_I2C1 = 4;
/** VBUS of the cable, at which OTG FS senses it. */
const VBUS: readonly [PinPort, number] = ['A', 9];

/** A serial port of the board. */
export type WiredPort = 'USB' | 'Serial1';

export interface PoweredOptions extends Omit<ChipOptions, 'randomness'> {
  /** When the power came, in µs since 1970. */
  readonly startUs: number;
  readonly seed: number;
  readonly randomness: Randomness;
  /** Bytes from the board; a port of the chip, or the serial port of its USB. */
  send(port: WiredPort, bytes: Uint8Array): void;
  /** A report from the board's HID interface, as the endpoint carries it. */
  onReport(report: Uint8Array): void;
  /** A wire at a pin of the chip has changed. */
  onPin?(pin: string, isHigh: boolean): void;
}

/** A chip from its power-on to the loss of its power, with a computer at the other end of its USB cable. */
export class Powered {
  readonly chip: Chip;
  readonly host: HostComputer;
  /** When the power came, or, after times that the chip missed, would have had to come. */
  #startUs: number;

  constructor(options: PoweredOptions) {
    this.#startUs = options.startUs;
    const chip = new Chip(options);
    this.chip = chip;
    this.host = new HostComputer({
      time: chip.timeline,
      device: chip.usb,
      seed: options.seed,
      onVbus: isOn => chip.gpio.drive(...VBUS, isOn),
    });
    this.host.serial.open();
    this.host.serial.onData(bytes => options.send('USB', bytes));
    this.host.hid.onReport(({ bytes }) => options.onReport(bytes));
    chip.usarts.USART1.onByte(data => options.send('Serial1', Uint8Array.of(data & 0xff)));
    chip.gpio.onChange((port, pin, isHigh) => options.onPin?.(`${port}${pin}`, isHigh));
  }

  /** The time in µs since 1970, exact within a run. */
  get nowUs(): number {
    return this.#startUs + this.chip.now / TICKS_PER_US;
  }

  /** Runs the chip until a time. Returns false if it was paused before. */
  runUntil(us: number): boolean {
    const outcome = this.chip.runUntil((us - this.#startUs) * TICKS_PER_US);
    this.chip.processor.resume();
    return outcome === 'due';
  }

  /** Ends the present run after the present instruction: somebody outside must hear of it. */
  pause(): void {
    this.chip.processor.halt();
  }

  /** Lets time pass without the chip. */
  skip(us: number): void {
    this.#startUs += us;
  }

  plug(isPlugged: boolean): void {
    if (isPlugged) this.host.plug();
    else this.host.unplug();
  }

  receive(port: WiredPort, bytes: Uint8Array): void {
    if (port === 'USB') this.host.serial.write(bytes);
    else this.chip.usarts.USART1.receive(bytes);
  }

  /** @throws TypeError for a name that is no pin of the chip, such as `B2` */
  drive(pin: string, level: boolean | undefined): void {
    this.chip.gpio.drive(...pinOf(pin), level);
  }

  level(pin: string): boolean {
    return this.chip.gpio.level(...pinOf(pin));
  }

  /** The level that a timer applies to a pin now; undefined where none does. */
  timerLevel(pin: string): boolean | undefined {
    const output = this.#timerAt(pin);
    return output && this.chip.timers[output.timer].level(output.channel);
  }

  /** The pulses that a timer sends at a pin. */
  pulses(pin: string): PulseTrain | undefined {
    const output = this.#timerAt(pin);
    return output && this.chip.timers[output.timer].pulses(output.channel);
  }

  #timerAt(name: string): TimerOutput | undefined {
    const [port, pin] = pinOf(name);
    const alternate = this.chip.gpio.alternate(port, pin);
    return alternate === undefined ? undefined : timerOutput(port, pin, alternate);
  }

  /** The level that the chip itself applies to a pin; undefined where it leaves the wire alone. */
  output(pin: string): boolean | undefined {
    return this.chip.gpio.output(...pinOf(pin));
  }

  /** Whether I2C1 has these two pins. */
  hasI2c(scl: string, sda: string): boolean {
    return [scl, sda].every(pin => this.chip.gpio.alternate(...pinOf(pin)) === AF_I2C1);
  }

  /** A copy of the chip's memory. */
  get ram(): Uint8Array {
    return this.chip.ram.slice();
  }

  /** Whether the clocks of the chip stand still. */
  get isInDeepSleep(): boolean {
    return this.chip.isInDeepSleep;
  }

  /** The report descriptor of the first HID interface, once the computer has read it. */
  get reportDescriptor(): Uint8Array | undefined {
    return this.host.hid.reportDescriptors.values().next().value;
  }

  /** Ticks in which the processor slept or waited in a loop that was skipped. */
  get idleTicks(): number {
    const { ticksAsleep, ticksInDeepSleep, ticksSkipped } = this.chip.processor.counters;
    return ticksAsleep + ticksInDeepSleep + ticksSkipped;
  }

  get counters(): BoardCounters {
    const { processor, now } = this.chip;
    const { ticksInDeepSleep, exceptions } = processor.counters;
    return {
      instructions: processor.instructions,
      seconds: now / TICKS_PER_SECOND,
      idleSeconds: this.idleTicks / TICKS_PER_SECOND,
      deepSleepSeconds: ticksInDeepSleep / TICKS_PER_SECOND,
      exceptions: exceptions.reduce((sum, count) => sum + (count ?? 0), 0),
    };
  }
}

function pinOf(pin: string): [PinPort, number] {
  const [, port = '', digits = ''] = /^([A-EH])(\d{1,2})$/.exec(pin) ?? [];
  const number = Number(digits);
  if (port === '' || number > 15)
    throw new TypeError(`there is no pin ${pin}: name it by port and number, such as B2 or C13`);
  return [port as PinPort, number];
}
