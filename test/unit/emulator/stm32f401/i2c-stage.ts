import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { CR1, CR2, I2C_REGISTERS, SR1, SR2 } from '@passfob/emulator/stm32f401/i2c-registers';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { play, type Stage } from '../kit/register-script.ts';
import { BIT, BYTE, CLOCK, EEPROM, type I2cRig, ready, settle } from './i2c-kit.ts';
import { manualRead, manualStop, manualWrite, NoEvent } from './i2c-manual-driver.ts';

/** Returns the error of a transfer that the manual's sequences do not end. */
function failure(transfer: () => void): string {
  try {
    transfer();
  } catch (error) {
    if (error instanceof NoEvent) return error.message;
    throw error;
  }
  return '';
}

/**
 * I2C1 with its parts, and what scripts say of it: times in bits, bytes and ticks, and the transfers of the manual. `write`
 * and `reads` make them whole; `begin` leaves the stop out.
 */
export function i2cStage(rig: I2cRig = ready()): Stage {
  const numbers = (args: readonly unknown[]) => args.map(Number);
  const stage: Stage = {
    registers: Object.fromEntries(
      Object.entries(I2C_REGISTERS).map(([name, { at }]) => [name, [rig.i2c, at]]),
    ),
    names: {
      ...{ ...CR1, ...CR2, ...SR1, ...SR2 },
      ...{ BIT: BIT / TICKS_PER_US, BYTE: BYTE / TICKS_PER_US, TICK: 1 / TICKS_PER_US },
      ...{ EEPROM, CLOCK, CLK: 42 },
    },
    pass: us => rig.wait(Math.round(us * TICKS_PER_US)),
    shows: {
      event: () => rig.levels.get(IRQ.I2C1_EV) ?? false,
      error: () => rig.levels.get(IRQ.I2C1_ER) ?? false,
      held: () => rig.isSdaHeld,
      memory: at => rig.memory.bytes[Number(at)],
      reads: (address, count) => manualRead(rig, Number(address), Number(count)).join(' '),
      writing: (address, ...bytes) => failure(() => manualWrite(rig, Number(address), numbers(bytes))),
      violations: () => rig.violations.join(),
    },
    acts: {
      write: (address, ...bytes) => manualWrite(rig, Number(address), numbers(bytes)),
      begin: (address, ...bytes) => manualWrite(rig, Number(address), numbers(bytes), false),
      end: () => manualStop(rig),
      // A start and its address, up to and without the events that follow.
      select: (address, direction) =>
        play(
          stage,
          `CR1 = PE | ACK | START; BIT us; read SR1; DR = ${address} << 1 | ${direction === 'read' ? 1 : 0}; BYTE us`,
        ),
      setup: () => rig.setup(),
      settle: () => settle(rig),
      pclk1: hertz => rig.clocks.change({ pclk1: Number(hertz) }),
      connect: state => {
        rig.isConnected = state === 'on';
      },
      clocks: count => {
        for (let clock = 0; clock < Number(count); clock++) rig.parts.clock();
      },
    },
  };
  return stage;
}
