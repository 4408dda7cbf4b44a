import { joined } from '../base/bytes.ts';
import { I2C_DEFAULT_BITRATE } from '../base/limits.ts';
import { type I2cBus, NoAcknowledge, NoStart } from '../board/chips/i2c-bus.ts';
import type { I2cDriver } from '../board/wiring/i2c-driver.ts';
import type { Pins } from './pins.ts';
import { int32 } from './realm/bytes.ts';
import { type ImageObject, isRecord, type Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';

/** `I2C1` with the board's parts on it. `wired` are the pins of the parts. */
export function i2cLibrary(
  realm: Realm,
  bus: I2cBus,
  pins: Pins,
  wired: { readonly scl: string; readonly sda: string; readonly driver: I2cDriver },
): ImageObject {
  /** Turns a missing answer of a part into the exception of Espruino's driver. */
  function answering<T>(does: 'write' | 'read', transfer: () => T): T {
    try {
      return transfer();
    } catch (error) {
      const { noStart, noAcknowledge } = wired.driver;
      const complaint =
        error instanceof NoStart ? noStart : error instanceof NoAcknowledge ? noAcknowledge : undefined;
      if (!complaint) throw error;
      throw complaint.kind === 'Error' ? realm.error(complaint[does]) : realm.internalError(complaint[does]);
    }
  }
  // By hand, I2C1 has no part in it. Only a part that sees clocks while nobody else drives SDA lets go of it.
  pins.watch(wired.scl, high => bus.takePins(high && pins.modeOf(wired.sda) === 'input'));
  pins.watch(wired.sda, () => bus.takePins(false));
  const addressOf = (value: Value) => int32(isRecord(value) ? realm.get(value, 'address') : value) & 0x7f;
  const flattened = ([first, ...others]: readonly Value[]) =>
    others.reduce<Uint8Array>((all, next) => joined(all, realm.flatten(next)), realm.flatten(first));
  const write = (address: Value, data: Uint8Array) => {
    if (data.length > 0) answering('write', () => bus.write(addressOf(address), data));
  };
  const read = (address: Value, count: Value) => {
    const length = int32(count);
    if (length <= 0) return undefined;
    return realm.uint8Array(answering('read', () => bus.read(addressOf(address), length)));
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
