import type { FobSecrets } from 'passfob/owner/pairing';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { type Sealed, type SealLocation, seal, unseal } from '../../storage/encryption-at-rest/seal.ts';

export type { FobSecrets } from 'passfob/owner/pairing';

/** Encrypts the three secrets of a fob as one JSON text, bound to its row in `fobs` or `fob_pairings`. */
export function sealSecrets(keys: Keys, place: SealLocation, secrets: FobSecrets): Sealed {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const plain = Buffer.from(
    JSON.stringify({
      deviceSecret: text(secrets.deviceSecret),
      pairingKey: text(secrets.pairingKey),
      recoveryKey: text(secrets.recoveryKey),
    }),
  );
  try {
    return seal(keys, place, plain);
  } finally {
    plain.fill(0);
  }
}

/** Decrypts them; returns undefined if that fails. The caller clears them after use. */
export function openSecrets(keys: Keys, place: SealLocation, sealed: Sealed): FobSecrets | undefined {
  const plain = unseal(keys, place, sealed);
  if (plain === undefined) return undefined;
  const written = JSON.parse(Buffer.from(plain).toString('utf8')) as Record<keyof FobSecrets, string>;
  plain.fill(0);
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  return {
    deviceSecret: bytes(written.deviceSecret),
    pairingKey: bytes(written.pairingKey),
    recoveryKey: bytes(written.recoveryKey),
  };
}

/** Overwrites secrets that are not needed any more. */
export function clearSecrets(secrets: FobSecrets): void {
  for (const bytes of Object.values(secrets) as Uint8Array[]) bytes.fill(0);
}
