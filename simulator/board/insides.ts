import type { Insides, StorageFile, StoragePage } from '../base/fob.ts';
import { EEPROM_PAGE_BYTES, STORAGE_HEADER_BYTES } from '../base/limits.ts';
import { crc32 } from '../interpreter/storage/crc32.ts';
import { align, nameOf, StorageFiles } from '../interpreter/storage/storage-files.ts';
import type { Flash } from './chips/flash.ts';

/** The file of an image that has the application (docs/flashing.md). */
const APPLICATION = 'app';

/** Returns what stands in Storage, without writing to it. */
function storageOf(flash: Flash): { readonly files: StorageFile[]; readonly image: string } {
  const storage = new StorageFiles(flash, () => false);
  const files = [...storage.walk(0)].map(({ at, header }) => ({
    name: nameOf(header),
    bytes: header.size,
    at,
    isDeleted: !header.live,
  }));
  const application = storage.find(APPLICATION);
  if (application === undefined) return { files, image: '' };
  const sum = crc32(flash.read(application.dataAt, application.header.size));
  return { files, image: sum.toString(16).padStart(8, '0') };
}

/** Returns the pages of Storage. A file may reach over several. */
function pagesOf(flash: Flash, files: readonly StorageFile[]): StoragePage[] {
  const { pageBytes } = flash;
  const overlap = (file: StorageFile, page: number) => {
    const end = file.at + STORAGE_HEADER_BYTES + align(file.bytes);
    return Math.max(0, Math.min(end, (page + 1) * pageBytes) - Math.max(file.at, page * pageBytes));
  };
  return flash.erases.map((erases, page) => {
    let [fileBytes, deletedBytes] = [0, 0];
    for (const file of files) {
      if (file.isDeleted) deletedBytes += overlap(file, page);
      else fileBytes += overlap(file, page);
    }
    return { fileBytes, deletedBytes, freeBytes: pageBytes - fileBytes - deletedBytes, erases };
  });
}

/** The hardware that a look inside is about. */
export interface Inspected {
  /** Of Storage. */
  readonly flash: Flash;
  readonly eeprom: { readonly name: string; readonly writes: readonly number[] };
  /** Which parts are on the bus; undefined on a board without one. */
  readonly parts: Insides['parts'];
  readonly isPlugged: boolean;
  readonly supplyVolts: number;
}

/**
 * Looks into the board.
 * @param inUse timers and watches of the running image
 */
export function insidesOf(hardware: Inspected, inUse: Pick<Insides, 'timers' | 'watches'>): Insides {
  const { flash, eeprom, parts } = hardware;
  const { files, image } = storageOf(flash);
  return {
    image,
    storage: { pageBytes: flash.pageBytes, pages: pagesOf(flash, files), files, writes: flash.writes },
    eeprom: parts?.eeprom
      ? { name: eeprom.name, pageBytes: EEPROM_PAGE_BYTES, writes: [...eeprom.writes] }
      : undefined,
    ...inUse,
    parts,
    isPlugged: hardware.isPlugged,
    supplyMillivolts: Math.round(hardware.supplyVolts * 1000),
  };
}
