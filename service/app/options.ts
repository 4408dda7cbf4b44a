import { accessSync, constants, mkdirSync } from 'node:fs';
import { isLoopback } from '../base/addresses.ts';
import { ServiceError } from '../base/errors.ts';
import { processLimits } from '../base/limits/process.ts';
import { validationLimits } from '../base/limits/validation.ts';
import { defaultLockPolicy, type LockPolicy } from '../base/lock.ts';
import type { Log } from '../base/log.ts';
import { texts } from '../base/texts/texts.ts';
import type { RadiusEndpoint } from '../doors/radius/listener.ts';
import type { CertificateFiles } from '../doors/web/certificate.ts';
import type { ConfiguredAddresses } from '../features/addresses/published.ts';

/** How to run a service. */
export interface ServiceOptions {
  /** Where the database and the key file are, or will be made (mode 0700). */
  readonly directory: string;
  /** `postgres://…` instead of the file `service.db`. A secret where it holds a password. */
  readonly databaseUrl?: string;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** Default 127.0.0.1; any but a loopback address needs `tls` or `trustedProxies`. */
  readonly host?: string;
  /** Without it, plain HTTP is spoken. The files are read again when they change. */
  readonly tls?: CertificateFiles;
  /** Addresses and ranges of proxies: they alone may speak plain HTTP from elsewhere, and say whom they speak for. */
  readonly trustedProxies?: readonly string[];
  /** The origin that people use, where it is not the listener's own. */
  readonly publicUrl?: string;
  /** What is published for networks that let through by list; default the public address alone. */
  readonly addresses?: ConfiguredAddresses;
  /** Where RADIUS is listened for; default nowhere. */
  readonly radius?: readonly RadiusEndpoint[];
  /** Default: nothing is logged. */
  readonly log?: Log;
  /** What `/ready` says of this program. */
  readonly version?: string;
  /** Milliseconds since 1970; default the system's clock. */
  readonly clock?: () => number;
  /** Lets pages of this computer show the service's pages in frames; default no. */
  readonly embeddable?: boolean;
  /** Where the lock policy begins, before an administrator changes it; default 3 failures, 15 minutes. */
  readonly lock?: LockPolicy;
  /**
   * Whether this process does what is done by itself: seals the audit, delivers alerts, works at jobs, watches the clock;
   * default yes.
   */
  readonly background?: boolean;
  /**
   * Whether log-ins are decided in a thread of its own, so that a node uses two processors; default no. Only the built
   * program has the file that the thread runs, and a `clock` cannot be shared with it.
   */
  readonly decisionThread?: boolean;
}

/** Refuses what a service cannot or must not run with. @throws ServiceError `not_loopback`, `bad_options` */
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
 * Makes the service folder where it is missing.
 *
 * @returns whether it was made now
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
