import { randomBytes } from 'node:crypto';
import { radiusLimits } from '../../base/limits/radius.ts';
import type { RadiusPush } from '../../storage/schema/schema.ts';

export const pushModes = ['challenge', 'wait', 'off'] as const satisfies readonly RadiusPush[];

/** Makes a shared secret. An eavesdropper of one packet can guess at it offline (RFC 2865 §8): 192 bits. */
export function makeSecret(): string {
  return randomBytes(radiusLimits.radiusSecretBytes).toString('base64url');
}

/** Returns undefined for a secret that is too short, too long, or has characters that some clients would not accept. */
export function prepareSecret(given: string): string | undefined {
  const { radiusSecretMin: min, radiusSecretMax: max } = radiusLimits;
  return /^[\x21-\x7e]+$/.test(given) && given.length >= min && given.length <= max ? given : undefined;
}
