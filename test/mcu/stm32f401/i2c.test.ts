import { EEPROM_WRITE_US } from '@passfob/simulator/base/limits';
import { TICKS_PER_US } from '@passfob/simulator/mcu/base/timeline';
import { CR1, CR2, cyclesPerBit, SR1, SR2 } from '@passfob/simulator/mcu/stm32f401/i2c-registers';
import { IRQ } from '@passfob/simulator/mcu/stm32f401/interrupts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK, EEPROM, I2cRig } from './i2c-kit.ts';
import { manualRead, manualStop, manualWrite, NoEvent, waitFor } from './i2c-manual-driver.ts';

/** Ticks of a bit at 400 kHz: CCR is 35, of which fast mode takes three times as many cycles of 42 MHz. */
const BIT = 210;
const BYTE = 9 * BIT;

function ready(...options: ConstructorParameters<typeof I2cRig>): I2cRig {
  const rig = new I2cRig(...options);
  rig.setup();
  return rig;
}

/** A start and its address, up to and without the events that follow. */
function selected(rig: I2cRig, address: number, isRead: boolean): void {
  rig.set('CR1', CR1.PE | CR1.ACK | CR1.START);
  rig.wait(BIT);
  rig.get('SR1');
  rig.set('DR', (address << 1) | (isRead ? 1 : 0));
  rig.wait(BYTE);
}

/** An EEPROM that contains the numbers from 0 to 255, over and over. */
function counting(rig: I2cRig): I2cRig {
  rig.memory.write(
    0,
    Uint8Array.from({ length: 4096 }, (_, at) => at & 255),
  );
  return rig;
}

/** Waits until an EEPROM has written its page. */
function settle(rig: I2cRig): void {
  rig.wait((EEPROM_WRITE_US + 1) * TICKS_PER_US);
}

describe('a period of SCL', () => {
  it.each([
    ['100 kHz in standard mode', 210, 420],
    ['400 kHz with a duty of 2', 0x8000 | 35, 105],
    ['a duty of 16 to 9', 0xc000 | 4, 100],
    ['the least values of CCR', 0, 8],
    ['the least value with a duty of 16 to 9', 0xc000, 25],
  ])('takes the cycles of PCLK1 that CCR says for %s (RM0368 §18.6.8)', (_, ccr, cycles) => {
    expect(cyclesPerBit(ccr)).toBe(cycles);
  });

  it('lasts until a clock that stood still goes on, and gets longer with a slower one', () => {
    const rig = ready();
    rig.set('CR1', CR1.PE | CR1.START);
    rig.wait(BIT / 2);
    rig.clocks.set(0);
    rig.wait(100 * BIT);
    expect(rig.get('SR1')).toBe(0);
    rig.clocks.set(21e6);
    rig.wait(BIT - 1);
    expect(rig.get('SR1')).toBe(0);
    rig.wait(1);
    expect(rig.get('SR1')).toBe(SR1.SB);
  });
});

