import { Writer } from '../../../protocol/bytes.ts';
import { expand, extract, type Hmac } from '../../../protocol/hmac.ts';
import {
  AES_KEY_BYTES,
  CCM_NONCE_BYTES,
  CCM_TAG_BYTES,
  DEVICE_SECRET_BYTES,
} from '../../../protocol/limits.ts';
import type { Primitives } from '../../../protocol/primitives.ts';
import { DATA_KEY_BYTES, WRAP_NONCE_BYTES } from '../limits.ts';
import type { Keystore, Storage } from '../ports.ts';
import { clearSlots, Records } from './records.ts';
import { CounterRing } from './ring.ts';

/** As `hello` reports it. */
export const VAULT_BLANK = 0;
export const VAULT_OWNED = 1;
export const VAULT_KEYS_LOST = 2;
export const VAULT_DAMAGED = 3;

const MAGIC = 0x56;
const FORMAT_VERSION = 1;
/** Magic, format version, synthetic nonce, wrapped data key: one page. */
const HEADER_BYTES = 2 + WRAP_NONCE_BYTES + DATA_KEY_BYTES + CCM_TAG_BYTES;
/** Header A is page 0, header B page 1, the records' intent page 2. */
const RING_PAGE = 3;
// "passfob vault"
const WRAP_SALT = new Uint8Array([112, 97, 115, 115, 102, 111, 98, 32, 118, 97, 117, 108, 116]);
const WRAP_INFO = new Uint8Array([107, 101, 121]);

/**
 * Who owns the fob and the key to its records. The secrets are in the microcontroller, the data key wrapped under
 * the device secret is in the storage, in two headers. The order of writes makes every power cut readable:
 *
 * erase: header A, header B, secrets; a header that is empty is left alone.
 * adopt: what erase does, secrets, slots emptied, header A (the commit), header B.
 *
 * Secrets with no header that opens, and at least one header empty, are one of the two interrupted: the fob is
 * blank, and what is left goes with the next adoption, since opening destroys nothing. A header without secrets is
 * a microcontroller that lost its memory. A storage that does not answer says nothing about the owner.
 */
export class Vault {
  private readonly primitives: Primitives;
  private readonly storage: Storage;
  private readonly keystore: Keystore;
  readonly ring: CounterRing;
  state: number;
  /** Undefined unless the state is owned. */
  records: Records | undefined;
  pairingKey: Uint8Array | undefined;
  wentBack: number;

  constructor(primitives: Primitives, storage: Storage, keystore: Keystore) {
    this.primitives = primitives;
    this.storage = storage;
    this.keystore = keystore;
    this.ring = new CounterRing(primitives, storage, RING_PAGE);
    this.state = VAULT_BLANK;
    this.wentBack = 0;
    this.open();
  }

  excuse(): void {
    this.wentBack = 0;
  }

  private open(): void {
    const headers = [this.header(0), this.header(1)];
    const first = headers[0];
    const second = headers[1];
    if (!first || !second) {
      this.state = VAULT_DAMAGED;
      return;
    }
    const secrets = this.keystore.load();
    if (!secrets) {
      this.state = first.length + second.length ? VAULT_KEYS_LOST : VAULT_BLANK;
      return;
    }
    const wrap = this.wrapKey(secrets);
    for (let copy = 0; copy < 2; copy++) {
      const header = headers[copy] as Uint8Array;
      const key = this.unwrap(wrap, header);
      if (key) {
        if (!this.unwrap(wrap, headers[1 - copy] as Uint8Array)) this.writeHeader(1 - copy, header);
        this.own(secrets, key);
        return;
      }
    }
    if (first.length && second.length) this.state = VAULT_DAMAGED;
  }

  private own(secrets: Uint8Array, dataKey: Uint8Array): void {
    const records = new Records(this.primitives, this.storage, dataKey);
    // A slot that was not read might be taken for a free one.
    this.state = records.silent ? VAULT_DAMAGED : VAULT_OWNED;
    if (records.silent) return;
    this.records = records;
    this.pairingKey = new Uint8Array(secrets.subarray(DEVICE_SECRET_BYTES, secrets.length));
  }

  /** A header's bytes, none when it is empty: all zeros or, as made, all ones. Undefined: no answer. */
  private header(copy: number): Uint8Array | undefined {
    const bytes = this.storage.read(copy * this.storage.pageBytes, HEADER_BYTES);
    if (!bytes) return undefined;
    for (let i = 1; i < HEADER_BYTES; i++) if (bytes[i] !== bytes[0]) return bytes;
    return bytes[0] === 0 || bytes[0] === 255 ? new Uint8Array(0) : bytes;
  }

  private writeHeader(copy: number, bytes: Uint8Array): boolean {
    return this.storage.write(copy * this.storage.pageBytes, bytes);
  }

  private wrapKey(secrets: Uint8Array): Hmac {
    return extract(this.primitives, WRAP_SALT, secrets.subarray(0, DEVICE_SECRET_BYTES));
  }

  private unwrap(wrap: Hmac, header: Uint8Array): Uint8Array | undefined {
    if (header[0] !== MAGIC || header[1] !== FORMAT_VERSION) return undefined;
    const nonce = new Uint8Array(CCM_NONCE_BYTES);
    nonce.set(header.subarray(2, 2 + WRAP_NONCE_BYTES), 0);
    return this.primitives.open(
      expand(wrap, WRAP_INFO, AES_KEY_BYTES),
      nonce,
      header.subarray(2 + WRAP_NONCE_BYTES, HEADER_BYTES),
    );
  }

  /**
   * Gives a blank fob its owner.
   * @param secrets device secret and pairing key, 64 bytes
   * @param dataKey 16 random bytes
   * @returns false when storage failed; the fob is then still blank, unless all was written and only that not seen
   */
  adopt(secrets: Uint8Array, dataKey: Uint8Array): boolean {
    const wrap = this.wrapKey(secrets);
    const nonce = new Uint8Array(CCM_NONCE_BYTES);
    nonce.set(wrap.mac([dataKey]).subarray(0, WRAP_NONCE_BYTES), 0);
    const header = new Writer(HEADER_BYTES)
      .number(MAGIC, 1)
      .number(FORMAT_VERSION, 1)
      .raw(nonce.subarray(0, WRAP_NONCE_BYTES))
      .raw(this.primitives.seal(expand(wrap, WRAP_INFO, AES_KEY_BYTES), nonce, dataKey))
      .done();
    // What an interrupted adoption or erasure has left must not be taken for a part of this one.
    if (
      this.erase() &&
      this.keystore.save(secrets) &&
      clearSlots(this.storage) &&
      this.writeHeader(0, header)
    ) {
      // Where this one fails, every boot tries again.
      this.writeHeader(1, header);
      this.own(secrets, dataKey);
      return true;
    }
    this.erase();
    return false;
  }

  /** Destroys the wrapped data key, then forgets the owner. False when a part failed: ask again. */
  erase(): boolean {
    if (!this.destroy(0) || !this.destroy(1) || !this.keystore.clear()) return false;
    this.state = VAULT_BLANK;
    this.records = undefined;
    this.pairingKey = undefined;
    return true;
  }

  /** Never writes an empty header: torn by the power, it would be a second one that does not open. */
  private destroy(copy: number): boolean {
    const header = this.header(copy);
    return (!!header && !header.length) || this.writeHeader(copy, new Uint8Array(HEADER_BYTES));
  }
}
