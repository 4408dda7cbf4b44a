import { joined } from '../base/bytes.ts';
import { I2C_DEFAULT_BITRATE } from '../base/limits.ts';
import { type I2cBus, NoAcknowledge, NoStart } from '../board/chips/i2c-bus.ts';
import type { Pins } from './pins.ts';
import { int32 } from './realm/bytes.ts';
import { type ImageObject, isRecord, type Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';

const NO_ACKNOWLEDGE = 'Timeout on I2C Write Transmit Mode 2';
const NO_ACKNOWLEDGE_READ = 'Timeout on I2C Read Receive Mode';
const NO_START = 'I2C device not responding';

/** `I2C1` with the board's parts on it. `wired` are the pins of the parts. */
export function i2cLibrary(
  realm: Realm,
  bus: I2cBus,
  pins: Pins,
  wired: { readonly scl: string; readonly sda: string },
): ImageObject {
  /** Turns a missing answer of a part into the exception of Espruino's STM32 driver. */
  function answering<T>(message: string, transfer: () => T): T {
    try {
      return transfer();
    } catch (error) {
      if (error instanceof NoStart) throw realm.error(NO_START);
      throw error instanceof NoAcknowledge ? realm.internalError(message) : error;
    }
  }
  // By hand, I2C1 has no part in it. Only a part that sees clocks while nobody else drives SDA lets go of it.
  pins.watch(wired.scl, high => bus.takePins(high && pins.modeOf(wired.sda) === 'input'));
  pins.watch(wired.sda, () => bus.takePins(false));
  const addressOf = (value: Value) => int32(isRecord(value) ? realm.get(value, 'address') : value) & 0x7f;
  const flattened = ([first, ...others]: readonly Value[]) =>
    others.reduce<Uint8Array>((all, next) => joined(all, realm.flatten(next)), realm.flatten(first));
  const write = (address: Value, data: Uint8Array) => {
    if (data.length > 0) answering(NO_ACKNOWLEDGE, () => bus.write(addressOf(address), data));
  };
  const read = (address: Value, count: Value) => {
    const length = int32(count);
    if (length <= 0) return undefined;
    return realm.uint8Array(answering(NO_ACKNOWLEDGE_READ, () => bus.read(addressOf(address), length)));
  };
  return realm.library({
    setup: options => {
      const choice = (name: string) => (isRecord(options) ? realm.get(options, name) : undefined);
      const onParts = pins.nameOf(choice('scl')) === wired.scl && pins.nameOf(choice('sda')) === wired.sda;
      const bitrate = int32(choice('bitrate'));
      bus.setup(bitrate > 0 ? bitrate : I2C_DEFAULT_BITRATE, onParts);
    },
    writeTo: (address, ...data) => {
      if (data.length > 0) write(address, flattened(data));
    },
    readFrom: (address, count) => read(address, count),
    readReg: (address, register, count) => {
      write(address, Uint8Array.of(int32(register) & 255));
      return read(address, count);
    },
  });
}
