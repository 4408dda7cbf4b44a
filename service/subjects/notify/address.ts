import ipaddr from 'ipaddr.js';
import { addressesOf, type LookupOptions } from './lookup.ts';
import { SendError } from './notice.ts';

/** An address that was looked up and may be connected to. */
export interface VettedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Whether the service may connect to an address that an operator typed: only public unicast addresses, so neither
 * this computer nor its neighbours, in any notation (RFC 6890; mapped and translated addresses count as the addresses
 * they contain).
 */
export function isAllowedAddress(address: string, { loopback }: { readonly loopback: boolean }): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === 'loopback') return loopback;
  // Of IPv6 only 2000::/3 is assigned (RFC 4291 §2.4): the rest contains notations of IPv4 addresses, old and new.
  const isGlobal = parsed instanceof ipaddr.IPv4 || (parsed.parts[0] ?? 0) >> 13 === 1;
  return range === 'unicast' && isGlobal;
}

/**
 * Looks a host name up once.
 *
 * @param host as in a URL: a name, an IPv4 address or a bracketed IPv6 address
 * @throws SendError if it has no address, or any that is not allowed: a name with both kinds is suspicious
 */
export async function vetHost(
  host: string,
  { loopback, ...options }: LookupOptions & { readonly loopback: boolean },
): Promise<VettedAddress> {
  const name = host.replace(/^\[|\]$/g, '');
  const found = await addressesOf(name, options);
  const [first] = found;
  if (first === undefined) throw new SendError('DNS no address');
  if (!found.every(({ address }) => isAllowedAddress(address, { loopback })))
    throw new SendError('address not allowed');
  return { address: first.address, family: first.family === 6 ? 6 : 4 };
}
