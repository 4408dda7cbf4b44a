import { I2c } from '@passfob/emulator/stm32f401/i2c';
import { CR1, CR2, I2C_REGISTERS, SR1, SR2 } from '@passfob/emulator/stm32f401/i2c-registers';
import type { I2cWires } from '@passfob/emulator/stm32f401/i2c-wires';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BIT, BYTE, CLOCK, counting, EEPROM, I2cRig, ready, selected, settle } from './i2c-kit.ts';
import { manualRead, manualWrite, NoEvent, waitFor } from './i2c-manual-driver.ts';

/** Wires whose parts acknowledge everything. */
const ACKNOWLEDGING: I2cWires = {
  isHeld: false,
  missesEnd: false,
  start: () => 0,
  address: () => true,
  write: () => true,
  read: () => 0xff,
  stop() {},
  abandon() {},
};

describe('the interrupts of I2C1 (RM0368 §18.4)', () => {
  it('requests the event interrupt where ITEVTEN and ITBUFEN ask for it', () => {
    const rig = ready();
    const isRequested = () => rig.levels.get(IRQ.I2C1_EV);
    rig.set('CR2', 42 | CR2.ITEVTEN);
    rig.set('CR1', CR1.PE | CR1.START);
    expect(isRequested()).toBe(false);
    rig.wait(BIT);
    expect(isRequested()).toBe(true);
    rig.get('SR1');
    rig.set('DR', EEPROM << 1);
    expect(isRequested()).toBe(false);
    rig.wait(BYTE);
    expect(isRequested()).toBe(true);
    rig.get('SR1');
    rig.get('SR2');
    expect(isRequested()).toBe(false);
    rig.set('CR2', 42 | CR2.ITEVTEN | CR2.ITBUFEN);
    expect(isRequested()).toBe(true);
    rig.set('CR2', 42);
    expect(isRequested()).toBe(false);
  });

  it('requests the error interrupt until software has cleared AF', () => {
    const rig = ready();
    rig.set('CR2', 42 | CR2.ITERREN);
    selected(rig, 0x42, false);
    expect(rig.levels.get(IRQ.I2C1_ER)).toBe(true);
    rig.set('SR1', ~SR1.AF);
    expect(rig.levels.get(IRQ.I2C1_ER)).toBe(false);
  });
});

describe('I2C1 that is disabled or reset', () => {
  it('drops a transfer without a stop when PE is cleared, and starts anew', () => {
    const rig = ready();
    manualWrite(rig, EEPROM, [0, 0, 7], false);
    rig.set('CR1', 0);
    expect([rig.get('SR1'), rig.get('SR2'), rig.get('CR1')]).toEqual([0, 0, 0]);
    settle(rig);
    expect(rig.memory.bytes[0]).toBe(0xff);
    rig.set('CR1', CR1.PE | CR1.ACK);
    manualWrite(rig, EEPROM, [0, 0, 8]);
    expect(rig.memory.bytes[0]).toBe(8);
  });

  it('keeps no request for a start, nor ACK, while PE is 0 (RM0368 §18.6.1)', () => {
    const rig = new I2cRig();
    rig.set('CR1', CR1.START | CR1.ACK | CR1.POS);
    expect(rig.get('CR1')).toBe(0);
  });

  it('has its reset values while SWRST is set, and takes nothing but CR1', () => {
    const rig = ready();
    rig.set('CR1', CR1.PE | CR1.START);
    rig.wait(BIT);
    rig.change('CR1', CR1.SWRST);
    rig.set('CCR', 35);
    expect([rig.get('CR1'), rig.get('SR1'), rig.get('SR2')]).toEqual([CR1.SWRST, 0, 0]);
    expect([rig.get('CR2'), rig.get('CCR'), rig.get('TRISE')]).toEqual([0, 0, 2]);
    rig.set('CR1', 0);
    rig.setup();
    manualWrite(rig, CLOCK, [0]);
  });
});

/** Something that software does to I2C1: any bits of any register at any time. */
const act = fc.record({
  name: fc.constantFrom(...(['CR1', 'CR1', 'CR1', 'CR2', 'DR', 'DR', 'SR1', 'SR2', 'CCR'] as const)),
  isRead: fc.boolean(),
  value: fc.oneof(
    fc.constantFrom(CR1.PE | CR1.ACK | CR1.START, CR1.PE | CR1.ACK | CR1.STOP, CR1.PE | CR1.ACK, EEPROM << 1),
    fc.nat(0xffff),
  ),
  ticks: fc.nat(3 * BYTE),
});

/** Whether flags of SR1 request the event interrupt (RM0368 §18.4). */
function hasEvent(enabled: number, flags: number): boolean {
  const buffer = enabled & CR2.ITBUFEN ? SR1.TXE | SR1.RXNE : 0;
  return (enabled & CR2.ITEVTEN) !== 0 && (flags & (SR1.SB | SR1.ADDR | SR1.BTF | buffer)) !== 0;
}

