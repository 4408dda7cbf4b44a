import ipaddr from 'ipaddr.js';
import { radiusLimits } from '../../base/limits/radius.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { unseal } from '../../storage/encryption-at-rest/seal.ts';
import type { RadiusPush } from '../../storage/schema/schema.ts';
import type { KnownApplication } from '../applications/cache.ts';

/** A client as packet processing needs it. */
export interface KnownClient {
  readonly id: string;
  readonly name: string;
  readonly secret: Uint8Array;
  readonly push: RadiusPush;
  /** Undefined if the application is disabled: every log-in is refused. */
  readonly application: KnownApplication | undefined;
}

/** The clients as this node last read them. */
export interface KnownClients {
  /**
   * Returns the client of a source address: of several ranges the narrowest. Its data is at most
   * `radiusLimits.radiusClientsSeenMs` old.
   *
   * @throws an error of the database
   */
  find(address: string): Promise<KnownClient | undefined>;
  /** Call this when an application has changed: the next `find` reads again. */
  forget(): void;
}

interface Range {
  readonly base: ipaddr.IPv4 | ipaddr.IPv6;
  readonly bits: number;
  readonly client: KnownClient;
}

/** Holds shared secrets in memory, as long as the clients exist. */
export function makeKnownClients(db: Db, keys: Keys, clock: () => number): KnownClients {
  let reading: Promise<readonly Range[]> | undefined;
  let untilMs = 0;
  const ranges = () => {
    const nowMs = clock();
    // A clock that went back must not keep a removed client alive.
    if (reading === undefined || nowMs >= untilMs || untilMs - nowMs > radiusLimits.radiusClientsSeenMs) {
      untilMs = nowMs + radiusLimits.radiusClientsSeenMs;
      const current = readRanges(db, keys);
      current.catch(() => {
        if (reading === current) reading = undefined;
      });
      reading = current;
    }
    return reading;
  };
  return {
    async find(address) {
      const found = ipaddr.process(address);
      const all = await ranges();
      return all.find(({ base, bits }) => base.kind() === found.kind() && found.match(base, bits))?.client;
    },
    forget() {
      reading = undefined;
    },
  };
}

/** The narrowest first. */
async function readRanges(db: Db, keys: Keys): Promise<Range[]> {
  const rows = await db
    .selectFrom('radius_clients')
    .innerJoin('applications', 'applications.id', 'radius_clients.application_id')
    .select([
      'radius_clients.id',
      'radius_clients.name',
      'radius_clients.address',
      'radius_clients.sealed_secret',
      'radius_clients.key_id',
      'radius_clients.push',
      'applications.id as application_id',
      'applications.name as application',
      'applications.factors',
      'applications.key_hash',
      'applications.disabled_ms',
    ])
    .execute();
  const ranges = rows.flatMap((row): Range[] => {
    const place = { table: 'radius_clients', id: row.id };
    const secret = unseal(keys, place, { box: row.sealed_secret, keyId: row.key_id });
    // Encrypted under a missing key: packets of this client cannot be verified.
    if (secret === undefined) return [];
    const { factors } = row;
    const application =
      row.disabled_ms === null
        ? {
            id: row.application_id,
            name: row.application,
            factors,
            standing: { keyHash: row.key_hash, factors },
          }
        : undefined;
    const [address = '', prefix] = row.address.split('/');
    const base = ipaddr.parse(address);
    const bits = prefix === undefined ? base.toByteArray().length * 8 : Number(prefix);
    return [{ base, bits, client: { id: row.id, name: row.name, secret, push: row.push, application } }];
  });
  return ranges.sort((one, other) => other.bits - one.bits);
}
