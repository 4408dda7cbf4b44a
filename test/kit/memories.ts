import { memoryStore, type StateStore } from '@passfob/simulator';
import { EEPROM_BYTES, EEPROM_PAGE_BYTES, STATE_HEADER_BYTES } from '@passfob/simulator/base/limits';

/** Returns a copy of the memories of a fob that is closed, after `change`, which gets the whole state image. */
export function copyOf(store: StateStore, change: (image: Buffer) => void = () => {}): StateStore {
  const image = Buffer.from(store.load() ?? []);
  change(image);
  const copy = memoryStore();
  copy.write(0, image);
  return copy;
}

/** Removes the file in which the microcontroller keeps its keys: Storage holds names in clear. */
export function withoutKeys(store: StateStore): StateStore {
  return copyOf(store, image => {
    const at = image.indexOf('keys\0\0\0\0');
    if (at < 0) throw new Error('there are no keys to lose');
    image.write('gone', at);
  });
}

/** Turns one bit in the sealed part of every record of this account. */
export function withDamaged(store: StateStore, id: Uint8Array): StateStore {
  return copyOf(store, image => {
    const eeprom = image.subarray(STATE_HEADER_BYTES, STATE_HEADER_BYTES + EEPROM_BYTES);
    let found = 0;
    for (let at = eeprom.indexOf(id); at >= 0; at = eeprom.indexOf(id, at + 1)) {
      const inContent = at + EEPROM_PAGE_BYTES;
      eeprom[inContent] = (eeprom[inContent] ?? 0) ^ 1;
      found++;
    }
    if (found === 0) throw new Error('there is no record of this account');
  });
}

/** Turns every used page of the EEPROM into noise. */
export function withNoise(store: StateStore): StateStore {
  return copyOf(store, image => {
    const eeprom = image.subarray(STATE_HEADER_BYTES, STATE_HEADER_BYTES + EEPROM_BYTES);
    for (let at = 0; at < eeprom.length; at++) if (eeprom[at] !== 0xff) eeprom[at] = (eeprom[at] ?? 0) ^ 0x55;
  });
}
