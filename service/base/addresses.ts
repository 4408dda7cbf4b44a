import ipaddr from 'ipaddr.js';
import { processLimits } from './limits/process.ts';
import { radiusLimits } from './limits/radius.ts';

/** Whether a host is a loopback address: 127.0.0.0/8, ::1 or `localhost` (RFC 6761 §6.3). */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether a host is an IP address or `localhost`: a host to listen on without a name lookup. */
export function isListenable(host: string): boolean {
  return host === 'localhost' || isAddress(host);
}

/** Four decimal parts, or IPv6. Short and octal forms are refused, because programs read them differently. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
}

/**
 * Parses an address of this computer with a UDP port. The default port is RADIUS' own (RFC 2865 §3). Undefined if the
 * text is invalid.
 */
export function endpointOf(text: string): { readonly address: string; readonly port: number } | undefined {
  const found = /^(?:\[([^\]]+)\]|([^:]+)|([^[\]]*:[^[\]]*:[^[\]]*))(?::(\d{1,5}))?$/.exec(text);
  if (found === null) return undefined;
  const [, bracketed, plain, bare, digits] = found;
  const address = bracketed ?? plain ?? bare ?? '';
  const port = digits === undefined ? radiusLimits.radiusPort : Number(digits);
  return isAddress(address) && port <= processLimits.portMax ? { address, port } : undefined;
}

/** Whether a text is an address or a range (CIDR) of addresses. The range of all addresses is refused. */
export function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || !isAddress(address)) return false;
  if (prefix === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(prefix) && ipaddr.isValidCIDR(text);
}

/**
 * Returns the canonical text of an address or a range, so that equal ones are equal texts. Undefined if the text is
 * invalid.
 */
export function normalRange(given: string): string | undefined {
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
 * Returns a host as `name:port`, as browsers write names. The default port is that of https. Undefined if the text is
 * invalid.
 */
export function hostWithPort(given: string): string | undefined {
  const text = given.trim();
  const isPlain = /^(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(text);
  if (!isPlain || !URL.canParse(`https://${text}`)) return undefined;
  const { hostname, port } = new URL(`https://${text}`);
  return `${hostname}:${port || '443'}`;
}

/**
 * Returns a test whether an address is in some ranges. An IPv4 address mapped into IPv6 (RFC 4291 §2.5.5.2) counts as
 * IPv4.
 *
 * @param ranges each accepted by `isRange`
 */
export function addressMatcher(ranges: readonly string[]): (address: string | undefined) => boolean {
  const parsed = ranges.map(range => {
    const [address = '', prefix] = range.split('/');
    const base = ipaddr.parse(address);
    return [base, prefix === undefined ? base.toByteArray().length * 8 : Number(prefix)] as const;
  });
  return address => {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const found = ipaddr.process(address);
    return parsed.some(([base, bits]) => base.kind() === found.kind() && found.match(base, bits));
  };
}
