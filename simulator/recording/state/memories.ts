import { bytesOfText, textOf } from '../../base/bytes.ts';
import type { StateStore } from '../../base/fob.ts';
import {
  BOARD_NAME_BYTES,
  FILE_MAX_BYTES,
  FILE_NAME_MAX_BYTES,
  FILE_SLOTS,
  RTC_BYTES,
  SERIAL_BYTES,
  STATE_HEADER_BYTES,
  STATE_MAGIC,
  STATE_VERSION,
} from '../../base/limits.ts';

/** Header fields: offset in bytes, numbers little-endian. */
const VERSION_AT = 8;
const BOARD_AT = 12;
const SERIAL_AT = 24;
const OPERATIONS_AT = 36;
const BOOTS_AT = 40;
const NOW_AT = 48;
const RTC_AT = 56;

/** One file slot of the `bench` board: 1 byte in use, 3 bytes of size, the name, the bytes. */
export const FILE_SLOT_BYTES = 4 + FILE_NAME_MAX_BYTES + 4 + FILE_MAX_BYTES;

/** A part of the state image, written in place. */
export class Region {
  /** The present contents of the memory; change them with `write` only. */
  readonly bytes: Uint8Array;
  readonly #image: Uint8Array;
  readonly #offset: number;
  readonly #store: StateStore;

  /** @param offset where it begins in the image */
  constructor(image: Uint8Array, store: StateStore, offset: number, length: number) {
    this.bytes = image.subarray(offset, offset + length);
    this.#image = image;
    this.#offset = offset;
    this.#store = store;
  }

  write(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
    this.#store.write(this.#offset + at, bytes);
  }

  /** Returns a part of it, which shares its bytes. */
  part(at: number, length: number): Region {
    return new Region(this.#image, this.#store, this.#offset + at, length);
  }

  /** Makes the store's contents durable. */
  sync(): void {
    this.#store.sync?.();
  }
}

/** A number of the header that survives a power cut. */
export interface StoredNumber {
  get(): number;
  set(value: number): void;
}

export interface Memories {
  /** True if the store was empty: the caller then does the work of the factory. */
  readonly isNew: boolean;
  /** Twelve bytes, drawn when the state was new. */
  readonly serial: Uint8Array;
  readonly operations: StoredNumber;
  readonly boots: StoredNumber;
  /** Virtual time in µs when the state was last stored. */
  readonly nowUs: StoredNumber;
  readonly rtc: Region;
  readonly eeprom: Region;
  readonly flash: Region;
  readonly files: Region;
}

/** Bytes of the memories whose size differs between fobs. */
export interface MemorySizes {
  readonly flash: number;
  readonly eeprom: number;
  /** Of files beside them; default: the slots of the bench. */
  readonly files?: number;
}

type RandomBytes = (count: number) => Uint8Array;

function fileBytes({ files = FILE_SLOTS * FILE_SLOT_BYTES }: MemorySizes): number {
  return files;
}

function imageBytes(sizes: MemorySizes): number {
  return STATE_HEADER_BYTES + sizes.eeprom + sizes.flash + fileBytes(sizes);
}

/** What the image has of a board's name. */
function keptName(board: string): string {
  return board.slice(0, BOARD_NAME_BYTES);
}

function newImage(board: string, sizes: MemorySizes, random: RandomBytes): Uint8Array {
  const image = new Uint8Array(imageBytes(sizes));
  image.set(bytesOfText(STATE_MAGIC));
  new DataView(image.buffer).setUint16(VERSION_AT, STATE_VERSION, true);
  image.set(bytesOfText(keptName(board)), BOARD_AT);
  image.set(random(SERIAL_BYTES), SERIAL_AT);
  image.fill(0xff, STATE_HEADER_BYTES, STATE_HEADER_BYTES + sizes.eeprom + sizes.flash);
  return image;
}

function refuse(image: Uint8Array, board: string, sizes: MemorySizes): void {
  const textAt = (at: number, length: number) => textOf(image.subarray(at, at + length));
  if (image.length < STATE_HEADER_BYTES || textAt(0, STATE_MAGIC.length) !== STATE_MAGIC) {
    throw new Error('this is not the memory of a simulated fob: it is not changed');
  }
  const version = new DataView(image.buffer, image.byteOffset).getUint16(VERSION_AT, true);
  if (version !== STATE_VERSION) {
    throw new Error(`this fob's memory has layout ${version}; this simulator knows layout ${STATE_VERSION}`);
  }
  const kept = textAt(BOARD_AT, BOARD_NAME_BYTES).replace(/\0+$/, '');
  if (kept !== keptName(board)) {
    throw new Error(
      `this is the memory of a ${kept} board, not of a ${board} board: start it with the options it was made with (--board, --firmware), or name another file`,
    );
  }
  if (image.length !== imageBytes(sizes)) {
    throw new Error("this fob's memory is not complete, or is one with another EEPROM");
  }
  const nowUs = new DataView(image.buffer, image.byteOffset).getFloat64(NOW_AT, true);
  if (!(nowUs >= 0 && nowUs <= Number.MAX_SAFE_INTEGER)) {
    throw new Error("this fob's memory is damaged: it has no time. Start with a new file");
  }
}

function keptNumber(header: Region, at: number, kind: 'u32' | 'f64'): StoredNumber {
  const view = new DataView(header.bytes.buffer, header.bytes.byteOffset);
  return {
    get: () => (kind === 'u32' ? view.getUint32(at, true) : view.getFloat64(at, true)),
    set(value) {
      const bytes = new Uint8Array(kind === 'u32' ? 4 : 8);
      const out = new DataView(bytes.buffer);
      if (kind === 'u32') out.setUint32(0, value, true);
      else out.setFloat64(0, value, true);
      header.write(at, bytes);
    },
  };
}

/**
 * Opens the memories in `store`, or makes them. Throws if they belong to another board or are not a fob's.
 * @param board a name that differs from the others in its first twelve letters
 */
export function openMemories(
  store: StateStore,
  board: string,
  sizes: MemorySizes,
  random: RandomBytes,
): Memories {
  const kept = store.load();
  if (kept) refuse(kept, board, sizes);
  const image = kept ?? newImage(board, sizes, random);
  if (!kept) store.write(0, image);
  const eepromAt = STATE_HEADER_BYTES;
  const flashAt = eepromAt + sizes.eeprom;
  const filesAt = flashAt + sizes.flash;
  const header = new Region(image, store, 0, STATE_HEADER_BYTES);
  return {
    isNew: kept === undefined,
    serial: image.subarray(SERIAL_AT, SERIAL_AT + SERIAL_BYTES),
    operations: keptNumber(header, OPERATIONS_AT, 'u32'),
    boots: keptNumber(header, BOOTS_AT, 'u32'),
    nowUs: keptNumber(header, NOW_AT, 'f64'),
    rtc: new Region(image, store, RTC_AT, RTC_BYTES),
    eeprom: new Region(image, store, eepromAt, sizes.eeprom),
    flash: new Region(image, store, flashAt, sizes.flash),
    files: new Region(image, store, filesAt, fileBytes(sizes)),
  };
}
