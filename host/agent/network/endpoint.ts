/** The target of a TCP connection. */
export interface Endpoint {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** @param origin `https://NAME:PORT` or `http://…` */
export function endpointOf(origin: string): Endpoint {
  const { hostname, port, protocol } = new URL(origin);
  const isTls = protocol === 'https:';
  // RFC 9110 §4.2.1 and §4.2.2
  const standard = isTls ? '443' : '80';
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || standard), isTls };
}

/** Formats `HOST:PORT`, an IPv6 address in brackets. */
export function endpointText({ host, port }: Pick<Endpoint, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
