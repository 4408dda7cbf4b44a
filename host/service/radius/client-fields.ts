import { randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { isRange } from '../configuration/addresses.ts';
import type { RadiusPush } from '../data/schema-radius.ts';
import { limits } from '../limits.ts';

export const pushModes = ['challenge', 'wait', 'off'] as const satisfies readonly RadiusPush[];

/** An address or a range in the one form in which equal ones are equal texts; undefined where it is none. */
export function prepareAddress(given: string): string | undefined {
  const text = given.trim();
  if (!isRange(text)) return undefined;
  const [address = '', prefix] = text.split('/');
  const parsed = ipaddr.process(address);
  const isMapped = parsed.kind() === 'ipv4' && address.includes(':');
  const bits = parsed.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  if (prefix === undefined) return parsed.toString();
  if (isMapped) return undefined;
  const network = bits.networkAddressFromCIDR(`${parsed.toString()}/${prefix}`);
  const isWhole = Number(prefix) === parsed.toByteArray().length * 8;
  return isWhole ? parsed.toString() : `${network.toString()}/${Number(prefix)}`;
}

/**
 * A shared secret that a client has already, or one that is made: everything that is hidden in a packet can be guessed at
 * offline by whoever sees one (RFC 2865 §8), so a made one has 192 bits.
 *
 * @returns undefined where the one given is too short, too long, or has characters that some client would not take
 */
export function prepareSecret(given: string | undefined): string | undefined {
  if (given === undefined) return randomBytes(limits.radiusSecretBytes).toString('base64url');
  const { radiusSecretMin: min, radiusSecretMax: max } = limits;
  return /^[\x21-\x7e]+$/.test(given) && given.length >= min && given.length <= max ? given : undefined;
}
