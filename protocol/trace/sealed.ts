import { Reader } from '../bytes.ts';
import { COMMANDS } from '../commands.ts';
import { FRAME_REQUEST, FRAME_RESPONSE, FRAME_SEALED_REQUEST } from '../frame.ts';
import { decodeFields, type Values } from '../layout.ts';
import type { Primitives } from '../primitives.ts';
import { FOB_ID, Handshake, handshakeContext, OWNER_ID, type Session } from '../session.ts';
import { SESSION_KEYS_MAX } from './limits.ts';
import { messageOf, type TraceMessage } from './messages.ts';

/** Keys that a decoder was given, for sealed frames of tests. */
export interface TraceKeys {
  /** Pairing keys, 32 bytes each. */
  readonly keys: readonly Uint8Array[];
  /** With hashes and AES-CCM, such as `hostPrimitives`. */
  readonly primitives: Primitives;
  readonly showsSecrets: boolean;
}

/** Both directions of a session: what the fob receives, and what the owner receives. */
interface Opened {
  readonly toFob: Session;
  readonly toOwner: Session;
}

/**
 * Opens the sealed frames at one port, with keys that were given. It follows the handshakes in the clear, and knows its
 * key by the proof of the fob.
 */
export class SealedFrames {
  readonly #keys: TraceKeys;
  readonly #serials = new Map<string, Uint8Array>();
  #ownerNonce: Uint8Array | undefined;
  #sessions: Opened[] = [];

  constructor(keys: TraceKeys) {
    this.#keys = keys;
  }

  /** @param payload of a valid clear frame */
  clear(payload: Uint8Array): void {
    const from = new Reader(payload, 2);
    const code = from.number(1);
    if (payload[0] === FRAME_REQUEST && code === COMMANDS.open[0]) {
      const values = decodeFields(COMMANDS.open[3], from);
      this.#ownerNonce = values?.key === 0 ? bytesIn(values, 'nonce') : undefined;
    }
    if (payload[0] !== FRAME_RESPONSE || from.number(1) !== 0) return;
    if (code === COMMANDS.hello[0]) this.#hello(decodeFields(COMMANDS.hello[4], from));
    if (code === COMMANDS.open[0]) this.#open(decodeFields(COMMANDS.open[4], from));
  }

  #hello(values: Values | undefined): void {
    const serial = values && bytesIn(values, 'serial');
    if (serial && this.#serials.size < SESSION_KEYS_MAX) this.#serials.set(serial.join(), serial);
  }

  #open(values: Values | undefined): void {
    const ownerNonce = this.#ownerNonce;
    if (ownerNonce === undefined || values === undefined) return;
    const { primitives, keys } = this.#keys;
    for (const serial of this.#serials.values()) {
      const counter = Number(values.counter);
      const context = handshakeContext(0, serial, ownerNonce, bytesIn(values, 'nonce'), counter);
      for (const key of keys) {
        const handshake = new Handshake(primitives, key, context);
        if (handshake.fobProof.join() !== bytesIn(values, 'proof').join()) continue;
        const opened = { toFob: handshake.session(FOB_ID), toOwner: handshake.session(OWNER_ID) };
        // Frames of the session before may still be under way.
        this.#sessions = [opened, ...this.#sessions.slice(0, 1)];
        return;
      }
    }
  }

  /** Returns the message in a sealed frame; undefined where no key opens it. */
  open(payload: Uint8Array): TraceMessage | undefined {
    const isRequest = payload[0] === FRAME_SEALED_REQUEST;
    for (const { toFob, toOwner } of this.#sessions) {
      const session = isRequest ? toFob : toOwner;
      // A trace shows each send of a record; only a receiver refuses the second.
      session.received = -1;
      const message = session.open(payload);
      if (message) return messageOf(message, !isRequest, this.#keys.showsSecrets);
    }
    return undefined;
  }
}

function bytesIn(values: Values, name: string): Uint8Array {
  const value = values[name];
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}
