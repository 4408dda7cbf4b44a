import { isLoopback } from '../../base/addresses.ts';
import { fitTexts } from '../../base/texts/serve.ts';
import type { Configuration } from './configuration.ts';
import type { SettingName } from './settings.ts';
import type { Wrong } from './values.ts';

function publicHost(publicUrl: string): string {
  const { hostname, port, protocol } = new URL(publicUrl);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** What of a configuration does not fit together, each by the setting to change. */
export function misfits(configuration: Configuration): (readonly [SettingName, Wrong])[] {
  const { host, tlsCertificate, tlsKey, trustedProxies, publicUrl } = configuration;
  const found: (readonly [SettingName, Wrong])[] = [];
  const hasTls = tlsCertificate !== null && tlsKey !== null;
  const hasProxy = trustedProxies.length > 0;
  if (!hasTls && tlsCertificate !== null) found.push(['tlsCertificate', fitTexts.tlsPair]);
  if (!hasTls && tlsKey !== null) found.push(['tlsKey', fitTexts.tlsPair]);
  if (!hasTls && !hasProxy && !isLoopback(host)) found.push(['host', fitTexts.plainAbroad]);
  if (!hasTls && hasProxy && publicUrl === null) found.push(['trustedProxies', fitTexts.proxyWithoutUrl]);
  const isHttps = publicUrl?.startsWith('https:') ?? false;
  if (isHttps && !hasTls && !hasProxy) found.push(['publicUrl', fitTexts.httpsWithoutTls]);
  if (publicUrl !== null && !isHttps && hasTls) found.push(['publicUrl', fitTexts.httpWithTls]);
  const { publishedHosts: hosts } = configuration;
  // The list is what networks let through: without it nobody would get there.
  const isMissing = publicUrl !== null && hosts.length > 0 && !hosts.includes(publicHost(publicUrl));
  if (isMissing) found.push(['publishedHosts', fitTexts.publishedWithoutPublic]);
  return found;
}
