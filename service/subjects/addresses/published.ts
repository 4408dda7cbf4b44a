import { hash } from 'node:crypto';
import { addressLimits } from '../../base/limits/addresses.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { readSettingWithTime, writeSetting } from '../../storage/settings.ts';
import { publicUrlOf } from '../enrolment/public-url.ts';

/** The addresses in the configuration at which the service is reached. */
export interface ConfiguredAddresses {
  /** `name:port`. If empty, the host of the public URL is used. */
  readonly hosts: readonly string[];
  /** IP addresses and ranges (CIDR). */
  readonly ranges: readonly string[];
}

/** All addresses that agents and browsers connect to, for allow lists of networks. */
export interface PublishedAddresses extends ConfiguredAddresses {
  /** Changes whenever the lists change. */
  readonly version: string;
  /** When the lists last changed, in milliseconds since 1970. */
  readonly changedMs: number;
}

const SETTING = 'published_addresses';

/**
 * Returns a function that reads the current lists: those of the configuration, or the host of the public URL where no
 * host is configured.
 */
export function makePublished(
  management: Management,
  configured: ConfiguredAddresses,
): () => Promise<PublishedAddresses> {
  let dated: { readonly version: string; readonly changedMs: number } | undefined;
  return async () => {
    const hosts = configured.hosts.length > 0 ? configured.hosts : await publicHosts(management);
    const { ranges } = configured;
    const version = hash('sha256', JSON.stringify([hosts, ranges])).slice(
      0,
      addressLimits.addressesVersionCharacters,
    );
    if (dated?.version !== version) dated = await dateOf(management, version);
    return { hosts, ranges, ...dated };
  };
}

async function publicHosts(management: Management): Promise<string[]> {
  const origin = await publicUrlOf(management);
  if (origin === undefined) return [];
  const { hostname, port, protocol } = new URL(origin);
  return [`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`];
}

/** Returns the time at which the first node had these lists: the same for all nodes and after restarts. */
async function dateOf({ db, clock }: Pick<Management, 'db' | 'clock'>, version: string) {
  const known = await readVersion(db);
  if (known?.version === version) return known;
  return await writing(db, async transaction => {
    const present = await readVersion(transaction);
    if (present?.version === version) return present;
    const changedMs = clock();
    await writeSetting(transaction, SETTING, version, changedMs);
    return { version, changedMs };
  });
}

async function readVersion(db: Db) {
  const row = await readSettingWithTime<string>(db, SETTING);
  return row && { version: row.value, changedMs: row.changedMs };
}
