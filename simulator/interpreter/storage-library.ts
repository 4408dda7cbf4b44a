import { bytesOfText, textOf } from '../base/bytes.ts';
import { int32, wholeNumber } from './realm/bytes.ts';
import { type ImageObject, isRecord, type Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';
import { crc32 } from './storage/crc32.ts';
import { isRealFile, nameOf, type StorageFiles } from './storage/storage-files.ts';

/** The calls of `jswrap_storage.c` on files, by the same names. */
class StorageCalls {
  readonly #realm: Realm;
  readonly #files: StorageFiles;
  readonly #startAt: number;

  constructor(realm: Realm, files: StorageFiles, startAt: number) {
    this.#realm = realm;
    this.#files = files;
    this.#startAt = startAt;
  }

  read(name: Value, offset: Value, length: Value): string | undefined {
    const file = this.#files.find(this.#realm.text(name));
    if (!file) return undefined;
    const size = file.header.size;
    const from = Math.min(Math.max(int32(offset), 0), size);
    const asked = int32(length) <= 0 ? size : int32(length);
    return textOf(this.#files.flash.read(file.dataAt + from, Math.min(asked, size - from)));
  }

  write(name: Value, value: Value, offset: Value, size: Value): boolean {
    const realm = this.#realm;
    const isObject = isRecord(value) && realm.isPlain(value);
    const data = isObject ? bytesOfText(realm.json(value) ?? '') : realm.flatten(value);
    return this.#writeBytes(
      realm.text(name),
      data,
      isObject ? 0 : wholeNumber(offset),
      isObject ? 0 : wholeNumber(size),
    );
  }

  #writeBytes(name: string, data: Uint8Array, offset: number, wantedSize: number): boolean {
    if (offset < 0 || wantedSize < 0) return false;
    const size = wantedSize === 0 ? data.length : wantedSize;
    if (size === 0) throw this.#realm.error("Can't create zero length file");
    const flash = this.#files.flash;
    const old = this.#files.find(name);
    let target = old ? { dataAt: old.dataAt, size: old.header.size } : undefined;
    const fits = old && old.header.flags === 0 && old.header.size === size;
    if (offset === 0 && !(old && fits && flash.isErased(old.dataAt, size))) {
      if (old && fits && data.length === size && equal(flash.read(old.dataAt, size), data)) return true;
      if (old) this.#files.markDeleted(old.dataAt);
      const dataAt = this.#files.create(name, size);
      target = dataAt === undefined ? undefined : { dataAt, size };
    }
    if (!target) throw this.#realm.error('Unable to find or create file');
    if (offset + data.length > target.size) throw this.#realm.error('Too much data for file size');
    if (!flash.isErased(target.dataAt + offset, data.length)) {
      throw this.#realm.error('File already written with different data');
    }
    if (data.length > 0) flash.write(target.dataAt + offset, data);
    return true;
  }

  erase(name: Value): undefined {
    const file = this.#files.find(this.#realm.text(name));
    if (file) this.#files.markDeleted(file.dataAt);
  }

  list(pattern: Value, filter: Value): ImageObject {
    // Files made by `Storage.open` have flag 64; `open` is not simulated, so there are none.
    const storageFiles = isRecord(filter) && this.#realm.get(filter, 'sf') === true;
    return this.#realm.array(storageFiles ? [] : this.#names(pattern).map(({ name }) => name));
  }

  #names(pattern: Value): { name: string; at: number }[] {
    const found: { name: string; at: number }[] = [];
    for (const { at, header } of this.#files.walk(0)) {
      if (!isRealFile(header)) continue;
      const name = nameOf(header);
      if (pattern === undefined || this.#realm.matches(name, pattern)) found.push({ name, at });
    }
    return found;
  }

  hash(pattern: Value): number {
    let hash = 0xab_cd_dc_ba | 0;
    for (const { name, at } of this.#names(pattern)) {
      hash = ((hash << 1) | (hash >>> 31)) ^ (this.#startAt + at) ^ crc32(bytesOfText(name));
    }
    return hash | 0;
  }

  readJson(name: Value, quiet: Value): Value {
    const text = this.read(name, 0, 0);
    if (text === undefined) return undefined;
    try {
      return this.#realm.evaluate(`(${text})`, 'JSON');
    } catch (error) {
      if (quiet) return undefined;
      throw error;
    }
  }

  stats(): ImageObject {
    const stats = this.#files.stats();
    return this.#realm.object({
      totalBytes: stats.total,
      freeBytes: stats.free,
      fileBytes: stats.fileBytes,
      fileCount: stats.fileCount,
      trashBytes: stats.trashBytes,
      trashCount: stats.trashCount,
    });
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/**
 * `require("Storage")`. `open` (StorageFile) is not simulated. `startAt` is the address of Storage; it goes into
 * `hash`.
 */
export function storageLibrary(
  realm: Realm,
  files: StorageFiles,
  startAt: number,
  compact: () => boolean,
): ImageObject {
  const calls = new StorageCalls(realm, files, startAt);
  const readBuffer = (name: Value) => {
    const text = calls.read(name, 0, 0);
    return text === undefined ? undefined : realm.arrayBuffer(bytesOfText(text));
  };
  return realm.library({
    read: (name, offset, length) => calls.read(name, offset, length),
    readArrayBuffer: readBuffer,
    readJSON: (name, quiet) => calls.readJson(name, quiet),
    write: (name, data, offset, size) => calls.write(name, data, offset, size),
    writeJSON: (name, data) => calls.write(name, realm.json(data), 0, 0),
    erase: name => calls.erase(name),
    eraseAll: () => files.eraseAll(),
    list: (pattern, filter) => calls.list(pattern, filter),
    hash: pattern => calls.hash(pattern),
    compact: () => {
      compact();
    },
    getFree: () => files.stats().free,
    getStats: () => calls.stats(),
    open: () => {
      throw realm.error('Storage.open is not simulated');
    },
  });
}
