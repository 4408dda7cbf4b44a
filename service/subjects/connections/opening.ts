import { randomBytes, sign } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { OPENING_NONCE_BYTES } from 'passfob/activation/limits';
import { bytesOf, fieldOf } from 'passfob/carrier/fields';
import { type Opened, openingTranscript, type Said } from 'passfob/carrier/messages';
import { ensureIdentity, type Identity } from '../../storage/encryption-at-rest/identity.ts';
import type { Management } from '../../storage/management.ts';

/** Returns a reader of the service's identity, which reads it on first use, and again after an error. */
export function identityReader({ db, keys, clock }: Management): () => Promise<Identity> {
  let reading: Promise<Identity> | undefined;
  return () => {
    reading ??= ensureIdentity(db, keys, clock());
    reading.catch(() => {
      reading = undefined;
    });
    return reading;
  };
}

/**
 * Returns the service's response to `open`: its public key, and the proof that it holds the private key (RFC 8032).
 * @param nonce from the message
 * @param origin at which the service was reached
 */
export function proofOfIdentity(
  { publicKey, privateKey }: Identity,
  nonce: string,
  origin: string,
  opened: Opened,
): Omit<Said<'identity'>, 'name'> {
  const own = new Uint8Array(randomBytes(OPENING_NONCE_BYTES));
  const transcript = openingTranscript(bytesOf(nonce) ?? own, own, origin, opened);
  const signature = fieldOf(new Uint8Array(sign(null, transcript, privateKey)));
  return { key: publicKey, nonce: fieldOf(own), signature };
}

/** Returns the service's own origin that this request used; `guard` has verified it. */
export function originOf({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  return new URL(`${protocol}://${host}`).origin;
}
