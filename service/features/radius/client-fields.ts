import { randomBytes } from 'node:crypto';
import { radiusLimits } from '../../base/limits/radius.ts';
import type { RadiusPush } from '../../storage/schema/schema.ts';

export const pushModes = ['challenge', 'wait', 'off'] as const satisfies readonly RadiusPush[];

/**
 * Validates the shared secret of an existing client, or makes one. An eavesdropper of one packet can guess at the
 * secret offline (RFC 2865 §8), so a generated secret has 192 bits.
 *
 * @returns undefined if the given secret is too short, too long, or has characters that some clients would not accept
 */
export function prepareSecret(given: string | undefined): string | undefined {
  if (given === undefined) return randomBytes(radiusLimits.radiusSecretBytes).toString('base64url');
  const { radiusSecretMin: min, radiusSecretMax: max } = radiusLimits;
  return /^[\x21-\x7e]+$/.test(given) && given.length >= min && given.length <= max ? given : undefined;
}
