import { Reader, Writer } from '@passfob/protocol/bytes';
import { equal, Hmac } from '@passfob/protocol/hmac';
import { AES_KEY_BYTES as BLOCK_BYTES, CCM_NONCE_BYTES, CCM_TAG_BYTES } from '@passfob/protocol/limits';
import { type Primitives, SHA256 } from '@passfob/protocol/primitives';
import {
  INTENT_PAGE,
  RECORD_HEADER_BYTES,
  RECORD_NONCE_BYTES,
  SLOTS_MAX,
  SYSTEM_PAGES,
} from '../base/limits.ts';
import type { Storage } from '../base/ports.ts';
import { readTwice } from '../base/read-twice.ts';

/**
 * Version 1 sealed records with AES-CCM. 0.2.0 left them so in the vaults that it took over: they can be read, and every
 * change rewrites them in the new format.
 */
const MAGIC_V1 = 0xa5;
const MAGIC = 0xa6;
const INTENT_MAGIC = 0x49;
/** Also the byte that stores a slot of -1 from `indexOf`. */
const NO_SLOT = 255;

/**
 * Sealed records in slots of equal size. A slot: magic, order, record id, length, synthetic nonce, then the content
 * in whole blocks of AES-CBC. The nonce is an HMAC over everything before it and the content. It is the
 * initialisation vector, and it proves the content when the record is opened (the construction of SIV, RFC 5297 §1.1,
 * from HMAC and CBC). So no part can be exchanged, and the same nonce never serves two contents.
 *
 * Every change writes a free slot and then retires the old one, between two writes of the intent page, which names
 * both. After a power cut in any page, or a failed write or read of the storage, `settle` finishes or undoes the
 * change: after the next boot, or before the next change.
 */
export class Records {
  private readonly primitives: Primitives;
  private readonly storage: Storage;
  private readonly key: Uint8Array;
  readonly nonceKey: Hmac;
  private readonly slotBytes: number;
  /** Address of the first slot. */
  private readonly base: number;
  /** Longest content of a record in bytes. */
  readonly capacity: number;
  /** Record id by slot, 0 = free. */
  readonly ids: Int32Array;
  /** By slot, the number by which the person's list is sorted. */
  readonly orders: Uint8Array;
  /** An initialisation vector, and its words: allocated once, and zero after the nonce. */
  private readonly words: Int32Array;
  private readonly vector: Uint8Array;
  private turn: number;
  /** Whether no change is in progress on storage, and the tables match the slots. */
  private settled: boolean;
  /** Whether the storage did not answer the last read. Nothing may be concluded from such a read. */
  silent: boolean;

  constructor(primitives: Primitives, storage: Storage, dataKey: Uint8Array) {
    this.primitives = primitives;
    this.storage = storage;
    this.key = dataKey;
    // The same key in another primitive: HMAC-SHA256 and AES share no structure that could expose it.
    this.nonceKey = new Hmac(primitives, SHA256, dataKey);
    this.slotBytes = storage.recordPages * storage.pageBytes;
    this.base = SYSTEM_PAGES * storage.pageBytes;
    this.capacity = (this.slotBytes - RECORD_HEADER_BYTES) & ~15;
    const slots = slotCount(storage);
    this.ids = new Int32Array(slots);
    this.orders = new Uint8Array(slots);
    this.words = new Int32Array(BLOCK_BYTES >> 2);
    this.vector = new Uint8Array(this.words.buffer);
    this.turn = -1;
    this.settled = false;
    this.silent = false;
    this.settle();
  }

  private address(slot: number): number {
    return this.base + slot * this.slotBytes;
  }

  private nonce(head: Uint8Array, content: Uint8Array): Uint8Array {
    return this.nonceKey.mac([head, content]).subarray(0, RECORD_NONCE_BYTES);
  }

  /** Reads what decides which slots hold records: a garbled byte would hide one, and the next write would replace it. */
  private ask(address: number, length: number): Uint8Array | undefined {
    const bytes = readTwice(this.primitives, this.storage, address, length);
    this.silent = !bytes;
    return bytes;
  }

