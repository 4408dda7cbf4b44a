import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { CR1, cyclesPerBit, SR1, SR2 } from '@passfob/emulator/stm32f401/i2c-registers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BIT, BYTE, CLOCK, counting, EEPROM, ready, selected, settle } from './i2c-kit.ts';
import { manualRead, manualStop, manualWrite, NoEvent } from './i2c-manual-driver.ts';

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

  it.each(['STOP', 'START'] as const)(
    'follows %s after the byte on the wires, and drops the one in DR',
    request => {
      const rig = ready();
      selected(rig, EEPROM, false);
      rig.get('SR1');
      rig.get('SR2');
      rig.set('DR', 0);
      rig.set('DR', 16);
      rig.change('CR1', CR1[request]);
      rig.wait(BYTE);
      expect(rig.get('SR1') & (SR1.TXE | SR1.BTF)).toBe(0);
      rig.wait(BIT);
      expect([rig.get('SR1'), rig.get('SR2')]).toEqual(
        request === 'STOP' ? [0, 0] : [SR1.SB, SR2.MSL | SR2.BUSY],
      );
      rig.setup();
      manualWrite(rig, EEPROM, [0, 32, 1]);
      expect([...rig.memory.bytes.subarray(32, 34)]).toEqual([1, 0xff]);
    },
  );

  it('clears TXE and BTF at a repeated start', () => {
    const rig = ready();
    manualWrite(rig, EEPROM, [0, 0], false);
    expect(rig.get('SR1')).toBe(SR1.TXE | SR1.BTF);
    rig.change('CR1', CR1.START);
    rig.wait(BIT);
    expect([rig.get('SR1'), rig.get('SR2')]).toEqual([SR1.SB, SR2.MSL | SR2.BUSY]);
  });

  it('sends a start and then a stop where software asks for both', () => {
    const rig = ready();
    rig.set('CR1', CR1.PE | CR1.START);
    rig.set('CR1', CR1.PE | CR1.START | CR1.STOP);
    rig.wait(2 * BIT);
    expect([rig.get('CR1'), rig.get('SR2')]).toEqual([CR1.PE, 0]);
  });

  it('ignores a request for a stop while it has not started', () => {
    const rig = ready();
    rig.set('CR1', CR1.PE | CR1.STOP);
    expect(rig.get('CR1')).toBe(CR1.PE);
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
