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
 * adopt: secrets, slots emptied, header A (the commit), header B.
 * erase: header A, header B, secrets.
 *
 * Secrets with no header that opens, and at least one header empty, are one of the two interrupted, and both end
 * as blank. A header without secrets is a microcontroller that lost its memory.
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

  constructor(primitives: Primitives, storage: Storage, keystore: Keystore) {
    this.primitives = primitives;
    this.storage = storage;
    this.keystore = keystore;
    this.ring = new CounterRing(primitives, storage, RING_PAGE);
    this.state = VAULT_BLANK;
    this.open();
  }

  private open(): void {
    if (!this.storage.read(0, 1)) {
      // A loose wire must not look like an empty memory.
      this.state = VAULT_DAMAGED;
      return;
    }
    const secrets = this.keystore.load();
    const headers = [this.header(0), this.header(1)];
    if (!secrets) {
      this.state = headers[0] || headers[1] ? VAULT_KEYS_LOST : VAULT_BLANK;
      return;
    }
    const wrap = this.wrapKey(secrets);
    for (let copy = 0; copy < 2; copy++) {
      const header = headers[copy];
      const key = header && this.unwrap(wrap, header);
      if (header && key) {
        const other = headers[1 - copy];
        if (!other || !this.unwrap(wrap, other)) this.writeHeader(1 - copy, header);
        this.own(secrets, key);
        return;
      }
    }
    if (headers[0] && headers[1]) this.state = VAULT_DAMAGED;
    else if (!this.keystore.clear()) this.state = VAULT_DAMAGED;
  }

  private own(secrets: Uint8Array, dataKey: Uint8Array): void {
    this.pairingKey = new Uint8Array(secrets.subarray(DEVICE_SECRET_BYTES, secrets.length));
    this.records = new Records(this.primitives, this.storage, dataKey);
    this.state = VAULT_OWNED;
  }

  /** A header's bytes, or undefined when it is empty: all zeros or, as made, all ones. */
  private header(copy: number): Uint8Array | undefined {
    const bytes = this.storage.read(copy * this.storage.pageBytes, HEADER_BYTES);
    if (!bytes) return undefined;
    for (let i = 1; i < HEADER_BYTES; i++) if (bytes[i] !== bytes[0]) return bytes;
    return bytes[0] === 0 || bytes[0] === 255 ? undefined : bytes;
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
   * @returns false when storage failed; the fob is then still blank
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
    if (
      this.keystore.save(secrets) &&
      clearSlots(this.storage) &&
      this.writeHeader(0, header) &&
      this.writeHeader(1, header)
    ) {
      this.own(secrets, dataKey);
      return true;
    }
    this.erase();
    return false;
  }

  /** Destroys the wrapped data key, then forgets the owner. False when a part failed: ask again. */
  erase(): boolean {
    const zeros = new Uint8Array(HEADER_BYTES);
    const gone = this.writeHeader(0, zeros) && this.writeHeader(1, zeros);
    if (!gone || !this.keystore.clear()) return false;
    this.state = VAULT_BLANK;
    this.records = undefined;
    this.pairingKey = undefined;
    return true;
  }
}
