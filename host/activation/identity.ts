import { sha256 } from '@noble/hashes/sha2.js';
import { bytesOf } from '../carrier/fields.ts';
import { type Opened, openingTranscript, type Said } from '../carrier/messages.ts';
import { FobError } from '../errors.ts';
import type { Activation } from './activation-string.ts';
import { FINGERPRINT_BYTES } from './limits.ts';

/**
 * Checks that the peer holds the identity key with the known fingerprint, and signed this opening for this address
 * (RFC 8032). Nothing of value is sent before that.
 * @throws FobError `activation` if the peer is another one, or this browser cannot check it
 */
export async function checkIdentity(
  { service, fingerprint }: Pick<Activation, 'service' | 'fingerprint'>,
  ownNonce: Uint8Array,
  { key, nonce, signature }: Omit<Said<'identity'>, 'name'>,
  opened: Opened = 'carrier',
): Promise<void> {
  const publicKey = bytesOf(key) ?? new Uint8Array(0);
  const found = sha256(publicKey).subarray(0, FINGERPRINT_BYTES);
  const isMeant = found.every((byte, at) => byte === fingerprint[at]);
  const transcript = openingTranscript(ownNonce, bytesOf(nonce) ?? new Uint8Array(0), service, opened);
  const signed = bytesOf(signature) ?? new Uint8Array(0);
  if (!isMeant || !(await isSigned(publicKey, signed, transcript))) {
    throw new FobError('activation', {
      sentence: `The server at ${service} is not the service of this activation.`,
      next: 'Do not continue. Tell your administrator.',
    });
  }
}

async function isSigned(key: Uint8Array, signature: Uint8Array, text: Uint8Array): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  let imported: Awaited<ReturnType<typeof subtle.importKey>>;
  try {
    imported = await subtle.importKey('raw', Uint8Array.from(key), 'Ed25519', false, ['verify']);
  } catch (cause) {
    // Some implementations also refuse a key that is no point of the curve; the two cases look the same here.
    throw new FobError('activation', {
      sentence: 'The key of the service cannot be checked here.',
      next: 'Update the browser (Chromium from 137, Firefox from 129, Safari from 17), or run: passfob activate',
      cause,
    });
  }
  return subtle.verify('Ed25519', imported, Uint8Array.from(signature), Uint8Array.from(text));
}
