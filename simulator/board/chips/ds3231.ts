/**
 * DS3231 real-time clock at register level (Analog Devices data sheet): timekeeping 0x00–0x06 in BCD, alarms
 * 0x07–0x0D (stored, but without effect), control 0x0E, status 0x0F with the oscillator-stop flag, aging 0x10,
 * temperature 0x11–0x12. Its battery keeps it running without the board's power.
 *
 * Known difference: the part accepts 12-hour mode when the time is written, but answers in 24-hour mode.
 */
import { AGING_PPM_PER_STEP } from '../../base/limits.ts';
import { jumpSeconds, stoppedSeconds } from '../../faults/clock.ts';
import { FaultDraw } from '../../faults/draw.ts';
import { type Climate, USUAL_CLIMATE } from '../../faults/temperature.ts';
import type { Region } from '../../recording/state/memories.ts';
import { secondsOf, timeOf } from './calendar.ts';
import type { I2cPart } from './i2c-part.ts';

const REGISTERS = 0x13;
const ALARMS = 0x07;
const CONTROL = 0x0e;
const STATUS = 0x0f;
const AGING = 0x10;
const TEMPERATURE = 0x11;
const OSCILLATOR_STOPPED = 0x80;
const OSCILLATOR_OFF_ON_BATTERY = 0x80;
/** Status bits that software may only clear: oscillator-stop flag and alarm flags. */
const CLEAR_ONLY = 0x83;
/** Control register after first power-on: INTCN and both rates set (data sheet, register map). */
const CONTROL_AT_BIRTH = 0x1c;
const STATUS_AT_BIRTH = 0x88;

/** Layout of the data that survives a power cut: two doubles, then the registers that are not computed. */
const BASE_AT = 0;
const COUNTER_AT = 8;
const SHADOW_AT = 16;

const fromBcd = (value: number) => (value >> 4) * 10 + (value & 15);
const toBcd = (value: number) => (Math.floor(value / 10) << 4) | (value % 10);

export class Ds3231 implements I2cPart {
  readonly address = 0x68;
  readonly name = 'DS3231';
  readonly #kept: Region;
  readonly #view: DataView;
  readonly #nowUs: () => number;
  readonly #driftPpm: number;
  readonly #faults: FaultDraw;
  #climate = USUAL_CLIMATE;
  #pointer = 0;

  /** `driftPpm`: how much faster than true time its crystal runs at 25 °C, before the aging offset. */
  constructor(kept: Region, nowUs: () => number, driftPpm: number, faults = new FaultDraw(0)) {
    this.#faults = faults;
    this.#kept = kept;
    this.#view = new DataView(kept.bytes.buffer, kept.bytes.byteOffset);
    this.#nowUs = nowUs;
    this.#driftPpm = driftPpm;
  }

  ready(): boolean {
    return true;
  }

  /** Changes its surroundings from now on. */
  setClimate(climate: Climate): void {
    this.#setCounter(this.#counterUs());
    this.#climate = climate;
  }

  /** Resets the part as when its first battery is put in, or after its last one died. */
  loseTime(): void {
    this.#shadow(CONTROL, CONTROL_AT_BIRTH);
    this.#shadow(STATUS, STATUS_AT_BIRTH);
    this.#shadow(AGING, 0);
    for (let register = ALARMS; register < CONTROL; register++) this.#shadow(register, 0);
    this.#setCounter(0);
  }

  write(bytes: Uint8Array): void {
    if (bytes[0] === undefined) return;
    this.#pointer = bytes[0] % REGISTERS;
    let clock: Uint8Array | undefined;
    for (let at = 1; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#pointer < ALARMS) {
        clock ??= this.#timeRegisters();
        clock[this.#pointer] = byte;
      } else {
        this.#writeRegister(this.#pointer, byte);
      }
      this.#pointer = (this.#pointer + 1) % REGISTERS;
    }
    if (clock) this.#setTime(clock);
    // The image relies on its registers as on a memory: the battery keeps them.
    if (bytes.length > 1) this.#kept.sync();
  }

