import type { I2cPart } from '@passfob/simulator/for-emulator';
import { ADDRESS_MAX, ADDRESS_MIN } from './limits.ts';

/** A part of your own at I2C1. */
export interface ChipPart {
  /** Seven bits, 0x08 to 0x77. */
  readonly address: number;
  /**
   * Receives what was written to it, at the end of each write of a byte or more.
   * @param isStopped whether a stop ended it, as usual: an EEPROM writes after a stop only, not after a repeated start
   */
  write(bytes: Uint8Array, isStopped?: boolean): void;
  /** Begins a read. Returns the function that gives the next byte, as often as the chip asks. */
  startRead(): () => number;
  /** Whether it acknowledges its address now. Default: always. */
  ready?(): boolean;
  /** For messages. Default: its address. */
  readonly name?: string;
  /** Called once, when the chip gets its power. */
  powerOn?(): void;
}

/** @throws TypeError for a part that no type has checked, in JavaScript */
function partOf(part: ChipPart): I2cPart {
  const { address } = part;
  if (!Number.isInteger(address) || address < ADDRESS_MIN || address > ADDRESS_MAX) {
    throw new TypeError(
      `the address of a part has seven bits, 0x08 to 0x77, without the one for reading: ${address} is none`,
    );
  }
  for (const method of ['write', 'startRead'] as const) {
    if (typeof part[method] !== 'function')
      throw new TypeError(`the part at 0x${address.toString(16)} needs the method ${method}`);
  }
  return {
    address,
    name: part.name ?? `the part at 0x${address.toString(16)}`,
    ready: () => part.ready?.() ?? true,
    write: (bytes, isStopped) => part.write(bytes, isStopped),
    startRead: () => part.startRead(),
    read(count) {
      const next = part.startRead();
      return Uint8Array.from({ length: count }, () => next());
    },
    powerOn: () => part.powerOn?.(),
    powerOff() {},
  };
}

/** @throws TypeError for parts that no type has checked, and for two at one address */
export function partsOf(parts: readonly ChipPart[]): readonly I2cPart[] {
  if (!Array.isArray(parts)) throw new TypeError('parts must be a list: [part, …]');
  const found = parts.map(partOf);
  const addresses = found.map(({ address }) => address);
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined) throw new TypeError(`two parts have the address 0x${twice.toString(16)}`);
  return found;
}
