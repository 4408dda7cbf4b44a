import { Reader, Writer } from '../../../protocol/bytes.ts';
import { equal, Hmac } from '../../../protocol/hmac.ts';
import { CCM_NONCE_BYTES } from '../../../protocol/limits.ts';
import { type Primitives, SHA256 } from '../../../protocol/primitives.ts';
import { RECORD_HEADER_BYTES, RECORD_NONCE_BYTES, RECORD_TAG_BYTES, SYSTEM_PAGES } from '../limits.ts';
import type { Storage } from '../ports.ts';

const MAGIC = 0xa5;
const INTENT_MAGIC = 0x49;
const NO_SLOT = 255;
/** Behind the two vault headers. */
const INTENT_PAGE = 2;

/**
 * Sealed records in slots of equal size. A slot: magic, order, record id, length, synthetic nonce, then AES-CCM
 * of the content. The nonce is an HMAC over order, id and content, checked again when the record is opened, so
 * neither can be exchanged, and the same nonce never serves two contents.
 *
 * Every change writes a free slot and then retires the old one, between two writes of the intent page that names
 * both. Whatever page the power goes in, `recover` finishes the change or undoes it.
 */
export class Records {
  private readonly primitives: Primitives;
  private readonly storage: Storage;
  private readonly key: Uint8Array;
  private readonly nonceKey: Hmac;
  private readonly slotBytes: number;
  /** Record id by slot, 0 = free. */
  readonly ids: Int32Array;
  /** Place in the person's list by slot. */
  readonly orders: Uint8Array;

  constructor(primitives: Primitives, storage: Storage, dataKey: Uint8Array) {
    this.primitives = primitives;
    this.storage = storage;
    this.key = dataKey;
    // The same key under another primitive: HMAC-SHA256 and AES share no structure that this could expose.
    this.nonceKey = new Hmac(primitives, SHA256, dataKey);
    this.slotBytes = storage.recordPages * storage.pageBytes;
    const slots = slotCount(storage);
    this.ids = new Int32Array(slots);
    this.orders = new Uint8Array(slots);
    for (let slot = 0; slot < slots; slot++) {
      const head = storage.read(this.address(slot), 6);
      if (head && head[0] === MAGIC) {
        this.orders[slot] = head[1] as number;
        this.ids[slot] = new Reader(head, 2).number(4) | 0;
      }
    }
    this.recover();
  }

  /** Longest content of a record in bytes. */
  get capacity(): number {
    return this.slotBytes - RECORD_HEADER_BYTES - RECORD_TAG_BYTES;
  }

  private address(slot: number): number {
    return (SYSTEM_PAGES + slot * this.storage.recordPages) * this.storage.pageBytes;
  }

  private nonce(head: Uint8Array, content: Uint8Array): Uint8Array {
    const nonce = new Uint8Array(CCM_NONCE_BYTES);
    nonce.set(this.nonceKey.mac([head, content]).subarray(0, RECORD_NONCE_BYTES), 0);
    return nonce;
  }

  /** Content of a slot, or undefined when it is damaged. */
  read(slot: number): Uint8Array | undefined {
    const bytes = this.storage.read(this.address(slot), this.slotBytes);
    if (!bytes || bytes[0] !== MAGIC) return undefined;
    const end = RECORD_HEADER_BYTES + (bytes[6] as number) + RECORD_TAG_BYTES;
    if (end > this.slotBytes) return undefined;
    const nonce = new Uint8Array(CCM_NONCE_BYTES);
    nonce.set(bytes.subarray(7, RECORD_HEADER_BYTES), 0);
    const content = this.primitives.open(this.key, nonce, bytes.subarray(RECORD_HEADER_BYTES, end));
    if (!content) return undefined;
    return equal(nonce, this.nonce(bytes.subarray(0, 7), content)) ? content : undefined;
  }

  /** Slot of a record, -1 when there is none. */
  find(id: number): number {
    return id ? this.ids.indexOf(id) : -1;
  }

  /** Free slots that an account may take: the last one stays free for changes. */
  get free(): number {
    let free = -1;
    for (let slot = 0; slot < this.ids.length; slot++) if (this.ids[slot] === 0) free++;
    return free;
  }

