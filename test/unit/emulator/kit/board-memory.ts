import { firmwareOf, programmed } from '@passfob/emulator/board/firmware';
import { type BoardKind, KINDS } from '@passfob/emulator/board/kinds';
import { memoryStore, type StateStore } from '@passfob/simulator';
import { EEPROM_BYTES } from '@passfob/simulator/base/limits';
import { openMemories } from '@passfob/simulator/recording/state/memories';

const noBytes = (count: number) => new Uint8Array(count);

/** Returns a memory that holds these bytes. */
export function storeOf(image: Uint8Array): StateStore {
  const store = memoryStore();
  store.write(0, image);
  return store;
}

/**
 * Returns the memory of a virtual board with the serial number, files, EEPROM and clock of an imitated one. It is much
 * sooner made than by letting the board do all that was done with the other.
 * @param image the memory of the imitated one
 */
export function boardMemory(
  image: Uint8Array,
  firmware: Uint8Array,
  board: BoardKind['board'] = 'pico',
): Uint8Array {
  const { chip, flashBytes, storage } = KINDS[board];
  const from = openMemories(storeOf(image), board, { flash: storage.bytes, eeprom: EEPROM_BYTES }, noBytes);
  const store = memoryStore();
  const to = openMemories(
    store,
    chip.toLowerCase(),
    { flash: flashBytes, eeprom: EEPROM_BYTES, files: 0 },
    () => from.serial,
  );
  to.flash.write(0, programmed(firmwareOf(firmware, undefined, KINDS[board]), KINDS[board]));
  to.flash.write(storage.at, from.flash.bytes);
  to.eeprom.write(0, from.eeprom.bytes);
  to.rtc.write(0, from.rtc.bytes);
  for (const number of ['operations', 'boots', 'nowUs'] as const) to[number].set(from[number].get());
  return Uint8Array.from(store.load() ?? []);
}
