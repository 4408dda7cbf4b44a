import { SETTING_NAMES, type SettingName } from './settings.ts';
import {
  type LogLevel,
  maskedDatabaseUrl,
  readDatabaseUrl,
  readHost,
  readHosts,
  readLockPeriod,
  readLockThreshold,
  readLogLevel,
  readPath,
  readPort,
  readProxies,
  readPublicUrl,
  readRadius,
  readRanges,
  type ValueReader,
} from './values.ts';

/** The configuration of a service. Paths are absolute. */
export interface Configuration {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** A secret if it holds a password; null for the file `service.db`. */
  readonly databaseUrl: string | null;
  readonly tlsCertificate: string | null;
  readonly tlsKey: string | null;
  /** IP addresses and ranges. */
  readonly trustedProxies: readonly string[];
  /** An origin, without a slash at its end. */
  readonly publicUrl: string | null;
  /** `name:port` that agents and browsers connect to; if empty, that of the public URL. */
  readonly publishedHosts: readonly string[];
  /** IP addresses and ranges of these hosts. */
  readonly publishedRanges: readonly string[];
  /** UDP: `address:port` or `[address]:port`; empty if RADIUS is off. */
  readonly radius: readonly string[];
  readonly lockThreshold: number;
  readonly lockPeriodSeconds: number;
  readonly logLevel: LogLevel;
}

/** The reader of each setting. */
export const readers: { readonly [Name in SettingName]: ValueReader<NonNullable<Configuration[Name]>> } = {
  directory: readPath,
  host: readHost,
  port: readPort,
  databaseUrl: readDatabaseUrl,
  tlsCertificate: readPath,
  tlsKey: readPath,
  trustedProxies: readProxies,
  publicUrl: readPublicUrl,
  publishedHosts: readHosts,
  publishedRanges: readRanges,
  radius: readRadius,
  lockThreshold: readLockThreshold,
  lockPeriodSeconds: readLockPeriod,
  logLevel: readLogLevel,
};

/** One setting for display: its value, without secrets, and the origin of the value. */
export interface ShownSetting {
  readonly setting: SettingName;
  readonly value: string | number | readonly string[] | null;
  readonly origin: string;
}

/** Returns the configuration without secrets. */
export function shownConfiguration(
  configuration: Configuration,
  origins: Readonly<Record<SettingName, string>>,
): ShownSetting[] {
  return SETTING_NAMES.map(setting => {
    const value = configuration[setting];
    const isSecret = setting === 'databaseUrl' && typeof value === 'string';
    return { setting, value: isSecret ? maskedDatabaseUrl(value) : value, origin: origins[setting] };
  });
}
