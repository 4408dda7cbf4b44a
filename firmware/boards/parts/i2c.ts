import { I2C_SULK_SECONDS } from '../limits.ts';

/**
 * One part on I2C1. Espruino's STM32 driver polls about two million times, a quarter of a second, for each byte
 * without an acknowledge. Every input of the core would wait that long for a missing clock. So a part that did not
 * answer is not asked again for a while.
 */
export class I2cPart {
  private readonly address: number;
  /** 0 while the part answers; otherwise the time to ask again. */
  private deafUntil: number;

  constructor(address: number) {
    this.address = address;
    this.deafUntil = 1;
  }

  /** Sends bytes, which may be nested, in one transfer. False if the part did not answer, now or recently. */
  send(bytes: DeviceBytes): boolean {
    if (getTime() < this.deafUntil) return false;
    try {
      // The shortest transfer, which changes nothing in any part, shows whether the part answers before a longer one.
      if (this.deafUntil) I2C1.writeTo(this.address, 0);
      I2C1.writeTo(this.address, bytes);
      this.deafUntil = 0;
    } catch {
      this.deafUntil = getTime() + I2C_SULK_SECONDS;
      return false;
    }
    return true;
  }

  /** Returns the part's answer to `bytes`, or undefined. */
  ask(bytes: DeviceBytes, length: number): Uint8Array | undefined {
    try {
      return this.send(bytes) ? I2C1.readFrom(this.address, length) : undefined;
    } catch {
      return undefined;
    }
  }
}
