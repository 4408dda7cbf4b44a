import { bytesOf, Reader, Writer } from '@passfob/protocol/bytes';
import { expand, extract, Hmac } from '@passfob/protocol/hmac';
import { AES_KEY_BYTES, CCM_NONCE_BYTES, HASH_BYTES } from '@passfob/protocol/limits';
import { type Primitives, SHA256 } from '@passfob/protocol/primitives';
import { HEADER_BYTES, HEADER_NONCE_END } from '../base/limits.ts';
import type { KeyDerivation } from '../base/ports.ts';

/** The first two bytes of a header of format version 1, which 0.2.0 was the last to read. */
const MAGIC_V1 = 0x56;
const VERSION_1 = 1;
/** Header of version 2: magic, iterations (0 for no PIN), nonce of 5 bytes, wrapped key. */
const MAGIC = 0x57;
const SALT = bytesOf('passfob vault');
const INFO_KEY = bytesOf('key');
const INFO_PIN = bytesOf('pin');
const INFO_LOG = bytesOf('log');

/** The keys derived from one secret, and the data key wrapped under them: a vault header. */
export class Wrap {
  private readonly primitives: Primitives;
  private readonly keyDerivation: KeyDerivation;
  private readonly master: Hmac;

  /** @param secret device secret or recovery key */
  constructor(primitives: Primitives, keyDerivation: KeyDerivation, secret: Uint8Array) {
    this.primitives = primitives;
    this.keyDerivation = keyDerivation;
    this.master = extract(primitives, SALT, secret);
  }

  /** Returns the key of the journals. */
  log(): Hmac {
    return new Hmac(this.primitives, SHA256, expand(this.master, INFO_LOG, HASH_BYTES));
  }

  /** Returns the wrapping key; slow with a PIN. The PIN's key derivation uses the secret as its salt. */
  private key(pin: Uint8Array, iterations: number): Uint8Array {
    if (iterations === 0) return expand(this.master, INFO_KEY, AES_KEY_BYTES);
    const stretched = this.keyDerivation.derive(pin, expand(this.master, INFO_PIN, HASH_BYTES), iterations);
    return expand(new Hmac(this.primitives, SHA256, stretched), INFO_KEY, AES_KEY_BYTES);
  }

  /**
   * Returns the header that wraps a data key.
   * @param pin ASCII digits, empty for none
   */
  header(dataKey: Uint8Array, pin: Uint8Array): Uint8Array {
    const iterations = pin.length > 0 ? this.keyDerivation.iterations() : 0;
    const out = new Writer(HEADER_BYTES).byte(MAGIC).number(iterations, 2);
    const nonce = new Uint8Array(CCM_NONCE_BYTES);
    nonce.set(this.master.mac([dataKey]).subarray(0, HEADER_NONCE_END - out.at), 0);
    return out
      .raw(nonce.subarray(0, HEADER_NONCE_END - out.at))
      .raw(this.primitives.seal(this.key(pin, iterations), nonce, dataKey)).bytes;
  }

  /** Returns the data key, or undefined if the header or the PIN is wrong. */
  open(header: Uint8Array, pin: Uint8Array): Uint8Array | undefined {
    if (header[0] !== MAGIC) return undefined;
    const nonce = new Uint8Array(CCM_NONCE_BYTES);
    nonce.set(header.subarray(3, HEADER_NONCE_END), 0);
    return this.primitives.open(
      this.key(pin, iterationsOf(header)),
      nonce,
      header.subarray(HEADER_NONCE_END, HEADER_BYTES),
    );
  }
}

/** Rounds of key derivation of a header's PIN; 0 without a PIN. */
export function iterationsOf(header: Uint8Array): number {
  return header[0] === MAGIC ? new Reader(header, 1).number(2) : 0;
}

/** Whether a header is one of version 1. Both bytes, so that the rest of an interrupted write is not taken for one. */
export function isVersion1(header: Uint8Array): boolean {
  return header[0] === MAGIC_V1 && header[1] === VERSION_1;
}
