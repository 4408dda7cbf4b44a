import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { EEPROM_WRITE_US } from '@passfob/simulator/base/limits';
import { expect, it } from 'vitest';
import { CLOCK, EEPROM, I2cRig } from './i2c-kit.ts';

const DATA = Array.from({ length: 32 }, (_, at) => 100 + at);

/** Writes as far as the part acknowledges, and stops. Returns how many bytes it took, -1 for none of its address. */
function write(rig: I2cRig, address: number, bytes: readonly number[]): number {
  const { parts } = rig;
  parts.start();
  let taken = -1;
  if (parts.address(address, false)) {
    taken = 0;
    while (taken < bytes.length && parts.write(bytes[taken] ?? 0)) taken++;
  }
  parts.stop();
  return taken;
}

function read(rig: I2cRig, address: number, count: number): { bytes: number[]; isMissed: boolean } {
  const { parts } = rig;
  parts.start();
  const isThere = parts.address(address, true);
  const isMissed = parts.missesEnd;
  const bytes = Array.from({ length: isThere ? count : 0 }, () => parts.read());
  parts.stop();
  return { bytes, isMissed };
}

it('a write that fails leaves any number of its first bytes in the EEPROM', () => {
  const counts = new Set<number>();
  for (let seed = 1; seed <= 60; seed++) {
    const rig = new I2cRig({ bus: { at: { 1: 'fail' } } }, seed);
    const taken = write(rig, EEPROM, [0, 0, ...DATA]);
    expect(taken).toBeLessThan(2 + DATA.length);
    const written = Math.max(0, taken - 2);
    expect([...rig.memory.bytes.subarray(0, 32)]).toEqual(
      DATA.map((byte, at) => (at < written ? byte : 0xff)),
    );
    counts.add(taken);
  }
  expect([-1, 0, 1, 2, 3, 4, 5].filter(taken => !counts.has(taken))).toEqual([]);
});

it('a write that is too short to fail has the next read fail in its place', () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 40; seed++) {
    const rig = new I2cRig({ bus: { at: { 1: 'fail' } } }, seed);
    const hasFailed = write(rig, EEPROM, [0, 0]) < 2;
    const { isMissed } = read(rig, EEPROM, 4);
    expect(isMissed).toBe(!hasFailed);
    expect(read(rig, EEPROM, 4).isMissed).toBe(false);
    outcomes.add(hasFailed ? 'write' : 'read');
  }
  expect(outcomes.size).toBe(2);
});

it('a write without an end is not acknowledged for ever', () => {
  const rig = new I2cRig();
  const { parts } = rig;
  parts.start();
  parts.address(EEPROM, false);
  let taken = 0;
  while (taken < 70_000 && parts.write(0)) taken++;
  expect(taken).toBe(65_536);
  parts.stop();
});

it('the power that is cut in a page write halts the board, and tears as the EEPROM does', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const torn = new I2cRig({}, seed);
    torn.operations.cutAfter(2);
    const direct = new I2cRig({}, seed);
    direct.operations.cutAfter(2);
    expect(write(torn, EEPROM, [0, 0, 1, 2, 3])).toBe(5);
    expect(torn.halts).toBe(0);
    direct.eeprom.write(Uint8Array.of(0, 0, 1, 2, 3));
    torn.wait(EEPROM_WRITE_US * TICKS_PER_US);
    write(torn, EEPROM, [0, 0, ...DATA]);
    expect(() => direct.eeprom.write(Uint8Array.of(0, 0, ...DATA))).toThrow('the power is gone');
    expect(torn.halts).toBe(1);
    expect(torn.memory.bytes).toEqual(direct.memory.bytes);
  }
});

it('a part that is pulled off in a transfer takes nothing more', () => {
  const rig = new I2cRig();
  rig.parts.start();
  expect(rig.parts.address(EEPROM, false)).toBe(true);
  expect([0, 0, 7].map(byte => rig.parts.write(byte))).toEqual([true, true, true]);
  rig.parts.connect(rig.eeprom, false, true);
  expect(rig.parts.write(8)).toBe(false);
  rig.parts.stop();
  expect(rig.memory.bytes[0]).toBe(0xff);
});

it('a fault of the clock strikes once in a read, not once in each of its bytes', () => {
  const rig = new I2cRig({ clock: { jump: 1 } });
  write(rig, CLOCK, [0]);
  read(rig, CLOCK, 7);
  expect(rig.faults.struck('clock.jump')).toBe(1);
});

it('a power cut ends a transfer, and lets a part go that held SDA', () => {
  const rig = new I2cRig({ bus: { at: { 2: 'hang' } } });
  rig.parts.start();
  rig.parts.address(EEPROM, false);
  for (const byte of [0, 0, 7]) rig.parts.write(byte);
  rig.parts.powerOff();
  rig.parts.abandon();
  expect(rig.memory.bytes[0]).toBe(0xff);
  rig.parts.powerOn();
  rig.parts.start();
  expect(rig.isSdaHeld).toBe(true);
  rig.parts.powerOff();
  expect(rig.isSdaHeld).toBe(false);
});

it('a power cut in a write to the clock leaves it with the bytes that had arrived', () => {
  const rig = new I2cRig();
  write(rig, CLOCK, [0, 0x10, 0x20, 0x03]);
  rig.parts.start();
  rig.parts.address(CLOCK, false);
  for (const byte of [0, 0x40, 0x50]) rig.parts.write(byte);
  rig.parts.powerOff();
  rig.parts.powerOn();
  write(rig, CLOCK, [0]);
  expect(read(rig, CLOCK, 3).bytes).toEqual([0x40, 0x50, 0x03]);
});

it('transfers are counted from each start, and anew for a new plan', () => {
  const rig = new I2cRig();
  write(rig, CLOCK, [0]);
  read(rig, CLOCK, 7);
  expect(rig.parts.transfers).toBe(2);
  rig.parts.countAnew();
  rig.faults.set({ bus: { at: { 1: 'late' } } });
  expect(rig.parts.start()).toBe(300);
  expect(rig.parts.start()).toBe(0);
});
