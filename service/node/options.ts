import { accessSync, constants, mkdirSync } from 'node:fs';
import { isLoopback } from '../base/addresses.ts';
import { ServiceError } from '../base/errors.ts';
import { processLimits } from '../base/limits/process.ts';
import { validationLimits } from '../base/limits/validation.ts';
import { defaultLockPolicy, type LockPolicy } from '../base/lock.ts';
import type { Log } from '../base/log.ts';
import { texts } from '../base/texts/texts.ts';
import type { CertificateFiles } from '../http/web/certificate.ts';
import type { RadiusEndpoint } from '../radius/listener.ts';
import type { ConfiguredAddresses } from '../subjects/addresses/published.ts';

/** Options of a service. */
export interface ServiceOptions {
  /** The folder of the database and the key file; created if it is missing (mode 0700). */
  readonly directory: string;
  /** `postgres://…` instead of the file `service.db`. A secret if it holds a password. */
  readonly databaseUrl?: string;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** Default 127.0.0.1; any other than a loopback address needs `tls` or `trustedProxies`. */
  readonly host?: string;
  /** Without it the service speaks plain HTTP. The files are read again when they change. */
  readonly tls?: CertificateFiles;
  /**
   * Addresses and ranges of proxies. Only they may use plain HTTP from other computers and state the client's
   * address.
   */
  readonly trustedProxies?: readonly string[];
  /** The public URL, if it is not the listener's own origin. */
  readonly publicUrl?: string;
  /** Addresses published for networks with allow lists; default the public URL alone. */
  readonly addresses?: ConfiguredAddresses;
  /** The endpoints on which RADIUS listens; default none. */
  readonly radius?: readonly RadiusEndpoint[];
  /** Default: no log. */
  readonly log?: Log;
  /** The version of this program that `/ready` reports. */
  readonly version?: string;
  /** Milliseconds since 1970; default the system's clock. */
  readonly clock?: () => number;
  /** Allows pages of this computer to show the service's pages in frames; default false. */
  readonly embeddable?: boolean;
  /** The initial lock policy, which an administrator can change; default 3 failures, 15 minutes. */
  readonly lock?: LockPolicy;
  /**
   * Whether this process runs the background work: writes audit checkpoints, delivers alerts, runs jobs, watches the
   * clock; default true.
   */
  readonly background?: boolean;
  /**
   * Whether log-ins are decided in their own thread, so that a node uses two processors; default false. Only the
   * built program has the file of that thread, and a `clock` cannot be shared with it.
   */
  readonly decisionThread?: boolean;
}

/** Refuses options with which a service cannot or must not run. @throws ServiceError `not_loopback`, `bad_options` */
export function checkOptions(options: ServiceOptions, host: string): void {
  const { port, lock = defaultLockPolicy, tls, trustedProxies = [] } = options;
  if (!isLoopback(host) && tls === undefined && trustedProxies.length === 0)
    throw new ServiceError('not_loopback', texts.startup.notLoopback);
  if (!Number.isInteger(port) || port < 0 || port > processLimits.portMax)
    throw new ServiceError('bad_options', texts.startup.badPort);
  const thresholdFits =
    Number.isInteger(lock.threshold) &&
    lock.threshold >= 0 &&
    lock.threshold <= validationLimits.lockThresholdMax;
  const periodFits = lock.periodMs >= 1000 && lock.periodMs <= validationLimits.lockPeriodMaxMs;
  if (!thresholdFits || !periodFits) throw new ServiceError('bad_options', texts.startup.badLockPolicy);
}

/**
 * Creates the service folder if it is missing.
 *
 * @returns whether it was created now
 * @throws ServiceError `directory_unusable`
 */
export function openDirectory(directory: string): boolean {
  try {
    const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return made !== undefined;
  } catch (error) {
    throw new ServiceError('directory_unusable', texts.startup.directoryUnusable, error);
  }
}
