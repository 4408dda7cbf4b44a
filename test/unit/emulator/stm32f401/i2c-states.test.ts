import { I2c } from '@passfob/emulator/stm32f401/i2c';
import { CR1, CR2, I2C_REGISTERS, SR1, SR2 } from '@passfob/emulator/stm32f401/i2c-registers';
import type { I2cWires } from '@passfob/emulator/stm32f401/i2c-wires';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import type { BusFault } from '@passfob/simulator/base/fault-plan';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scripts } from '../kit/register-script.ts';
import { BIT, BYTE, counting, EEPROM, I2cRig, ready, settle } from './i2c-kit.ts';
import { manualRead, manualWrite } from './i2c-manual-driver.ts';
import { i2cStage } from './i2c-stage.ts';

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

/** I2C1 whose first transfer suffers a fault. */
const suffering = (fault: BusFault) => () => i2cStage(counting(ready({ bus: { at: { 1: fault } } })));

scripts('I2C1 (RM0368 §18.4 and §18.6.1)', i2cStage)`
  requests the event interrupt where ITEVTEN and ITBUFEN ask for it:
    CR2 = CLK | ITEVTEN; CR1 = PE | START; event is false; BIT us; event is true
    read SR1; DR = EEPROM << 1; event is false; BYTE us; event is true; read SR1; read SR2; event is false
    CR2 = CLK | ITEVTEN | ITBUFEN; event is true; CR2 = CLK; event is false

  requests the error interrupt until software has cleared AF:
    CR2 = CLK | ITERREN; select 0x42 write; error is true; SR1 = ~AF; error is false

  drops a transfer without a stop when PE is cleared, and starts anew:
    begin EEPROM 0 0 7; CR1 = 0; SR1 is 0; SR2 is 0; CR1 is 0; settle; memory 0 is 0xff
    CR1 = PE | ACK; write EEPROM 0 0 8; memory 0 is 8

  keeps no request for a start, nor ACK, while PE is 0:
    CR1 = 0; CR1 = START | ACK | POS; CR1 is 0

  has its reset values while SWRST is set, and takes nothing but CR1:
    CR1 = PE | START; BIT us; CR1 |= SWRST; CCR = 35
    CR1 is SWRST; SR1 is 0; SR2 is 0; CR2 is 0; CCR is 0; TRISE is 2; CR1 = 0; setup; write CLOCK 0

  reaches no part through pins that are not those of I2C1:
    connect off; writing CLOCK 0 is flags 400
`;

scripts('SDA that a part holds low', suffering('hang'))`
  looks busy and lets no start happen until nine clocks and a setup, since a reset alone shows the bus free:
    CR1 = PE | START; held is true; 1000 * BIT us; SR1 is 0; SR2 is BUSY; setup; SR2 is BUSY
    CR1 = PE | START; clocks 9; held is false; 1000 * BIT us; SR1 is 0; SR2 is BUSY
    setup; SR2 is 0; write CLOCK 0

  takes the bus away from a master that sends a 1 (RM0368 §18.3.4):
    connect off; CR2 = CLK | ITERREN; CR1 = PE | START; BIT us; connect on; read SR1; DR = EEPROM << 1; BYTE us
    SR1 is ARLO; SR2 is BUSY; error is true; connect off; CR1 |= START; 1000 * BIT us; SR1 is ARLO; SR2 is BUSY
`;

scripts('a start that comes late', suffering('late'))`
  leaves BUSY set where a driver gave up on it and asked for another, until I2C1 is set up anew:
    CR1 = PE | ACK | START; 100 us; SR1 is 0; 300 us; SR1 is SB; CR1 |= START
    DR = EEPROM << 1; BYTE us; read SR1; read SR2; CR1 |= STOP; 10 * BIT us; SR1 is SB; SR2 is MSL | BUSY
    setup; write EEPROM 0 5; reads EEPROM 2 is 5 6
`;

scripts('a read whose end is missed', suffering('fail'))`
  ends BUSY and MSL with its last byte, one bit too soon for software that waits for all three, once:
    select EEPROM read; read SR1; read SR2; CR1 = PE | STOP; BYTE us; SR1 is RXNE; SR2 is 0
    setup; write EEPROM 0 5; reads EEPROM 2 is 5 6
`;

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

it('I2C1 under software that makes no sense keeps the flags of the manual consistent, and works after PE was off', () =>
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
        // Reading SR1 and then SR2 has cleared ADDR.
        expect(rig.levels.get(IRQ.I2C1_EV) ?? false).toBe(hasEvent(rig.get('CR2'), rig.get('SR1')));
      }
      settle(rig);
      rig.setup();
      const before = [...rig.memory.bytes.subarray(7, 9)];
      manualWrite(rig, EEPROM, [0, 7], false);
      expect(manualRead(rig, EEPROM, 2)).toEqual(before);
    }),
    { numRuns: 300 },
  ));

it('SDA that is held low stops a transmitter in a byte and a stop from being made', () => {
  const rig = new I2cRig();
  const wires = { ...ACKNOWLEDGING, isHeld: false };
  const i2c = new I2c({ time: rig.timeline, clocks: rig.clocks.clocks, lines: { set() {} }, wires });
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
