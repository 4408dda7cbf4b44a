import { PICO } from '@passfob/simulator/for-emulator';
import type { Powered } from './powered.ts';
import type { Surroundings } from './surroundings.ts';

const { scl, sda } = PICO.i2c ?? { scl: '', sda: '' };

/** Whether I2C1 of the chip has the pins of the parts. */
export function isBusConnected(powered: Powered): boolean {
  return powered.hasI2c(scl, sda);
}

/** The resistors of a module pull both wires of the bus up; a part that was cut off in a byte may hold SDA low. */
export function pullBus(powered: Powered, outside: Surroundings): void {
  const isPulledUp = Object.values(outside.connectedParts()).includes(true);
  powered.drive(scl, isPulledUp ? true : undefined);
  powered.drive(sda, isPulledUp ? !outside.i2c.holdsSda : undefined);
}

/** Brings the pins of a chip that got its power to the levels that the board gives them. */
export function applyLevels(powered: Powered, outside: Surroundings): void {
  pullBus(powered, outside);
  for (const pin of PICO.keyPins) applyKey(powered, pin, outside.keys.level(pin));
}

/** A pressed key connects its pin to the supply; otherwise only the chip's own resistor pulls it down. */
export function applyKey(powered: Powered, pin: string, isDown: boolean): void {
  powered.drive(pin, isDown ? true : undefined);
}

/** Tells the parts that the firmware clocks the bus by hand, with SDA released. */
export function watchClock(powered: Powered, outside: Surroundings, pin: string, isHigh: boolean): void {
  if (pin === scl && isHigh && !isBusConnected(powered) && powered.output(sda) === undefined) {
    outside.i2c.clock();
  }
}
