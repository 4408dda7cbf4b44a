import { shellWord } from 'passfob/errors';
import { settings } from '../node/configuration/settings.ts';
import type { Configured } from './configured.ts';

const SAME_SERVICE = [
  'directory',
  'host',
  'port',
  'databaseUrl',
  'tlsCertificate',
  'tlsKey',
  'trustedProxies',
  'publicUrl',
] as const;

/**
 * Returns the options of this command line by which another command finds the same service.
 *
 * @param url of the running service: it has the port that `--port 0` picked
 */
export function sameOptions(
  { configuration, origins }: Pick<Configured, 'configuration' | 'origins'>,
  url: string,
): string[] {
  const values = { ...configuration, port: Number(new URL(url).port) || configuration.port };
  return SAME_SERVICE.flatMap(name => {
    const option = `--${settings[name].flag}`;
    if (origins[name] !== option) return [];
    return [values[name] ?? []].flat().flatMap(value => [option, shellWord(String(value))]);
  });
}
