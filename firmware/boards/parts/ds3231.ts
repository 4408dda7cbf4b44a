import { Reader, Writer } from '@passfob/protocol/bytes';
import { type AntiRollbackCounter, type Clock, LOST, SILENT } from '../../core/base/ports.ts';
import { AGING_MAX, DS3231_ADDRESS } from '../limits.ts';
import { I2cPart } from './i2c.ts';
import { seconds } from './uptime.ts';

/** 2000-01-01T00:00:00Z. */
const EPOCH = 946684800;
const DAY_SECONDS = 86400;
/** Days before each month of a year that is not a leap year. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** Registers: 0x07–0x0D the two alarms, 0x0E control, 0x0F status, 0x10 aging offset. */
const ALARMS = 7;
const CONTROL = 0x0e;
const STATUS = 0x0f;
const AGING = 0x10;
/** Flag of the status register: the time is invalid. */
const OSCILLATOR_STOPPED = 0x80;
/** Makes the check differ from registers that hold no number: all zeros, all ones. */
const MARK = 0x5061;
const ALARM_REGISTERS = 7;
/** Times that the time is set until one attempt takes less than half a second. */
const SET_TRIES = 3;

function fromBcd(value: number): number {
  return (value >> 4) * 10 + (value & 15);
}

function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

/**
 * Returns a number in the form of the alarm registers: four bytes, and three bytes of a CRC-32 over it and `MARK`.
 */
function alarmsOf(number: number): Uint8Array {
  const out = new Writer(8).number(number, 4).number(MARK, 4);
  const crc = E.CRC32(out.bytes);
  out.at = 4;
  return out.number(crc, 4).bytes.subarray(0, ALARM_REGISTERS);
}

/**
 * The real-time clock. Its calendar serves as a counter of days since 2000 in which every fourth year is a leap year,
 * as the part counts: 2100 too, so that the conversion stays exact to the end of its range, 2199. Its alarms are not
 * used; their registers are seven bytes that its battery keeps.
 */
export class Ds3231 implements Clock, AntiRollbackCounter {
  private readonly part: I2cPart;

  constructor() {
    this.part = new I2cPart(DS3231_ADDRESS);
  }

  /** Seconds since 1970, or -1 if the oscillator has stopped or the part does not answer. */
  read(): number {
    const r = this.part.ask(0, STATUS + 1);
    if (!r || (r[STATUS] as number) & OSCILLATOR_STOPPED) return -1;
    const years = ((r[5] as number) >> 7) * 100 + fromBcd(r[6] as number);
    const month = fromBcd((r[5] as number) & 31);
    const leap = (years & 3) === 0;
    const days =
      years * 365 +
      ((years + 3) >> 2) +
      (DAYS_BEFORE[month - 1] as number) +
      (leap && month > 2 ? 1 : 0) +
      fromBcd((r[4] as number) & 63) -
      1;
    const utc =
      EPOCH +
      days * DAY_SECONDS +
      fromBcd((r[2] as number) & 63) * 3600 +
      fromBcd(r[1] as number) * 60 +
      fromBcd(r[0] as number);
    // A bus that is held low reads all zeros, and there is no month 0.
    return utc >= EPOCH ? utc : -1;
  }

  /** A transfer that had to be tried again takes so long that the time is old by then: it is set once more. */
  set(utc: number): boolean {
    for (let tries = SET_TRIES; tries--; ) {
      const from = seconds();
      if (!this.write(utc)) return false;
      const since = seconds();
      const late = Math.round(since - from);
      if (late <= 0) {
        const now = this.read();
        return now >= utc && now <= utc + 1 + seconds() - since;
      }
      utc += late;
    }
    return false;
  }

  private write(utc: number): boolean {
    const days = Math.floor((utc - EPOCH) / DAY_SECONDS);
    const second = (utc - EPOCH) % DAY_SECONDS;
    if (days < 0 || days >= 73050) return false;
    const cycle = days % 1461;
    const inCycle = cycle < 366 ? 0 : 1 + Math.floor((cycle - 366) / 365);
    const year = Math.floor(days / 1461) * 4 + inCycle;
    let day = inCycle === 0 ? cycle : (cycle - 366) % 365;
    let month = 1;
    while (day >= this.daysBefore(month + 1, inCycle === 0)) month++;
    day -= this.daysBefore(month, inCycle === 0);
    const written = this.part.send([
      0,
      toBcd(second % 60),
      toBcd(Math.floor(second / 60) % 60),
      toBcd(Math.floor(second / 3600)),
      (days % 7) + 1,
      toBcd(day + 1),
      toBcd(month) | (year >= 100 ? 0x80 : 0),
      toBcd(year % 100),
    ]);
    // Runs the oscillator from the battery too, without alarms, then clears the flag, which marks the time as valid.
    return written && this.part.send([CONTROL, 0x04, 0]);
  }

  /**
   * Trims by the aging offset, which is positive for slower. It takes effect at the next temperature conversion, at
   * most 64 seconds later. The difference until then is less than a millisecond, so none is forced.
   */
  trim(tenths: number): boolean {
    const fits = Math.abs(tenths) <= AGING_MAX;
    // If the core corrects the drift, the part must not correct it, too.
    return this.part.insist([AGING, fits ? -tenths & 255 : 0], 0) !== undefined && fits;
  }

  /**
   * Independent of the oscillator: a correct check proves that the registers were kept, and a clock that was never
   * set can hold a number, too.
   */
  load(): number {
    for (let reads = 2; reads--; ) {
      const registers = this.part.insist(ALARMS, ALARM_REGISTERS);
      if (!registers) return SILENT;
      const number = new Reader(registers, 0).number(4);
      if (E.CRC32(alarmsOf(number)) === E.CRC32(registers)) return number;
    }
    return LOST;
  }

  save(number: number): boolean {
    const registers = alarmsOf(number);
    const held = this.part.send([ALARMS, registers]) && this.part.ask(ALARMS, ALARM_REGISTERS);
    return held ? E.CRC32(held) === E.CRC32(registers) : false;
  }

  private daysBefore(month: number, leap: boolean): number {
    return (DAYS_BEFORE[month - 1] as number) + (leap && month > 2 ? 1 : 0);
  }
}