  /**
   * Returns the content of a slot, in memory of its own, or undefined if it is `silent`, or damaged: wrong also when
   * read again, since the wires may garble bytes.
   */
  read(slot: number): Uint8Array | undefined {
    const content = this.readOnce(slot);
    return content || this.silent ? content : this.readOnce(slot);
  }

  private readOnce(slot: number): Uint8Array | undefined {
    const size = this.slotBytes;
    const bytes = this.storage.read(this.base + slot * size, size);
    this.silent = !bytes;
    if (!bytes || bytes[0] !== MAGIC) return this.openOld(bytes);
    const length = bytes[6] as number;
    if (length > this.capacity) return undefined;
    const words = this.words;
    const vector = this.vector;
    vector.set(bytes.subarray(7, RECORD_HEADER_BYTES), 0);
    const blocks = bytes.subarray(RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + ((length + 15) & ~15));
    const content = this.primitives.decrypt(this.key, vector, blocks).subarray(0, length);
    const made = new Int32Array(this.nonceKey.mac([bytes.subarray(0, 7), content]).buffer);
    // Compares the eight bytes of the nonce as two words, so that the time does not reveal where they differ.
    return ((words[0] as number) ^ (made[0] as number)) | ((words[1] as number) ^ (made[1] as number))
      ? undefined
      : content;
  }

  private openOld(bytes: Uint8Array | undefined): Uint8Array | undefined {
    if (!bytes || bytes[0] !== MAGIC_V1) return undefined;
    const end = RECORD_HEADER_BYTES + (bytes[6] as number) + CCM_TAG_BYTES;
    if (end > this.slotBytes) return undefined;
    const nonce = bytes.subarray(7, RECORD_HEADER_BYTES);
    const long = new Uint8Array(CCM_NONCE_BYTES);
    long.set(nonce, 0);
    const content = this.primitives.open(this.key, long, bytes.subarray(RECORD_HEADER_BYTES, end));
    return content && equal(nonce, this.nonce(bytes.subarray(0, 7), content)) ? content : undefined;
  }

  /** Returns the slot of a record, -1 if there is none. */
  find(id: number): number {
    return this.ids.indexOf(id);
  }

  /** Number of free slots for accounts. The last slot stays free for changes. */
  get free(): number {
    let free = -1;
    for (const id of this.ids) if (id === 0) free++;
    return free;
  }

  /**
   * Writes a new record, or replaces the one with its id. False if storage failed: nothing has changed, unless
   * undoing failed too.
   */
  write(id: number, order: number, content: Uint8Array): boolean {
    if (!this.settle()) return false;
    const old = this.find(id);
    const slot = this.nextFree();
    if (slot < 0) return false;
    const out = new Writer(this.slotBytes).byte(MAGIC).byte(order).number(id, 4).byte(content.length);
    const nonce = this.nonce(out.done(), content);
    const vector = new Uint8Array(BLOCK_BYTES);
    vector.set(nonce, 0);
    const blocks = new Uint8Array((content.length + 15) & ~15);
    blocks.set(content, 0);
    out.raw(nonce).raw(this.primitives.encrypt(this.key, vector, blocks));
    this.settled = false;
    if (!this.intend(slot, old)) return false;
    // The first page goes last, because it makes the slot a record.
    for (let page = Math.ceil(out.at / this.storage.pageBytes) - 1; page >= 0; page--) {
      if (!this.writePage(slot, page, out.bytes)) {
        this.finish(slot);
        return false;
      }
    }
    this.ids[slot] = id;
    this.orders[slot] = order;
    this.finish(old);
    return true;
  }

  /** Uses free slots in turn, so that wear is spread, and a worn-out slot is not tried forever. */
  private nextFree(): number {
    for (let i = 0; i < this.ids.length; i++) {
      this.turn = (this.turn + 1) % this.ids.length;
      if (this.ids[this.turn] === 0) return this.turn;
    }
    return -1;
  }

