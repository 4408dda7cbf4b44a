import { equal, extract } from '@passfob/protocol/hmac';
import { SESSION_NONCE_BYTES } from '@passfob/protocol/limits';
import { pairingCodeKey } from '@passfob/protocol/pairing';
import { Handshake, handshakeContext, OWNER_ID, type Session } from '@passfob/protocol/session';
import { FobError, isRefusal } from '../errors.ts';
import { askClear, type Sequence } from './clear.ts';
import type { Hello } from './hello.ts';
import type { Link, RetryPolicy } from './link.ts';

/** The key that authenticates a session. */
export interface SessionKey {
  /** 0 pairing key, 1 pairing code. */
  readonly kind: 0 | 1;
  readonly bytes: Uint8Array;
}

/** @param key 32 bytes */
export function pairingKey(key: Uint8Array): SessionKey {
  return { kind: 0, bytes: key };
}

/** @param code as `readPairingCode` returns it */
export function pairingCode(code: string): SessionKey {
  return { kind: 1, bytes: pairingCodeKey(code) };
}

/** Everything a handshake needs besides the key. */
export interface HandshakeTools {
  readonly link: Link;
  readonly sequence: Sequence;
  readonly hello: Hello;
  readonly patience: RetryPolicy;
  readonly random: (length: number) => Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface OpenedSession {
  readonly session: Session;
  /**
   * 32 bytes derived from the fresh randomness of both sides, including the fob's 16 bytes. Only a holder of the key
   * can compute them, although the nonces cross the wire in the clear.
   */
  readonly chance: Uint8Array;
}

const RANDOMNESS_SALT = new TextEncoder().encode('passfob chance');

/**
 * Opens a session: both sides prove the key over fresh nonces and the fob's serial. The owner sends its proof only
 * after the fob's: an impostor fob learns nothing that depends on the key.
 *
 * If a fob proves that it holds the pairing key and still refuses the owner's proof, it has received another `open`
 * since, duplicated by the line or sent by a relay: the handshake is tried once more. A pairing code allows only one
 * proof.
 * @throws FobError `not-authentic`, `wrong-code`, `refused` (wrong-proof, no-code-shown, busy …), `not-paired`,
 *   `already-owned` and the kinds of `Link.exchange`
 */
export async function openSession(tools: HandshakeTools, key: SessionKey): Promise<OpenedSession> {
  try {
    return await shakeHands(tools, key);
  } catch (error) {
    if (key.kind !== 0 || !isRefusal(error, 'wrong-proof')) throw error;
    return await shakeHands(tools, key);
  }
}

async function shakeHands(tools: HandshakeTools, key: SessionKey): Promise<OpenedSession> {
  const { link, sequence, hello, patience, signal } = tools;
  let nonce = new Uint8Array(0);
  const challenge = () => {
    nonce = new Uint8Array(tools.random(SESSION_NONCE_BYTES));
    return { key: key.kind, nonce };
  };
  const opened = await askClear(link, sequence, 'open', challenge, patience, signal);
  const context = handshakeContext(key.kind, hello.serialBytes, nonce, opened.nonce, opened.counter);
  const handshake = new Handshake(link.primitives, key.bytes, context);
  if (!equal(handshake.fobProof, opened.proof)) {
    throw new FobError(key.kind === 0 ? 'not-authentic' : 'wrong-code', { subject: hello.serial });
  }
  const proof = () => ({ proof: handshake.ownerProof });
  await askClear(link, sequence, 'finish', proof, patience, signal);
  const randomness = extract(link.primitives, RANDOMNESS_SALT, key.bytes).mac([context, opened.proof]);
  return { session: handshake.session(OWNER_ID), chance: randomness };
}
