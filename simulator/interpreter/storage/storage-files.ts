/**
 * The file layout of Espruino's Storage in flash (jsflash.c): files one after the other, each
 * a header of size, flags and name, then its data. Writing zeros over the start of a file's name deletes it.
 */
import { bytesOfText, textOf } from '../../base/bytes.ts';
import { checkBytes } from '../../base/bytes-given.ts';
import { STORAGE_ALIGN_BYTES, STORAGE_HEADER_BYTES, STORAGE_NAME_BYTES } from '../../base/limits.ts';
import type { Flash } from '../../board/chips/flash.ts';

const NAME_AT = 4;
const UNSET = 0xff_ff_ff_ff;
/** Flags of files that are listed and kept: none, StorageFile, compressed. */
const LISTED_FLAGS = [0, 64, 128];

export interface Header {
  readonly valid: boolean;
  /** The 32 bytes of the header. */
  readonly raw: Uint8Array;
  readonly size: number;
  readonly flags: number;
  /** False once deleted. */
  readonly live: boolean;
}

interface Position {
  /** Undefined at the end of flash. */
  readonly at: number | undefined;
  readonly header: Header;
}

export interface Stats {
  readonly total: number;
  readonly free: number;
  readonly fileBytes: number;
  readonly fileCount: number;
  readonly trashBytes: number;
  readonly trashCount: number;
  /** First page that starts with a file's header and from which on compaction can free space. */
  readonly firstDirtyPageAt: number;
}

export const align = (length: number) => Math.ceil(length / STORAGE_ALIGN_BYTES) * STORAGE_ALIGN_BYTES;

/** Returns the 28 bytes of a name: longer names are cut, and a drive letter is removed. */
function nameBytes(name: string): Uint8Array {
  const bytes = new Uint8Array(STORAGE_NAME_BYTES);
  const plain = name.charAt(1) === ':' ? name.slice(2) : name;
  bytes.set(bytesOfText(plain).subarray(0, STORAGE_NAME_BYTES));
  return bytes;
}

export function nameOf(header: Header): string {
  return textOf(header.raw.subarray(NAME_AT)).replace(/\0.*$/s, '');
}

export function isRealFile(header: Header): boolean {
  return header.live && LISTED_FLAGS.includes(header.flags);
}

export class StorageFiles {
  readonly flash: Flash;
  readonly #compact: () => boolean;

  /** `compact` frees the space of deleted files; false if it cannot. */
  constructor(flash: Flash, compact: (files: StorageFiles) => boolean) {
    this.flash = flash;
    this.#compact = () => compact(this);
  }

  headerAt(at: number): Header {
    const raw = this.flash.read(at, STORAGE_HEADER_BYTES);
    const word = new DataView(raw.buffer).getUint32(0, true);
    const size = word & 0x00_ff_ff_ff;
    return {
      raw,
      size,
      flags: word >>> 24,
      live: raw.subarray(NAME_AT, NAME_AT + 4).some(byte => byte !== 0),
      valid: word !== UNSET && word !== 0 && at + STORAGE_HEADER_BYTES + size <= this.flash.length,
    };
  }

  nextPageAt(at: number): number | undefined {
    const next = (Math.floor(at / this.flash.pageBytes) + 1) * this.flash.pageBytes;
    return next < this.flash.length ? next : undefined;
  }

  /**
   * Returns the next header. With `everyPage`, if no header follows, returns the one at the start of the next page.
   */
  next(at: number, header: Header, everyPage: boolean): Position {
    const nextAt = align(at + STORAGE_HEADER_BYTES + header.size);
    if (nextAt + STORAGE_HEADER_BYTES > this.flash.length) return { at: undefined, header: invalid(header) };
    const next = this.headerAt(nextAt);
    if (next.valid || !everyPage) return { at: nextAt, header: next };
    const pageAt = this.nextPageAt(nextAt);
    if (pageAt === undefined) return { at: undefined, header: next };
    return { at: pageAt, header: this.headerAt(pageAt) };
  }

  /** Yields every file from `from` on, also deleted ones. */
  *walk(from: number): Generator<{ at: number; header: Header }> {
    let position: Position = { at: from, header: this.headerAt(from) };
    while (position.at !== undefined && position.header.valid) {
      yield { at: position.at, header: position.header };
      position = this.next(position.at, position.header, true);
    }
  }

  /** Returns the address of a file's data, and its header. */
  find(name: string): { dataAt: number; header: Header } | undefined {
    const wanted = nameBytes(name);
    for (const { at, header } of this.walk(0)) {
      if (header.raw.subarray(NAME_AT).every((byte, index) => byte === wanted[index])) {
        return { dataAt: at + STORAGE_HEADER_BYTES, header };
      }
    }
    return undefined;
  }

  markDeleted(dataAt: number): void {
    this.flash.write(dataAt - STORAGE_HEADER_BYTES + NAME_AT, new Uint8Array(4));
  }

  /** Returns the address for the data of a new file, or undefined if it does not fit even after a compaction. */
  create(name: string, size: number): number | undefined {
    const required = align(size) + STORAGE_HEADER_BYTES;
    let space = this.#findSpace(required);
    if (space.at === undefined && required < space.free + space.trash && this.#compact()) {
      space = this.#findSpace(required);
    }
    if (space.at === undefined) return undefined;
    this.flash.write(space.at, headerBytes(name, size));
    return space.at + STORAGE_HEADER_BYTES;
  }

