import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { cyclesPerBit } from '@passfob/emulator/stm32f401/i2c-registers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scripts } from '../kit/register-script.ts';
import { BYTE, CLOCK, counting, EEPROM, ready } from './i2c-kit.ts';
import { manualRead, manualWrite } from './i2c-manual-driver.ts';
import { i2cStage } from './i2c-stage.ts';

const makeCounting = () => i2cStage(counting(ready()));

it.each([
  ['100 kHz in standard mode', 210, 420],
  ['400 kHz with a duty of 2', 0x8000 | 35, 105],
  ['a duty of 16 to 9', 0xc000 | 4, 100],
  ['the least values of CCR', 0, 8],
  ['the least value with a duty of 16 to 9', 0xc000, 25],
])('a period of SCL takes the cycles of PCLK1 that CCR says for %s (RM0368 §18.6.8)', (_, ccr, cycles) =>
  expect(cyclesPerBit(ccr)).toBe(cycles),
);

scripts('a master transmitter (RM0368 §18.3.3)', i2cStage)`
  sets each flag at its bit and clears it by its sequence; DR stays empty after the first byte (EV8_1):
    CR1 = PE | START; BIT - TICK us; SR1 is 0; SR2 is 0; TICK us; SR1 is SB; SR2 is MSL | BUSY; CR1 is PE
    DR = EEPROM << 1; BYTE - TICK us; SR1 is 0; TICK us; SR1 is ADDR | TXE; SR2 is MSL | BUSY | TRA; SR1 is TXE
    DR = 0; SR1 is TXE; DR = 1; SR1 is 0; BYTE us; SR1 is TXE; BYTE - TICK us; SR1 is TXE; TICK us; SR1 is TXE | BTF
    CR1 |= STOP; BIT - TICK us; SR2 is MSL | BUSY | TRA; TICK us; SR1 is 0; SR2 is 0; CR1 is PE

  waits for a clock that stands still, and takes longer with a slower one:
    CR1 = PE | START; BIT / 2 us; pclk1 0; 100 * BIT us; SR1 is 0
    pclk1 21e6; BIT - TICK us; SR1 is 0; TICK us; SR1 is SB

  keeps ADDR through a read of SR2 that no read of SR1 with ADDR came before:
    CR1 = PE | START; BIT us; read SR1; DR = EEPROM << 1; read SR1; BYTE us
    read SR2; SR1 has ADDR; read SR2; SR1 lacks ADDR

  sends no address before a read of SR1 has shown SB:
    CR1 = PE | START; BIT us; DR = EEPROM << 1; 20 * BIT us; SR1 is SB

  takes the first byte before ADDR is cleared:
    select EEPROM write; DR = 0; SR1 is ADDR; read SR2; SR1 is TXE; BYTE us; SR1 is TXE | BTF

  sets AF for an address that no part has, and frees the bus by a stop:
    select 0x42 write; SR1 is AF; SR2 is MSL | BUSY; CR1 |= STOP; BIT us; SR2 is 0; SR1 = ~AF; SR1 is 0

  writes a page of the EEPROM at the stop, and none at a repeated start:
    begin EEPROM 0 32 1 2 3; 100 * BIT us; memory 32 is 0xff
    end; memory 32 is 1; memory 33 is 2; memory 34 is 3; memory 35 is 0xff
    settle; begin EEPROM 0 64 9; write CLOCK 0; memory 64 is 0xff

  follows STOP after the byte on the wires, and drops the one in DR:
    select EEPROM write; read SR1; read SR2; DR = 0; DR = 16; CR1 |= STOP; BYTE us; SR1 lacks TXE | BTF
    BIT us; SR1 is 0; SR2 is 0; setup; write EEPROM 0 32 1; memory 32 is 1; memory 33 is 0xff

  follows START after the byte on the wires, and drops the one in DR:
    select EEPROM write; read SR1; read SR2; DR = 0; DR = 16; CR1 |= START; BYTE us; SR1 lacks TXE | BTF
    BIT us; SR1 is SB; SR2 is MSL | BUSY; setup; write EEPROM 0 32 1; memory 32 is 1; memory 33 is 0xff

  clears TXE and BTF at a repeated start:
    begin EEPROM 0 0; SR1 is TXE | BTF; CR1 |= START; BIT us; SR1 is SB; SR2 is MSL | BUSY

  sends a start and then a stop where software asks for both:
    CR1 = PE | START; CR1 = PE | START | STOP; 2 * BIT us; CR1 is PE; SR2 is 0

  ignores a request for a stop while it has not started:
    CR1 = PE | STOP; CR1 is PE

  gets no acknowledge from an EEPROM that writes:
    write EEPROM 0 0 5; writing EEPROM 0 0 is flags 400; end; settle; SR1 = 0; write EEPROM 0 0
    violations is AT24C32 addressed during its write time
`;

scripts('a master receiver (RM0368 §18.3.3)', makeCounting)`
  stretches the clock while DR and the shift register are full, and sets BTF:
    select EEPROM read; read SR1; read SR2; BYTE us; SR1 is RXNE; BYTE us; SR1 is RXNE | BTF
    50 * BYTE us; DR is 0; SR1 is RXNE; DR is 1; SR1 is 0; BYTE us; DR is 2

  ends BUSY and MSL one bit after the last byte has come:
    select EEPROM read; read SR1; read SR2; CR1 = PE | STOP; BYTE us; SR1 is RXNE; SR2 is MSL | BUSY
    BIT - TICK us; SR1 is RXNE; SR2 is MSL | BUSY; TICK us; SR1 is RXNE; SR2 is 0; DR is 0

  forgets a byte that nobody has read when the next address is written:
    select EEPROM read; read SR1; read SR2; CR1 = PE | STOP; BYTE + BIT us; SR1 is RXNE
    select EEPROM read; SR1 is ADDR

  follows a start that is requested during the last byte:
    select EEPROM read; read SR1; read SR2; CR1 = PE | START; BYTE + BIT us; SR1 is RXNE | SB; SR2 is MSL | BUSY
    DR is 0; DR = CLOCK << 1; BYTE us; SR1 is ADDR | TXE
`;

it('a master receiver reads the bytes it is to read and no more, whatever the software is late by', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(lengths, fc.nat(20_000), fc.integer({ min: 1, max: 2000 }), (counts, at, instructions) => {
      const rig = counting(ready());
      rig.interrupt = { at: rig.timeline.now + at, instructions };
      manualWrite(rig, EEPROM, [0, 0], false);
      let next = 0;
      for (const count of counts) {
        expect(manualRead(rig, EEPROM, count)).toEqual(Array.from({ length: count }, (_, nth) => next + nth));
        next += count;
      }
    }),
    { numRuns: 60 },
  );
});

it('a master receiver reads a time that does not change in the middle', () => {
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
