import {
  type LogLevel,
  type Reader,
  readDatabaseUrl,
  readHost,
  readLockPeriod,
  readLockThreshold,
  readLogLevel,
  readPath,
  readPort,
  readProxies,
  readPublicUrl,
} from './values.ts';

/** How a service is to run. Paths are absolute. */
export interface Configuration {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** A secret where it holds a password; null for the file `service.db`. */
  readonly databaseUrl: string | null;
  readonly tlsCertificate: string | null;
  readonly tlsKey: string | null;
  /** IP addresses and ranges. */
  readonly trustedProxies: readonly string[];
  /** An origin, without a slash at its end. */
  readonly publicUrl: string | null;
  readonly lockThreshold: number;
  readonly lockPeriodSeconds: number;
  readonly logLevel: LogLevel;
}

export type SettingName = keyof Configuration;

/** Where a value can be given, beside its name in the file, and how it is read. */
export interface Setting<T> {
  readonly flag: string;
  readonly variable: string;
  readonly meaning: string;
  readonly read: Reader<T>;
}

/** Every setting. `docs/operations.md` shows this table. */
export const settings: { readonly [Name in SettingName]: Setting<NonNullable<Configuration[Name]>> } = {
  directory: {
    flag: 'dir',
    variable: 'PASSFOB_SERVICE_DIR',
    meaning: 'folder of the database and the key file',
    read: readPath,
  },
  host: {
    flag: 'host',
    variable: 'PASSFOB_SERVICE_HOST',
    meaning: 'address to listen on',
    read: readHost,
  },
  port: {
    flag: 'port',
    variable: 'PASSFOB_SERVICE_PORT',
    meaning: 'TCP port to listen on; 0 picks a free one',
    read: readPort,
  },
  databaseUrl: {
    flag: 'database',
    variable: 'PASSFOB_SERVICE_DATABASE_URL',
    meaning: 'PostgreSQL database (postgres://…) instead of a file; no password on the command line',
    read: readDatabaseUrl,
  },
  tlsCertificate: {
    flag: 'tls-cert',
    variable: 'PASSFOB_SERVICE_TLS_CERT',
    meaning: 'PEM file of the certificate and its chain',
    read: readPath,
  },
  tlsKey: {
    flag: 'tls-key',
    variable: 'PASSFOB_SERVICE_TLS_KEY',
    meaning: 'PEM file of the key of the certificate',
    read: readPath,
  },
  trustedProxies: {
    flag: 'behind-proxy',
    variable: 'PASSFOB_SERVICE_TRUSTED_PROXIES',
    meaning: 'address or range of a proxy whose X-Forwarded headers are believed',
    read: readProxies,
  },
  publicUrl: {
    flag: 'public-url',
    variable: 'PASSFOB_SERVICE_PUBLIC_URL',
    meaning: 'address that people use, such as https://otp.example.org',
    read: readPublicUrl,
  },
  lockThreshold: {
    flag: 'lock-threshold',
    variable: 'PASSFOB_SERVICE_LOCK_THRESHOLD',
    meaning: 'consecutive failures that lock an account; 0 never',
    read: readLockThreshold,
  },
  lockPeriodSeconds: {
    flag: 'lock-period',
    variable: 'PASSFOB_SERVICE_LOCK_PERIOD',
    meaning: 'seconds that a locked account stays locked',
    read: readLockPeriod,
  },
  logLevel: {
    flag: 'log-level',
    variable: 'PASSFOB_SERVICE_LOG_LEVEL',
    meaning: 'what is logged: debug, info, warn, error or silent',
    read: readLogLevel,
  },
};

export const SETTING_NAMES = Object.keys(settings) as SettingName[];

/** The variable that names the configuration file, beside `--config`. */
export const FILE_VARIABLE = 'PASSFOB_SERVICE_CONFIG';
/** The file that is looked for in the service folder. */
export const FILE_NAME = 'passfob-service.json';
/** Variables of this beginning are settings, so that a mistyped one is not passed over. */
export const VARIABLE_PREFIX = 'PASSFOB_SERVICE_';
