import ipaddr from 'ipaddr.js';
import { addressesOf, type LookupOptions } from './lookup.ts';
import { SendError } from './notice.ts';

/** An address that was looked up and found fit to connect to. */
export interface VettedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Whether a service may be made to connect to an address by what an operator typed: public unicast addresses only, so
 * neither this computer nor its neighbours, whatever notation the address hides in (RFC 6890; mapped and translated
 * addresses count as what they are).
 */
export function isAllowedAddress(address: string, { loopback }: { readonly loopback: boolean }): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === 'loopback') return loopback;
  // Of IPv6 only 2000::/3 is given out (RFC 4291 §2.4): the rest holds notations of IPv4 addresses, old and new.
  const isGlobal = parsed instanceof ipaddr.IPv4 || (parsed.parts[0] ?? 0) >> 13 === 1;
  return range === 'unicast' && isGlobal;
}

/**
 * Looks a host name up once.
 *
 * @param host as a URL has it: a name, an IPv4 address or a bracketed IPv6 address
 * @throws SendError when it has no address, or any that is not allowed: a name with both is up to something
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
