import { randomBytes } from 'node:crypto';
import { radiusLimits } from '../../base/limits/radius.ts';
import type { RadiusPush } from '../../storage/schema/schema.ts';

export const pushModes = ['challenge', 'wait', 'off'] as const satisfies readonly RadiusPush[];

/**
 * A shared secret that a client has already, or one that is made: everything that is hidden in a packet can be guessed at
 * offline by whoever sees one (RFC 2865 §8), so a made one has 192 bits.
 *
 * @returns undefined where the one given is too short, too long, or has characters that some client would not take
 */
export function prepareSecret(given: string | undefined): string | undefined {
  if (given === undefined) return randomBytes(radiusLimits.radiusSecretBytes).toString('base64url');
  const { radiusSecretMin: min, radiusSecretMax: max } = radiusLimits;
  return /^[\x21-\x7e]+$/.test(given) && given.length >= min && given.length <= max ? given : undefined;
}
