import { I2C_SULK_SECONDS } from '../limits.ts';

/**
 * One part on I2C1. Espruino's STM32 driver polls some two million times for each byte that nobody acknowledges, a
 * quarter of a second, and every input of the core would wait that long for a clock that is not there: so a part that
 * did not answer is not asked again for a while.
 */
export class I2cPart {
  private readonly address: number;
  /** 0 while it answers; else when to ask again. */
  private deafUntil: number;

  constructor(address: number) {
    this.address = address;
    this.deafUntil = 1;
  }

  /** Bytes in one transfer, nested as wanted. False where the part did not answer, now or lately. */
  send(bytes: DeviceBytes): boolean {
    if (getTime() < this.deafUntil) return false;
    try {
      // The shortest of transfers, which changes nothing in any part, shows whether to wait for a longer one.
      if (this.deafUntil) I2C1.writeTo(this.address, 0);
      I2C1.writeTo(this.address, bytes);
      this.deafUntil = 0;
    } catch {
      this.deafUntil = getTime() + I2C_SULK_SECONDS;
      return false;
    }
    return true;
  }

  /** What the part answers to `bytes`, or undefined. */
  ask(bytes: DeviceBytes, length: number): Uint8Array | undefined {
    try {
      return this.send(bytes) ? I2C1.readFrom(this.address, length) : undefined;
    } catch {
      return undefined;
    }
  }
}
