import ipaddr from 'ipaddr.js';
import { FobError } from '../../errors.ts';
import { PrivateFileError, readPrivately } from '../../private-file.ts';
import { PROXY_LOGIN_BYTES_MAX } from '../base/limits.ts';
import { filled, settingsTexts } from '../base/texts.ts';
import { type Endpoint, endpointOf, isLoopback } from './endpoint.ts';
import { proxyUrl } from './proxy-url.ts';
import type { ServiceSettings } from './settings.ts';

/** The proxy of a connection. */
export interface HttpProxy extends Endpoint {
  /** Its source: the settings, or the name of a variable. */
  readonly source: string;
  /**
   * Value of `Proxy-Authorization` (RFC 7617): a secret. A function, so that it cannot be printed or serialised by
   * mistake.
   */
  readonly login: (() => string) | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the proxy for a service: the one in its settings, otherwise `HTTPS_PROXY` unless `NO_PROXY` exempts the
 * host (lower-case names first, as in most programs). This computer itself is never reached through a proxy.
 * @throws FobError `bad-input` for an invalid proxy, or an unusable file with its user name and password
 */
export function proxyFor(service: ServiceSettings, environment: Environment): HttpProxy | undefined {
  const target = endpointOf(service.url);
  if (service.proxy === 'none' || isLoopback(target.host)) return undefined;
  const variable = ['https_proxy', 'HTTPS_PROXY'].find(name => environment[name]);
  const given = service.proxy ?? (variable === undefined ? undefined : environment[variable]);
  if (given === undefined) return undefined;
  const exempt = environment.no_proxy || environment.NO_PROXY || '';
  if (service.proxy === undefined && isExempt(target, exempt)) return undefined;
  return readProxy(
    given,
    service.proxy === undefined ? (variable ?? '') : 'the settings',
    service.proxyLogin,
  );
}

function readProxy(text: string, source: string, loginFile: string | undefined): HttpProxy {
  const url = proxyUrl(text, source);
  const { username, password } = url;
  const fromUrl = username === '' ? undefined : `${decoded(username)}:${decoded(password)}`;
  const credentials = loginFile === undefined ? fromUrl : readLogin(loginFile);
  const header =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
  return { ...endpointOf(url.origin), source, login: header === undefined ? undefined : () => header };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws FobError `bad-input` */
function readLogin(path: string): string {
  try {
    const line = readPrivately(path, PROXY_LOGIN_BYTES_MAX)?.split(/\r?\n/)[0] ?? '';
    if (/^[^:]+:./.test(line)) return line;
  } catch (error) {
    if (!(error instanceof PrivateFileError)) throw error;
  }
  const { sentence, next } = settingsTexts.badLogin;
  throw new FobError('bad-input', { sentence: filled(sentence, { path }), next });
}

/**
 * Whether `NO_PROXY` exempts a host: `*`, a domain with all its subdomains (with or without a leading dot or `*.`),
 * an address, or a range of addresses. All but a range may end in `:PORT`, which limits them to that port.
 */
export function isExempt({ host, port }: Pick<Endpoint, 'host' | 'port'>, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => isNamed(host, port, entry.toLowerCase()));
}

function isNamed(host: string, port: number, entry: string): boolean {
  if (entry === '*') return true;
  const address = ipaddr.isValid(host) ? ipaddr.process(host) : undefined;
  // An IPv6 address without brackets cannot have a port after it.
  const isSame = (text: string) =>
    address !== undefined && ipaddr.process(text).toString() === address.toString();
  if (ipaddr.isValid(entry)) return isSame(entry);
  if (entry.includes('/')) {
    if (address === undefined || !ipaddr.isValidCIDR(entry)) return false;
    const [range, bits] = ipaddr.parseCIDR(entry);
    return range.kind() === address.kind() && address.match(range, bits);
  }
  const [, bracketed, plain, only] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const name = bracketed ?? plain ?? '';
  if (only !== undefined && Number(only) !== port) return false;
  if (ipaddr.isValid(name)) return isSame(name);
  const suffix = name.replace(/^\*?\./, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}