describe('a master transmitter (RM0368 §18.3.3)', () => {
  it('sets each flag at its bit and clears it by its sequence', () => {
    const rig = ready();
    rig.set('CR1', CR1.PE | CR1.START);
    rig.wait(BIT - 1);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([0, 0]);
    rig.wait(1);
    expect([rig.get('SR1'), rig.get('SR2'), rig.get('CR1')]).toEqual([SR1.SB, SR2.MSL | SR2.BUSY, CR1.PE]);
    rig.set('DR', EEPROM << 1);
    rig.wait(BYTE - 1);
    expect(rig.get('SR1')).toBe(0);
    rig.wait(1);
    expect(rig.get('SR1')).toBe(SR1.ADDR | SR1.TXE);
    expect(rig.get('SR2')).toBe(SR2.MSL | SR2.BUSY | SR2.TRA);
    expect(rig.get('SR1')).toBe(SR1.TXE);
    // The first byte goes to the shift register at once: DR stays empty (EV8_1).
    rig.set('DR', 0);
    expect(rig.get('SR1')).toBe(SR1.TXE);
    rig.set('DR', 1);
    expect(rig.get('SR1')).toBe(0);
    rig.wait(BYTE);
    expect(rig.get('SR1')).toBe(SR1.TXE);
    rig.wait(BYTE - 1);
    expect(rig.get('SR1')).toBe(SR1.TXE);
    rig.wait(1);
    expect(rig.get('SR1')).toBe(SR1.TXE | SR1.BTF);
    rig.change('CR1', CR1.STOP);
    rig.wait(BIT - 1);
    expect(rig.get('SR2')).toBe(SR2.MSL | SR2.BUSY | SR2.TRA);
    rig.wait(1);
    expect([rig.get('SR1'), rig.get('SR2'), rig.get('CR1')]).toEqual([0, 0, CR1.PE]);
  });

  it('keeps ADDR through a read of SR2 that no read of SR1 with ADDR came before', () => {
    const rig = ready();
    rig.set('CR1', CR1.PE | CR1.START);
    rig.wait(BIT);
    rig.get('SR1');
    rig.set('DR', EEPROM << 1);
    rig.get('SR1');
    rig.wait(BYTE);
    rig.get('SR2');
    expect(rig.get('SR1') & SR1.ADDR).toBe(SR1.ADDR);
    rig.get('SR2');
    expect(rig.get('SR1') & SR1.ADDR).toBe(0);
  });

  it('sends no address before a read of SR1 has shown SB', () => {
    const rig = ready();
    rig.set('CR1', CR1.PE | CR1.START);
    rig.wait(BIT);
    rig.set('DR', EEPROM << 1);
    rig.wait(20 * BIT);
    expect(rig.get('SR1')).toBe(SR1.SB);
  });

  it('takes the first byte before ADDR is cleared', () => {
    const rig = ready();
    selected(rig, EEPROM, false);
    rig.set('DR', 0);
    expect(rig.get('SR1')).toBe(SR1.ADDR);
    rig.get('SR2');
    expect(rig.get('SR1')).toBe(SR1.TXE);
    rig.wait(BYTE);
    expect(rig.get('SR1')).toBe(SR1.TXE | SR1.BTF);
  });

  it('sets AF for an address that no part has, and frees the bus by a stop', () => {
    const rig = ready();
    selected(rig, 0x42, false);
    expect(rig.get('SR1')).toBe(SR1.AF);
    expect(rig.get('SR2')).toBe(SR2.MSL | SR2.BUSY);
    rig.change('CR1', CR1.STOP);
    rig.wait(BIT);
    expect(rig.get('SR2')).toBe(0);
    rig.set('SR1', ~SR1.AF);
    expect(rig.get('SR1')).toBe(0);
  });

  it('writes a page of the EEPROM at the stop, and none at a repeated start', () => {
    const rig = ready();
    manualWrite(rig, EEPROM, [0, 32, 1, 2, 3], false);
    rig.wait(100 * BIT);
    expect(rig.memory.bytes[32]).toBe(0xff);
    manualStop(rig);
    expect([...rig.memory.bytes.subarray(32, 36)]).toEqual([1, 2, 3, 0xff]);
    settle(rig);
    manualWrite(rig, EEPROM, [0, 64, 9], false);
    manualWrite(rig, CLOCK, [0]);
    expect(rig.memory.bytes[64]).toBe(0xff);
  });

  it('gets no acknowledge from an EEPROM that writes', () => {
    const rig = ready();
    manualWrite(rig, EEPROM, [0, 0, 5]);
    expect(() => manualWrite(rig, EEPROM, [0, 0])).toThrow(NoEvent);
    manualStop(rig);
    settle(rig);
    rig.set('SR1', 0);
    manualWrite(rig, EEPROM, [0, 0]);
    expect(rig.violations).toEqual(['AT24C32 addressed during its write time']);
  });
});

