import {
  AT24C32_WRITE_LOOKS,
  AT24C32_WRITE_SECONDS,
  I2C_BITRATE,
  I2C_FRESH_SECONDS,
  I2C_SILENT_SECONDS_MAX,
  I2C_SILENT_SECONDS_MIN,
} from '../limits.ts';
import { seconds } from './uptime.ts';

const NOTHING = new Uint8Array(0);

/** Sets I2C1 up, which also resets the microcontroller's side of it. */
export function setUpBus(): void {
  I2C1.setup({ scl: BUS_SCL, sda: BUS_SDA, bitrate: I2C_BITRATE });
}

/**
 * Waits until the EEPROM has ended a self-timed write, in which the ports continue to receive by interrupt. It must not
 * poll for an acknowledge: Espruino's STM32 driver polls about two million times for one that does not come.
 */
export function waitForWrite(): void {
  const until = seconds() + AT24C32_WRITE_SECONDS;
  let looks = AT24C32_WRITE_LOOKS;
  do looks--;
  while (seconds() < until || looks > 0);
}

/**
 * Makes the bus usable again after any failure. A part that was cut off within a byte may hold SDA low until it has
 * seen the rest of its clocks and no acknowledge: nine at most (UM10204 §3.1.16). Espruino's driver finds the bus busy
 * for ever after a start that took longer than 0.1 ms; only a new setup ends that. An EEPROM that took the bytes may
 * be writing them.
 */
function freeBus(): void {
  pinMode(BUS_SDA, 'input');
  pinMode(BUS_SCL, 'opendrain');
  for (let edges = 18; edges--; ) digitalWrite(BUS_SCL, ~edges & 1);
  setUpBus();
  waitForWrite();
}

/**
 * One part on I2C1; the only place that talks to it. Espruino's STM32 driver polls two million times, 0.6 seconds, for
 * each byte without an acknowledge, so a longer transfer begins with the shortest one unless the part has just
 * answered. A failed transfer is tried once more on a bus set up anew. If that fails too, the part is not asked for a
 * while: a second at first, then twice as long each time, so that an absent part soon costs less than a twentieth of
 * the time.
 */
export class I2cPart {
  private readonly address: number;
  /** Time of the last answer. */
  private heardAt: number;
  /** Time to ask again, and how long the part was not asked; 0 while it answers. */
  private deafUntil: number;
  private silentFor: number;

  constructor(address: number) {
    this.address = address;
    this.heardAt = 0;
    this.deafUntil = 0;
    this.silentFor = 0;
  }

  /**
   * Sends bytes, which may be nested, in one transfer, and receives `length` bytes. The bytes may arrive twice, or in
   * part and then whole. Undefined if the part did not answer, now or recently.
   */
  ask(bytes: DeviceBytes, length: number): Uint8Array | undefined {
    const address = this.address;
    const now = seconds();
    if (now < this.deafUntil) return undefined;
    let isProbed = length > 0 || now < this.heardAt + I2C_FRESH_SECONDS;
    for (let tries = this.silentFor ? 1 : 2; tries--; isProbed = false) {
      try {
        // Changes nothing in any part.
        if (!isProbed) I2C1.writeTo(address, 0);
        I2C1.writeTo(address, bytes);
        const answer = length ? I2C1.readFrom(address, length) : NOTHING;
        if (answer && answer.length === length) {
          this.heardAt = now;
          this.silentFor = 0;
          return answer;
        }
      } catch {
        // Tried again below.
      }
      freeBus();
    }
    this.silentFor = Math.min(this.silentFor * 2 || I2C_SILENT_SECONDS_MIN, I2C_SILENT_SECONDS_MAX);
    this.deafUntil = seconds() + this.silentFor;
    return undefined;
  }

  /**
   * Asks as `ask` does. A part that has only just become silent is asked once more, when it may be asked again: for
   * answers without which something would be concluded that stays.
   */
  insist(bytes: DeviceBytes, length: number): Uint8Array | undefined {
    const answer = this.ask(bytes, length);
    if (answer || this.silentFor !== I2C_SILENT_SECONDS_MIN) return answer;
    while (seconds() < this.deafUntil);
    return this.ask(bytes, length);
  }

  /** Sends bytes as `ask` does. False if the part did not answer. */
  send(bytes: DeviceBytes): boolean {
    return this.ask(bytes, 0) !== undefined;
  }
}
