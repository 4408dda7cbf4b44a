import { bytesOf, Reader, Writer } from './bytes.ts';
import { expand, extract, Hmac } from './hmac.ts';
import {
  AES_KEY_BYTES,
  CCM_NONCE_BYTES,
  CCM_TAG_BYTES,
  COUNTER_BYTES,
  HASH_BYTES,
  SERIAL_BYTES,
  SESSION_NONCE_BYTES,
  SESSION_RECORDS_MAX,
  SESSION_VERSION,
} from './limits.ts';
import { type Primitives, SHA256 } from './primitives.ts';

/** Sender ids in the sense of RFC 8613 §3.1. */
export const OWNER_ID = 0;
export const FOB_ID = 1;

/**
 * Returns `info` of RFC 8613 §3.2.1, CBOR [id, null, 10, type, L] with 10 = AES-CCM-16-64-128; at most 11 bytes.
 * @param id sender id, or -1 for the empty id from which the Common IV is derived
 */
function info(id: number, type: string, length: number): Uint8Array {
  const out = new Writer(12);
  out.byte(0x85);
  if (id < 0) out.byte(0x40);
  else out.byte(0x41).byte(id);
  out
    .byte(0xf6)
    .byte(10)
    .byte(0x60 + type.length)
    .raw(bytesOf(type));
  // CBOR holds numbers up to 23 in the head itself and larger ones in a byte after 0x18 (RFC 8949 §3).
  if (length > 23) out.byte(0x18);
  return out.byte(length).done();
}

/** Sender key of RFC 8613 §3.2.1. */
export function senderKey(master: Hmac, id: number): Uint8Array {
  return expand(master, info(id, 'Key', AES_KEY_BYTES), AES_KEY_BYTES);
}

/** Common IV of RFC 8613 §3.2.1. */
export function commonIv(master: Hmac): Uint8Array {
  return expand(master, info(-1, 'IV', CCM_NONCE_BYTES), CCM_NONCE_BYTES);
}

/** AEAD nonce of RFC 8613 §5.2 for a one-byte sender id and a counter below 2^32. */
export function recordNonce(iv: Uint8Array, id: number, counter: number): Uint8Array {
  const nonce = new Uint8Array(iv);
  (nonce[0] as number) ^= 1;
  (nonce[7] as number) ^= id;
  for (let i = 0; i < COUNTER_BYTES; i++) {
    const at = CCM_NONCE_BYTES - 1 - i;
    (nonce[at] as number) ^= (counter >>> (8 * i)) & 255;
  }
  return nonce;
}

/** Returns the bytes that both sides hash: every value that is fresh or that a relay could have changed. */
export function handshakeContext(
  keyKind: number,
  serial: Uint8Array,
  ownerNonce: Uint8Array,
  fobNonce: Uint8Array,
  counter: number,
): Uint8Array {
  return new Writer(2 + SERIAL_BYTES + 2 * SESSION_NONCE_BYTES + COUNTER_BYTES)
    .byte(SESSION_VERSION)
    .byte(keyKind)
    .raw(serial)
    .raw(ownerNonce)
    .raw(fobNonce)
    .number(counter, COUNTER_BYTES)
    .done();
}

/** The keys and proofs that derive from a shared key and the context of one handshake. */
export class Handshake {
  private readonly primitives: Primitives;
  private readonly master: Hmac;
  readonly fobProof: Uint8Array;
  readonly ownerProof: Uint8Array;

  constructor(primitives: Primitives, sharedKey: Uint8Array, context: Uint8Array) {
    this.primitives = primitives;
    this.master = extract(primitives, context, sharedKey);
    this.fobProof = this.proof(FOB_ID, [context]);
    this.ownerProof = this.proof(OWNER_ID, [context, this.fobProof]);
  }

  /**
   * Returns the proof of one side, like TLS 1.3's Finished (RFC 8446 §4.4.4): an HMAC over the hash of the
   * transcript, under a key derived for that purpose and that side only.
   */
  private proof(id: number, transcript: Uint8Array[]): Uint8Array {
    const key = expand(this.master, info(id, 'Fin', HASH_BYTES), HASH_BYTES);
    return new Hmac(this.primitives, SHA256, key).mac([this.primitives.hash(SHA256, transcript)]);
  }

  /** @param sender the side that will use the session: `OWNER_ID` or `FOB_ID` */
  session(sender: number): Session {
    const receiver = OWNER_ID + FOB_ID - sender;
    return new Session(
      this.primitives,
      commonIv(this.master),
      sender,
      senderKey(this.master, sender),
      senderKey(this.master, receiver),
    );
  }
}

/**
 * One side of a sealed session. A record is its type, a counter and AES-CCM over the type again and the message. The
 * counter is the nonce (RFC 8613 §5.2) and must grow from record to record, so that replayed, reordered and reflected
 * records are refused. A response carries the counter of its request.
 */
export class Session {
  private readonly primitives: Primitives;
  private readonly iv: Uint8Array;
  private readonly sender: number;
  private readonly sendKey: Uint8Array;
  private readonly receiveKey: Uint8Array;
  /** Counter of the last record received, -1 before the first. */
  received: number;

  constructor(
    primitives: Primitives,
    iv: Uint8Array,
    sender: number,
    sendKey: Uint8Array,
    receiveKey: Uint8Array,
  ) {
    this.primitives = primitives;
    this.iv = iv;
    this.sender = sender;
    this.sendKey = sendKey;
    this.receiveKey = receiveKey;
    this.received = -1;
  }

  /** @param plain the record's type, then the message; the caller never uses a counter twice */
  seal(counter: number, plain: Uint8Array): Uint8Array {
    const sealed = this.primitives.seal(this.sendKey, recordNonce(this.iv, this.sender, counter), plain);
    return new Writer(1 + COUNTER_BYTES + sealed.length)
      .byte(plain[0] as number)
      .number(counter, COUNTER_BYTES)
      .raw(sealed)
      .done();
  }

  /**
   * Returns the message after the type, or undefined unless the payload is the peer's next record of this session.
   */
  open(payload: Uint8Array): Reader | undefined {
    const header = new Reader(payload, 1);
    const counter = header.number(COUNTER_BYTES);
    if (header.bad || counter <= this.received || counter >= SESSION_RECORDS_MAX) return undefined;
    if (payload.length < header.at + 2 + CCM_TAG_BYTES) return undefined;
    const nonce = recordNonce(this.iv, OWNER_ID + FOB_ID - this.sender, counter);
    const plain = this.primitives.open(this.receiveKey, nonce, payload.subarray(header.at, payload.length));
    if (!plain || plain[0] !== payload[0]) return undefined;
    this.received = counter;
    return new Reader(plain, 1);
  }
}
