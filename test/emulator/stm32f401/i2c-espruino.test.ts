import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { SR2 } from '@passfob/emulator/stm32f401/i2c-registers';
import { EEPROM_WRITE_US } from '@passfob/simulator/base/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EspruinoI2c } from './i2c-espruino-driver.ts';
import { CLOCK, DISPLAY, EEPROM, I2cRig } from './i2c-kit.ts';

function driven(rig: I2cRig, bitrate?: number): { rig: I2cRig; driver: EspruinoI2c } {
  rig.setup(bitrate);
  rig.memory.write(
    0,
    Uint8Array.from({ length: 4096 }, (_, at) => at & 255),
  );
  return { rig, driver: new EspruinoI2c(rig) };
}

const wait = (rig: I2cRig, us: number) => rig.wait(us * TICKS_PER_US);
const isBusy = (rig: I2cRig) => (rig.get('SR2') & SR2.BUSY) !== 0;

/** Of some reads, during each of which one interrupt comes, returns how many fail. */
function failuresOf(bitrate: number, interruptUs: number): number {
  let failures = 0;
  for (let offset = 0; offset < 300; offset++) {
    const { rig, driver } = driven(new I2cRig(), bitrate);
    driver.write(EEPROM, [0, 0]);
    const at = rig.timeline.now + ((offset / 300) * ((11 + 36) * 1e6 * TICKS_PER_US)) / bitrate;
    rig.interrupt = { at, instructions: (interruptUs * TICKS_PER_US) / 1.4 };
    driver.read(EEPROM, 4);
    if (driver.takeErrors().length > 0) failures++;
  }
  return failures;
}

describe("Espruino's driver on I2C1", () => {
  it.each([50_000, 100_000, 400_000])('writes and reads all parts at %i bit/s', bitrate => {
    const { rig, driver } = driven(new I2cRig(), bitrate);
    driver.write(EEPROM, [0, 64, 201, 202, 203]);
    wait(rig, EEPROM_WRITE_US);
    driver.write(EEPROM, [0, 62]);
    expect(driver.read(EEPROM, 6)).toEqual([62, 63, 201, 202, 203, 67]);
    expect(driver.read(EEPROM, 1)).toEqual([68]);
    driver.write(CLOCK, [0, 0x30, 0x15, 0x08, 4, 0x17, 0x03, 0x26]);
    wait(rig, 2_000_000);
    driver.write(CLOCK, [0]);
    expect(driver.read(CLOCK, 7)).toEqual([0x32, 0x15, 0x08, 4, 0x17, 0x03, 0x26]);
    driver.write(DISPLAY, [0, 0x8d, 0x14, 0xaf]);
    expect(rig.display.on).toBe(true);
    expect(driver.takeErrors()).toEqual([]);
    expect(rig.violations).toEqual([]);
  });

  it('writes as many bytes a second as the wires carry, but for the pauses of its polls', () => {
    const { rig, driver } = driven(new I2cRig());
    const before = rig.timeline.now;
    driver.write(DISPLAY, [0x40, ...new Array<number>(1024).fill(0)]);
    const bits = (rig.timeline.now - before) / 210;
    expect(bits).toBeGreaterThan(1026 * 9);
    expect(bits).toBeLessThan(1026 * 9.5);
  });

  it('misses the end of a read where an interrupt takes the one bit time before the stop', () => {
    // 2.5 µs at 400 kHz and 10 µs at 100 kHz: an interrupt of 5 µs covers only the one.
    expect(failuresOf(400_000, 5)).toBeGreaterThan(0);
    expect(failuresOf(400_000, 5)).toBeLessThan(60);
    expect(failuresOf(100_000, 5)).toBe(0);
    expect(failuresOf(100_000, 20)).toBeGreaterThan(0);
  });

  it('reads right bytes or says that it failed, whenever a short interrupt comes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 1, max: 700 }),
        (at, instructions) => {
          const { rig, driver } = driven(new I2cRig());
          rig.interrupt = { at: rig.timeline.now + at, instructions };
          driver.write(EEPROM, [0, 16]);
          const bytes = driver.read(EEPROM, 16);
          const isRight = bytes.every((byte, nth) => byte === 16 + nth);
          expect(isRight || driver.takeErrors().length > 0).toBe(true);
          // The next one is good, whatever has happened.
          rig.interrupt = undefined;
          driver.takeErrors();
          driver.write(EEPROM, [0, 100]);
          expect(driver.read(EEPROM, 3)).toEqual([100, 101, 102]);
          expect(driver.takeErrors()).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('fails the read that the plan fails, and no other', () => {
    const { driver } = driven(new I2cRig({ bus: { at: { 4: 'fail' } } }));
    for (let nth = 1; nth <= 4; nth++) {
      driver.write(EEPROM, [0, nth]);
      expect(driver.read(EEPROM, 2)).toEqual([nth, nth + 1]);
      expect(driver.takeErrors()).toEqual(nth === 2 ? ['Timeout on I2C Read Receive'] : []);
    }
  });

  it('finds BUSY set after a start that is late, until I2C1 is set up anew', () => {
    const { rig, driver } = driven(new I2cRig({ bus: { at: { 1: 'late' } } }));
    expect(driver.read(EEPROM, 2)).toEqual([0, 0]);
    expect(driver.takeErrors()).toEqual(['I2C device not responding']);
    wait(rig, 1000);
    for (let nth = 0; nth < 5; nth++) {
      expect(isBusy(rig)).toBe(true);
      driver.write(CLOCK, [0]);
      expect(driver.takeErrors()).toEqual(['Timeout on I2C Write BUSY']);
      driver.read(CLOCK, 7);
      driver.takeErrors();
      wait(rig, 100_000);
    }
    rig.setup();
    driver.write(EEPROM, [0, 5]);
    expect(driver.read(EEPROM, 2)).toEqual([5, 6]);
    expect(driver.takeErrors()).toEqual([]);
  });

  it('polls in vain for the address and for each byte of an absent part, and goes on', () => {
    const { rig, driver } = driven(new I2cRig());
    rig.parts.connect(rig.rtc, false, true);
    driver.write(CLOCK, [0, 1, 2]);
    expect(driver.takeErrors()).toHaveLength(4);
    driver.read(CLOCK, 7);
    expect(driver.takeErrors()).toHaveLength(8);
    expect(isBusy(rig)).toBe(false);
    driver.write(EEPROM, [0, 5]);
    expect(driver.read(EEPROM, 2)).toEqual([5, 6]);
    rig.parts.connect(rig.rtc, true, true);
    driver.write(CLOCK, [0x0e]);
    expect(driver.read(CLOCK, 2)).toEqual([0x1c, 0x88]);
    expect(driver.takeErrors()).toEqual([]);
  });

  it('does not get through while a part holds SDA, and does after nine clocks and a setup', () => {
    const { rig, driver } = driven(new I2cRig({ bus: { at: { 2: 'hang' } } }));
    driver.write(EEPROM, [0, 5]);
    driver.read(EEPROM, 2);
    driver.takeErrors();
    driver.write(EEPROM, [0, 5]);
    expect(driver.takeErrors()).toEqual(['Timeout on I2C Write BUSY', 'I2C device not responding']);
    for (let clocks = 0; clocks < 9; clocks++) rig.parts.clock();
    rig.setup();
    driver.write(EEPROM, [0, 5]);
    expect(driver.read(EEPROM, 2)).toEqual([5, 6]);
    expect(driver.takeErrors()).toEqual([]);
  });
});