  /** Writes a record anew or in place of the one with its id. False when storage failed: nothing changed. */
  write(id: number, order: number, content: Uint8Array): boolean {
    const old = this.find(id);
    const slot = this.ids.indexOf(0);
    if (slot < 0) return false;
    const out = new Writer(this.slotBytes)
      .number(MAGIC, 1)
      .number(order, 1)
      .number(id, 4)
      .number(content.length, 1);
    const nonce = this.nonce(out.done(), content);
    out.raw(nonce.subarray(0, RECORD_NONCE_BYTES)).raw(this.primitives.seal(this.key, nonce, content));
    if (!this.intend(slot, old)) return false;
    // The first page, which makes the slot a record, goes last.
    for (let page = Math.ceil(out.at / this.storage.pageBytes) - 1; page >= 0; page--) {
      if (!this.writePage(slot, page, out.bytes)) {
        this.retire(slot);
        this.intend(NO_SLOT, NO_SLOT);
        return false;
      }
    }
    this.ids[slot] = id;
    this.orders[slot] = order;
    if (old >= 0) this.retire(old);
    this.intend(NO_SLOT, NO_SLOT);
    return true;
  }

  private writePage(slot: number, page: number, from: Uint8Array): boolean {
    const at = page * this.storage.pageBytes;
    return this.storage.write(this.address(slot) + at, from.subarray(at, at + this.storage.pageBytes));
  }

  /** Removes a record and overwrites all of it. */
  remove(slot: number): boolean {
    if (!this.intend(NO_SLOT, slot)) return false;
    const gone = this.retire(slot);
    const zeros = new Uint8Array(this.slotBytes);
    for (let page = 1; gone && page < this.storage.recordPages; page++) this.writePage(slot, page, zeros);
    this.intend(NO_SLOT, NO_SLOT);
    return gone;
  }

  private retire(slot: number): boolean {
    if (!this.writePage(slot, 0, new Uint8Array(this.storage.pageBytes))) return false;
    this.ids[slot] = 0;
    return true;
  }

  private intend(slot: number, old: number): boolean {
    const out = new Writer(7)
      .number(INTENT_MAGIC, 1)
      .number(slot, 1)
      .number(old < 0 ? NO_SLOT : old, 1);
    out.number(this.primitives.crc32(out.done()), 4);
    return this.storage.write(INTENT_PAGE * this.storage.pageBytes, out.done());
  }

  /** Finishes or undoes the change that the power interrupted. */
  private recover(): void {
    const bytes = this.storage.read(INTENT_PAGE * this.storage.pageBytes, 7);
    if (!bytes || bytes[0] !== INTENT_MAGIC) return;
    // An intent torn at its start means that nothing was begun, one torn at its end that all was done.
    if (new Reader(bytes, 3).number(4) !== this.primitives.crc32(bytes.subarray(0, 3))) return;
    const slot = bytes[1] as number;
    let old = bytes[2] as number;
    if (slot < this.ids.length && !this.read(slot)) {
      this.retire(slot);
      // Undone: the old record stays.
      old = NO_SLOT;
    }
    if (old < this.ids.length) this.retire(old);
    if (slot !== NO_SLOT || old !== NO_SLOT) this.intend(NO_SLOT, NO_SLOT);
  }
}

export function slotCount(storage: Storage): number {
  return Math.floor((storage.pages - SYSTEM_PAGES) / storage.recordPages);
}

/** Empties every slot: before a new data key is used, since records of another key would only be damage. */
export function clearSlots(storage: Storage): boolean {
  const zeros = new Uint8Array(storage.pageBytes);
  const pages = slotCount(storage) * storage.recordPages;
  for (let page = 0; page < pages; page += storage.recordPages) {
    const address = (SYSTEM_PAGES + page) * storage.pageBytes;
    const head = storage.read(address, 1);
    if (!head || (head[0] === MAGIC && !storage.write(address, zeros))) return false;
  }
  return storage.write(INTENT_PAGE * storage.pageBytes, zeros);
}