describe('I2C1 under software that makes no sense', () => {
  it('keeps the flags of the manual consistent, and works after PE was off', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), acts => {
        const rig = counting(ready());
        for (const { name, isRead, value, ticks } of acts) {
          if (isRead) rig.get(name);
          else rig.set(name, value);
          rig.wait(ticks);
          const [flags, state] = [rig.get('SR1'), rig.get('SR2')];
          const isMaster = (state & SR2.MSL) !== 0;
          if (isMaster) expect(state & SR2.BUSY).toBe(SR2.BUSY);
          if (flags & SR1.ADDR || state & SR2.TRA) expect(isMaster).toBe(true);
          if (flags & SR1.TXE) expect(state & SR2.TRA).toBe(SR2.TRA);
          expect(rig.levels.get(IRQ.I2C1_EV) ?? false).toBe(hasEvent(rig.get('CR2'), flags));
        }
        settle(rig);
        rig.setup();
        const before = [...rig.memory.bytes.subarray(7, 9)];
        manualWrite(rig, EEPROM, [0, 7], false);
        expect(manualRead(rig, EEPROM, 2)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});

describe('SDA that a part holds low', () => {
  it('looks busy, and lets no start happen', () => {
    const rig = ready({ bus: { at: { 1: 'hang' } } });
    rig.set('CR1', CR1.PE | CR1.START);
    expect(rig.isSdaHeld).toBe(true);
    rig.wait(1000 * BIT);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([0, SR2.BUSY]);
    rig.setup();
    expect(rig.get('SR2')).toBe(SR2.BUSY);
    rig.set('CR1', CR1.PE | CR1.START);
    for (let clocks = 0; clocks < 9; clocks++) rig.parts.clock();
    expect(rig.isSdaHeld).toBe(false);
    // There was no stop: only a reset tells the peripheral that the bus is free.
    rig.wait(1000 * BIT);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([0, SR2.BUSY]);
    rig.setup();
    expect(rig.get('SR2')).toBe(0);
    manualWrite(rig, CLOCK, [0]);
  });

  it('takes the bus away from a master that sends a 1 (RM0368 §18.3.4)', () => {
    const rig = ready({ bus: { at: { 1: 'hang' } } });
    rig.isConnected = false;
    rig.set('CR2', 42 | CR2.ITERREN);
    rig.set('CR1', CR1.PE | CR1.START);
    rig.wait(BIT);
    rig.isConnected = true;
    rig.get('SR1');
    rig.set('DR', EEPROM << 1);
    rig.wait(BYTE);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([SR1.ARLO, SR2.BUSY]);
    expect(rig.levels.get(IRQ.I2C1_ER)).toBe(true);
    rig.isConnected = false;
    rig.change('CR1', CR1.START);
    rig.wait(1000 * BIT);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([SR1.ARLO, SR2.BUSY]);
  });

  it('stops a transmitter in a byte and a stop from being made', () => {
    const rig = new I2cRig();
    const wires = { ...ACKNOWLEDGING, isHeld: false };
    const i2c = new I2c({ time: rig.timeline, clocks: rig.clocks, lines: { set() {} }, wires });
    const read = (name: keyof typeof I2C_REGISTERS) => i2c.read(I2C_REGISTERS[name].at);
    const write = (name: keyof typeof I2C_REGISTERS, value: number) =>
      i2c.write(I2C_REGISTERS[name].at, value, 0xffff);
    const select = () => {
      write('CR1', 0);
      write('CCR', 0x8000 | 35);
      write('CR1', CR1.PE);
      write('CR1', CR1.PE | CR1.START);
      rig.wait(BIT);
      read('SR1');
      write('DR', EEPROM << 1);
      rig.wait(BYTE);
      read('SR1');
      read('SR2');
    };
    select();
    wires.isHeld = true;
    write('DR', 1);
    rig.wait(BYTE);
    expect([read('SR1'), read('SR2')]).toEqual([SR1.ARLO, SR2.BUSY]);
    wires.isHeld = false;
    select();
    wires.isHeld = true;
    write('CR1', CR1.PE | CR1.STOP);
    rig.wait(10 * BIT);
    expect(read('SR2')).toBe(SR2.MSL | SR2.BUSY | SR2.TRA);
  });
});

describe('pins that are not those of I2C1', () => {
  it('reach no part', () => {
    const rig = ready();
    rig.isConnected = false;
    rig.set('CR1', CR1.PE | CR1.START);
    waitFor(rig, SR1.SB);
    rig.set('DR', CLOCK << 1);
    expect(() => waitFor(rig, SR1.ADDR)).toThrow(NoEvent);
  });
});