  private writePage(slot: number, page: number, from: Uint8Array): boolean {
    const at = page * this.storage.pageBytes;
    return this.storage.write(this.address(slot) + at, from.subarray(at, at + this.storage.pageBytes));
  }

  /** Removes a record and overwrites all of it. False if storage failed, perhaps midway. */
  remove(id: number): boolean {
    if (!this.settle()) return false;
    const slot = this.find(id);
    if (slot < 0) return true;
    this.settled = false;
    if (!this.intend(NO_SLOT, slot)) return false;
    const zeros = new Uint8Array(this.slotBytes);
    for (let page = 1; page < this.storage.recordPages; page++) this.writePage(slot, page, zeros);
    return this.finish(slot);
  }

  private intend(slot: number, old: number): boolean {
    const out = new Writer(7).byte(INTENT_MAGIC).byte(slot).byte(old);
    out.number(this.primitives.crc32(out.done()), 4);
    return this.storage.write(INTENT_PAGE * this.storage.pageBytes, out.done());
  }

  private isUnused(slot: number): boolean {
    const head = this.ask(this.address(slot), 1);
    return !!head && !isRecord(head);
  }

  /** Ends the change by retiring a slot, if there is one: the old record, or an incomplete new one. */
  private finish(slot: number): boolean {
    let retired = true;
    if (slot >= 0 && slot < this.ids.length) {
      this.ids[slot] = 0;
      // A worn-out page counts as retired once it no longer reads as a record.
      retired = this.writePage(slot, 0, new Uint8Array(this.storage.pageBytes)) || this.isUnused(slot);
    }
    // If the slot could not be retired, the intent stays for the next boot or the next change.
    this.settled = retired && this.intend(NO_SLOT, NO_SLOT);
    return this.settled;
  }

  /**
   * Reads the slots, and finishes or undoes an interrupted change. False while the storage does not answer or accepts
   * no writes.
   */
  private settle(): boolean {
    if (this.settled) return true;
    const bytes = this.ask(INTENT_PAGE * this.storage.pageBytes, 7);
    if (!bytes) return false;
    let stale = NO_SLOT;
    // An intent torn at its start means that nothing was begun; one torn at its end means that everything was done.
    if (
      bytes[0] === INTENT_MAGIC &&
      new Reader(bytes, 3).number(4) === this.primitives.crc32(bytes.subarray(0, 3))
    ) {
      const slot = bytes[1] as number;
      // An undone change keeps the old record; a finished one removes it.
      stale = slot < this.ids.length && !this.read(slot) ? slot : (bytes[2] as number);
      if (this.silent) return false;
    }
    for (let slot = 0; slot < this.ids.length; slot++) {
      const head = this.ask(this.address(slot), 6);
      if (!head) return false;
      // A stale slot is never visible, even if it cannot be retired now.
      this.ids[slot] = isRecord(head) && slot !== stale ? new Reader(head, 2).number(4) | 0 : 0;
      this.orders[slot] = head[1] as number;
    }
    this.settled = stale === NO_SLOT || this.finish(stale);
    return this.settled;
  }
}

function isRecord(head: Uint8Array): boolean {
  return head[0] === MAGIC || head[0] === MAGIC_V1;
}

function slotCount(storage: Storage): number {
  return Math.min(SLOTS_MAX, Math.floor((storage.pages - SYSTEM_PAGES) / storage.recordPages));
}

/** Empties every slot before a new data key is used, since records of another key would read as damage. */
export function clearSlots(primitives: Primitives, storage: Storage): boolean {
  const zeros = new Uint8Array(storage.pageBytes);
  const pages = slotCount(storage) * storage.recordPages;
  for (let page = 0; page < pages; page += storage.recordPages) {
    const address = (SYSTEM_PAGES + page) * storage.pageBytes;
    const head = readTwice(primitives, storage, address, 1);
    if (!head || (isRecord(head) && !storage.write(address, zeros))) return false;
  }
  return storage.write(INTENT_PAGE * storage.pageBytes, zeros);
}
