import { memoryStore } from '@passfob/simulator';
import { EEPROM_BYTES } from '@passfob/simulator/base/limits';
import { openMemories } from '@passfob/simulator/recording/state/memories';
import { storeOf } from '../../emulator/kit/board-memory.ts';
import { RP2040 } from '../board/outside.ts';

const noBytes = (count: number) => new Uint8Array(count);

/**
 * Returns the memory of a board with the serial number, files, EEPROM and clock of an imitated rpi-pico.
 * @param image the memory of the imitated one
 */
export function picoMemory(image: Uint8Array, program: Uint8Array): Uint8Array {
  const { chip, flashBytes, storage } = RP2040;
  const sizes = { flash: storage.bytes, eeprom: EEPROM_BYTES };
  const from = openMemories(storeOf(image), 'rpi-pico', sizes, noBytes);
  const store = memoryStore();
  const to = openMemories(
    store,
    chip,
    { flash: flashBytes, eeprom: EEPROM_BYTES, files: 0 },
    () => from.serial,
  );
  to.flash.write(0, program);
  to.flash.write(storage.at, from.flash.bytes);
  to.eeprom.write(0, from.eeprom.bytes);
  to.rtc.write(0, from.rtc.bytes);
  for (const number of ['operations', 'boots', 'nowUs'] as const) to[number].set(from[number].get());
  return Uint8Array.from(store.load() ?? []);
}