describe('a master receiver (RM0368 §18.3.3)', () => {
  it('reads the bytes it is to read and no more, whatever the software is late by', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lengths, fc.nat(20_000), fc.integer({ min: 1, max: 2000 }), (counts, at, instructions) => {
        const rig = counting(ready());
        rig.interrupt = { at: rig.timeline.now + at, instructions };
        manualWrite(rig, EEPROM, [0, 0], false);
        let next = 0;
        for (const count of counts) {
          expect(manualRead(rig, EEPROM, count)).toEqual(
            Array.from({ length: count }, (_, nth) => next + nth),
          );
          next += count;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stretches the clock while DR and the shift register are full, and sets BTF', () => {
    const rig = counting(ready());
    selected(rig, EEPROM, true);
    rig.get('SR1');
    rig.get('SR2');
    rig.wait(BYTE);
    expect(rig.get('SR1')).toBe(SR1.RXNE);
    rig.wait(BYTE);
    expect(rig.get('SR1')).toBe(SR1.RXNE | SR1.BTF);
    rig.wait(50 * BYTE);
    expect(rig.get('DR')).toBe(0);
    expect(rig.get('SR1')).toBe(SR1.RXNE);
    expect(rig.get('DR')).toBe(1);
    expect(rig.get('SR1')).toBe(0);
    rig.wait(BYTE);
    expect(rig.get('DR')).toBe(2);
  });

  it('ends BUSY and MSL one bit after the last byte has come', () => {
    const rig = counting(ready());
    selected(rig, EEPROM, true);
    rig.get('SR1');
    rig.get('SR2');
    rig.set('CR1', CR1.PE | CR1.STOP);
    rig.wait(BYTE);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([SR1.RXNE, SR2.MSL | SR2.BUSY]);
    rig.wait(BIT - 1);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([SR1.RXNE, SR2.MSL | SR2.BUSY]);
    rig.wait(1);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([SR1.RXNE, 0]);
    expect(rig.get('DR')).toBe(0);
  });

  it('forgets a byte that nobody has read when the next address is written', () => {
    const rig = counting(ready());
    selected(rig, EEPROM, true);
    rig.get('SR1');
    rig.get('SR2');
    rig.set('CR1', CR1.PE | CR1.STOP);
    rig.wait(BYTE + BIT);
    expect(rig.get('SR1')).toBe(SR1.RXNE);
    selected(rig, EEPROM, true);
    expect(rig.get('SR1')).toBe(SR1.ADDR);
  });

  it('follows a start that is requested during the last byte', () => {
    const rig = counting(ready());
    selected(rig, EEPROM, true);
    rig.get('SR1');
    rig.get('SR2');
    rig.set('CR1', CR1.PE | CR1.START);
    rig.wait(BYTE + BIT);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([SR1.RXNE | SR1.SB, SR2.MSL | SR2.BUSY]);
    expect(rig.get('DR')).toBe(0);
    rig.set('DR', CLOCK << 1);
    rig.wait(BYTE);
    expect(rig.get('SR1')).toBe(SR1.ADDR | SR1.TXE);
  });

  it('reads a time that does not change in the middle', () => {
    const rig = ready();
    manualWrite(rig, CLOCK, [0, 0x59, 0x59, 0x23, 6, 0x31, 0x12, 0x26]);
    rig.wait(990_000 * TICKS_PER_US);
    manualWrite(rig, CLOCK, [0]);
    // Longer than the last hundredth of the second.
    rig.interrupt = { at: rig.timeline.now + 3 * BYTE, instructions: 1_000_000 };
    expect(manualRead(rig, CLOCK, 7)).toEqual([0x59, 0x59, 0x23, 6, 0x31, 0x12, 0x26]);
    manualWrite(rig, CLOCK, [0]);
    expect(manualRead(rig, CLOCK, 7).slice(0, 3)).toEqual([0, 0, 0]);
  });
});

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

describe('SDA that a part holds low', () => {
  it('looks busy, and lets no start happen', () => {
    const rig = ready({ bus: { at: { 1: 'hang' } } });
    rig.set('CR1', CR1.PE | CR1.START);
    expect(rig.isSdaHeld).toBe(true);
    rig.wait(1000 * BIT);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([0, SR2.BUSY]);
    rig.setup();
    expect(rig.get('SR2')).toBe(SR2.BUSY);
    for (let clocks = 0; clocks < 9; clocks++) rig.parts.clock();
    expect(rig.isSdaHeld).toBe(false);
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