  #writeRegister(register: number, byte: number): void {
    if (register === STATUS) {
      const old = this.#register(STATUS);
      this.#shadow(STATUS, (old & byte & CLEAR_ONLY) | (byte & ~CLEAR_ONLY & 0x08));
    } else if (register === AGING) {
      this.#setCounter(this.#counterUs());
      this.#shadow(AGING, byte);
    } else if (register < AGING) {
      this.#shadow(register, byte);
    }
  }

  read(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, this.startRead());
  }

  startRead(): () => number {
    if (this.#pointer < ALARMS) this.#sufferFaults();
    // The part copies its time to a second set of registers at the start of a read.
    const clock = this.#timeRegisters();
    return () => {
      const byte = this.#pointer < ALARMS ? (clock[this.#pointer] ?? 0) : this.#register(this.#pointer);
      this.#pointer = (this.#pointer + 1) % REGISTERS;
      return byte;
    };
  }

  #sufferFaults(): void {
    const stop = this.#faults.strikes('clock.stop');
    const jump = this.#faults.strikes('clock.jump');
    if (stop) this.#shadow(STATUS, this.#register(STATUS) | OSCILLATOR_STOPPED);
    const seconds = (jump ? jumpSeconds(jump) : 0) - (stop ? stoppedSeconds(stop) : 0);
    if (seconds !== 0) this.#setCounter(Math.max(0, this.#counterUs() + seconds * 1e6));
  }

  /** With EOSC set the oscillator runs on the board's power only (data sheet, Control register). */
  powerOn(): void {
    if (this.#stopsOnBattery()) this.#setCounter(this.#view.getFloat64(COUNTER_AT, true));
  }

  powerOff(): void {
    this.#pointer = 0;
    if (!this.#stopsOnBattery()) return;
    this.#setCounter(this.#counterUs());
    this.#shadow(STATUS, this.#register(STATUS) | OSCILLATOR_STOPPED);
  }

  #stopsOnBattery(): boolean {
    return (this.#register(CONTROL) & OSCILLATOR_OFF_ON_BATTERY) !== 0;
  }

  #register(register: number): number {
    if (register === TEMPERATURE) return this.#climate.celsius & 255;
    if (register > TEMPERATURE) return 0;
    return this.#kept.bytes[SHADOW_AT + register - ALARMS] ?? 0;
  }

  #shadow(register: number, byte: number): void {
    this.#kept.write(SHADOW_AT + register - ALARMS, Uint8Array.of(byte));
  }

  #timeRegisters(): Uint8Array {
    const seconds = Math.floor(this.#counterUs() / 1e6);
    const time = timeOf(seconds);
    return Uint8Array.of(
      toBcd(time.second),
      toBcd(time.minute),
      toBcd(time.hour),
      (Math.floor(seconds / 86_400) % 7) + 1,
      toBcd(time.day),
      toBcd(time.month) | (time.year >= 100 ? 0x80 : 0),
      toBcd(time.year % 100),
    );
  }

  #setTime(registers: Uint8Array): void {
    const at = (index: number) => registers[index] ?? 0;
    const month = at(5);
    const seconds = secondsOf({
      second: fromBcd(at(0) & 0x7f),
      minute: fromBcd(at(1) & 0x7f),
      hour: hourOf(at(2)),
      day: Math.max(1, fromBcd(at(4) & 0x3f)),
      month: Math.max(1, fromBcd(month & 0x1f)),
      year: fromBcd(at(6)) + (month & 0x80 ? 100 : 0),
    });
    this.#setCounter(seconds * 1e6);
  }

  /**
   * Returns the microseconds since 2000 that the part has counted. A positive aging offset is slower (data sheet,
   * Aging Offset).
   */
  #counterUs(): number {
    const view = this.#view;
    const elapsedUs = Math.max(0, this.#nowUs() - view.getFloat64(BASE_AT, true));
    const aging = (this.#register(AGING) << 24) >> 24;
    const ppm = this.#driftPpm + this.#climate.ppm - aging * AGING_PPM_PER_STEP;
    return view.getFloat64(COUNTER_AT, true) + elapsedUs * (1 + ppm * 1e-6);
  }

  #setCounter(us: number): void {
    const bytes = new Uint8Array(SHADOW_AT);
    const view = new DataView(bytes.buffer);
    view.setFloat64(BASE_AT, this.#nowUs(), true);
    view.setFloat64(COUNTER_AT, us, true);
    this.#kept.write(0, bytes);
  }
}

/** Hours register: bit 6 chooses 12-hour mode, in which bit 5 is PM. */
function hourOf(register: number): number {
  if ((register & 0x40) === 0) return fromBcd(register & 0x3f);
  return (fromBcd(register & 0x1f) % 12) + (register & 0x20 ? 12 : 0);
}