  #findSpace(required: number): { at: number | undefined; free: number; trash: number } {
    let free = 0;
    let trash = 0;
    let pageAt: number | undefined = 0;
    while (pageAt !== undefined) {
      let position: Position = { at: pageAt, header: this.headerAt(pageAt) };
      while (position.at !== undefined && position.header.valid) {
        if (!position.header.live) trash += position.header.size;
        position = this.next(position.at, position.header, false);
      }
      if (position.at === undefined) break;
      const left = this.#spaceAt(position.at);
      free += left;
      if (left >= required) return { at: position.at, free, trash };
      pageAt = this.nextPageAt(position.at);
    }
    return { at: undefined, free, trash };
  }

  /** Space to the end of the page, or to the end of flash if the next page is empty. */
  #spaceAt(at: number): number {
    const nextPageAt = this.nextPageAt(at) ?? this.flash.length;
    const pageEmpty = nextPageAt < this.flash.length && !this.headerAt(nextPageAt).valid;
    return (pageEmpty ? this.flash.length : nextPageAt) - at;
  }

  stats(): Stats {
    let [fileBytes, fileCount, trashBytes, trashCount, endAt, pageStartAt] = [0, 0, 0, 0, 0, 0];
    let firstDirtyPageAt: number | undefined;
    for (const { at, header } of this.walk(0)) {
      if (at % this.flash.pageBytes === 0) pageStartAt = at;
      const bytes = align(header.size) + STORAGE_HEADER_BYTES;
      endAt = at + bytes;
      if (header.live) {
        fileBytes += bytes;
        fileCount++;
      } else {
        trashBytes += bytes;
        trashCount++;
        firstDirtyPageAt ??= pageStartAt;
      }
    }
    const total = this.flash.length;
    const free = total - endAt;
    return {
      total,
      free,
      fileBytes,
      fileCount,
      trashBytes,
      trashCount,
      firstDirtyPageAt: firstDirtyPageAt ?? 0,
    };
  }

  /** Espruino's check at a first boot. If it is false, Espruino erases all of Storage (jsinteractive.c). */
  isSound(): boolean {
    let last: Position = { at: 0, header: this.headerAt(0) };
    let lastValidAt = 0;
    while (last.at !== undefined && last.header.valid) {
      lastValidAt = last.at;
      last = this.next(last.at, last.header, true);
    }
    if (last.at === undefined) {
      const endAt = align(lastValidAt + STORAGE_HEADER_BYTES + last.header.size);
      if (endAt <= this.flash.length && endAt + STORAGE_HEADER_BYTES > this.flash.length) return true;
    }
    if (last.header.raw.some(byte => byte !== 0xff)) return false;
    return last.at === 0 ? this.flash.isErased(0, this.flash.length) : true;
  }

  eraseAll(): void {
    for (let page = 0; page < this.flash.length / this.flash.pageBytes; page++) this.flash.erasePage(page);
  }
}

function invalid(header: Header): Header {
  return { ...header, valid: false };
}

function headerBytes(name: string, size: number): Uint8Array {
  const bytes = new Uint8Array(STORAGE_HEADER_BYTES);
  new DataView(bytes.buffer).setUint32(0, size, true);
  bytes.set(nameBytes(name), NAME_AT);
  return bytes;
}

/** @throws TypeError for files that no type has checked, in JavaScript */
function checkFile(name: string, data: unknown): void {
  checkBytes(data, `the file ${JSON.stringify(name)}`);
  if (name.length > STORAGE_NAME_BYTES) {
    throw new TypeError(
      `the name of the file ${JSON.stringify(name)} is too long: Storage keeps ${STORAGE_NAME_BYTES} characters`,
    );
  }
}

interface RawFile {
  /** The 32 bytes before the data. */
  readonly header: Uint8Array;
  readonly data: Uint8Array;
}

function rawFiles(files: Readonly<Record<string, Uint8Array>>): RawFile[] {
  return Object.entries(files).map(([name, data]) => {
    checkFile(name, data);
    return { header: headerBytes(name, data.length), data };
  });
}

function programAll(flash: Flash, files: readonly RawFile[]): void {
  let at = 0;
  for (const { header, data } of files) {
    if (data.length === 0) continue;
    const end = at + STORAGE_HEADER_BYTES + align(data.length);
    if (end > flash.length) {
      throw new Error(`the files of the image do not fit into the ${flash.length} bytes of Storage`);
    }
    flash.program(at, header);
    flash.program(at + STORAGE_HEADER_BYTES, data);
    at = end;
  }
}

/**
 * Puts files into an empty flash like a programmer at the factory.
 * @throws Error if they do not fit, TypeError for what is no file
 */
export function programFiles(flash: Flash, files: Readonly<Record<string, Uint8Array>>): void {
  programAll(flash, rawFiles(files));
}

/**
 * Replaces files of an older image, or adds them, as a programmer does that keeps the others, with their flags.
 * @throws as `programFiles`; the flash is as it was for what is no file
 */
export function reprogramFiles(flash: Flash, files: Readonly<Record<string, Uint8Array>>): void {
  const given = rawFiles(files);
  const stored = new StorageFiles(flash, () => false);
  const kept: RawFile[] = [];
  for (const { at, header } of stored.walk(0)) {
    if (!isRealFile(header) || Object.hasOwn(files, nameOf(header))) continue;
    kept.push({ header: header.raw, data: flash.read(at + STORAGE_HEADER_BYTES, header.size) });
  }
  flash.program(0, new Uint8Array(flash.length).fill(0xff));
  programAll(flash, [...given, ...kept]);
}

/** Fills Storage to its end with one file, as that of another program. */
export function fillStorage(flash: Flash, name: string): void {
  const { free } = new StorageFiles(flash, () => false).stats();
  const size = free - STORAGE_HEADER_BYTES;
  if (size <= 0) return;
  flash.program(flash.length - free, headerBytes(name, size));
  flash.program(flash.length - size, new Uint8Array(size));
}
