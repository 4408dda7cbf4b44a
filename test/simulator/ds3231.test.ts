import { Ds3231 } from '@passfob/simulator/parts/ds3231';
import { Region } from '@passfob/simulator/state/memories';
import { memoryStore } from '@passfob/simulator/state/stores';
import { describe, expect, it } from 'vitest';

const SECOND = 1e6;
const DAY = 86_400 * SECOND;

function part(driftPpm = 0) {
  const store = memoryStore();
  store.write(0, new Uint8Array(48));
  const kept = new Region(new Uint8Array(48), store, 0, 48);
  let nowUs = 1_767_225_600 * SECOND;
  const rtc = new Ds3231(kept, () => nowUs, driftPpm);
  rtc.loseTime();
  return {
    rtc,
    wait(us: number) {
      nowUs += us;
    },
    read(register: number, count = 1) {
      rtc.write(Uint8Array.of(register));
      return [...rtc.read(count)];
    },
    write: (register: number, ...values: number[]) => rtc.write(Uint8Array.of(register, ...values)),
  };
}

const hex = (values: readonly number[]) => values.map(value => value.toString(16).padStart(2, '0')).join(' ');

describe('DS3231', () => {
  it('the DS3231 begins at 2000-01-01 with the oscillator-stop flag set', () => {
    const { read } = part();
    expect(hex(read(0, 7))).toBe('00 00 00 01 01 01 00');
    expect(read(0x0f)[0]).toBe(0x88);
    expect(read(0x11, 2)).toEqual([25, 0]);
  });

  it('the DS3231 counts in BCD across seconds, hours and the end of a year', () => {
    const { write, read, wait } = part();
    write(0, 0x58, 0x59, 0x23, 0x04, 0x31, 0x12, 0x25);
    wait(1.999 * SECOND);
    expect(hex(read(0, 3))).toBe('59 59 23');
    wait(0.001 * SECOND);
    const registers = read(0, 7);
    expect(hex(registers.filter((_, index) => index !== 3))).toBe('00 00 00 01 01 26');
  });

  it('the DS3231 clears the oscillator-stop flag when told to and cannot be made to set it', () => {
    const { write, read } = part();
    write(0x0f, 0x00);
    expect(read(0x0f)[0]).toBe(0);
    write(0x0f, 0x88);
    expect(read(0x0f)[0]).toBe(0x08);
  });

  it('the DS3231 knows leap years, and takes 2100 for one', () => {
    const { write, read, wait } = part();
    const dayAfter = (year: number, century: boolean) => {
      write(0, 0x59, 0x59, 0x23, 1, 0x28, 0x02 | (century ? 0x80 : 0), year);
      wait(SECOND);
      const [, , , , day, month] = read(0, 7);
      return `${(month ?? 0) & 0x1f}-${(day ?? 0).toString(16)}`;
    };
    expect(dayAfter(0x24, false)).toBe('2-29');
    expect(dayAfter(0x25, false)).toBe('3-1');
    expect(dayAfter(0x00, true)).toBe('2-29');
  });

  it('the DS3231 sets the century bit on going from 2099 to 2100', () => {
    const { write, read, wait } = part();
    write(0, 0x59, 0x59, 0x23, 1, 0x31, 0x12, 0x99);
    wait(SECOND);
    expect(hex(read(4, 3))).toBe('01 81 00');
  });

  it('the DS3231 is slower by 0.1 ppm a step of the aging offset, and faster for negative ones', () => {
    const elapsed = (aging: number, driftPpm = 0) => {
      const { write, read, wait } = part(driftPpm);
      write(0x10, aging & 255);
      write(0, 0, 0, 0, 1, 1, 1, 0x26);
      wait(100 * DAY);
      const [second = 0, minute = 0, hour = 0, , day = 0, month = 0] = read(0, 7).map(
        value => (value >> 4) * 10 + (value & 15),
      );
      return Date.UTC(2026, month - 1, day, hour, minute, second) / 1000 - Date.UTC(2026, 0, 1) / 1000;
    };
    const truth = 100 * 86_400;
    expect(elapsed(0)).toBe(truth);
    // 100 steps are 10 ppm: 86.4 s in 100 days.
    expect(truth - elapsed(100)).toBeCloseTo(87, -1);
    expect(elapsed(-100) - truth).toBe(86);
    expect(elapsed(0, 2) - truth).toBe(17);
    expect(Math.abs(elapsed(20, 2) - truth)).toBeLessThanOrEqual(1);
  });

  it('the DS3231 continues on the battery, and stops there when the image asked for that', () => {
    const { rtc, write, read, wait } = part();
    write(0x0f, 0);
    write(0, 0, 0, 0, 1, 1, 1, 0x26);
    rtc.powerOff();
    wait(10 * SECOND);
    rtc.powerOn();
    expect(read(0)[0]).toBe(0x10);
    expect((read(0x0f)[0] ?? 0) & 0x80).toBe(0);
    write(0x0e, 0x80);
    rtc.powerOff();
    wait(10 * SECOND);
    rtc.powerOn();
    expect(read(0)[0]).toBe(0x10);
    expect((read(0x0f)[0] ?? 0) & 0x80).toBe(0x80);
  });

  it('the DS3231 keeps all bits of its alarm registers, beside the time, until its battery dies', () => {
    const { rtc, write, read, wait } = part();
    write(0x0f, 0);
    write(0, 0, 0, 0, 1, 1, 1, 0x26);
    write(0x07, 255, 254, 253, 252, 251, 250, 249);
    rtc.powerOff();
    wait(10 * SECOND);
    rtc.powerOn();
    write(0, 0, 0, 0, 1, 1, 1, 0x27);
    expect(read(0x07, 7)).toEqual([255, 254, 253, 252, 251, 250, 249]);
    rtc.loseTime();
    expect(read(0x07, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
