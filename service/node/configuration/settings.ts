/** The other places of a setting, besides its name in the configuration file, and its description. */
export interface SettingPlaces {
  readonly flag: string;
  readonly variable: string;
  readonly meaning: string;
}

/** Every setting, without its reader: the command line loads this file for every command. */
export const settings = {
  directory: {
    flag: 'dir',
    variable: 'PASSFOB_SERVICE_DIR',
    meaning: 'folder of the database and the key file',
  },
  host: {
    flag: 'host',
    variable: 'PASSFOB_SERVICE_HOST',
    meaning: 'address to listen on',
  },
  port: {
    flag: 'port',
    variable: 'PASSFOB_SERVICE_PORT',
    meaning: 'TCP port to listen on; 0 picks a free one',
  },
  databaseUrl: {
    flag: 'database',
    variable: 'PASSFOB_SERVICE_DATABASE_URL',
    meaning: 'PostgreSQL database (postgres://…) instead of a file; no password on the command line',
  },
  tlsCertificate: {
    flag: 'tls-cert',
    variable: 'PASSFOB_SERVICE_TLS_CERT',
    meaning: 'PEM file of the certificate and its chain',
  },
  tlsKey: {
    flag: 'tls-key',
    variable: 'PASSFOB_SERVICE_TLS_KEY',
    meaning: 'PEM file of the key of the certificate',
  },
  trustedProxies: {
    flag: 'behind-proxy',
    variable: 'PASSFOB_SERVICE_TRUSTED_PROXIES',
    meaning: 'address or range of a proxy whose X-Forwarded headers are trusted',
  },
  publicUrl: {
    flag: 'public-url',
    variable: 'PASSFOB_SERVICE_PUBLIC_URL',
    meaning: 'address that users open, such as https://otp.example.org',
  },
  publishedHosts: {
    flag: 'published-hosts',
    variable: 'PASSFOB_SERVICE_PUBLISHED_HOSTS',
    meaning:
      'hosts that agents and browsers connect to, such as otp.example.org:443; default: the host of publicUrl',
  },
  publishedRanges: {
    flag: 'published-ranges',
    variable: 'PASSFOB_SERVICE_PUBLISHED_RANGES',
    meaning: 'IP addresses and ranges of these hosts, for firewalls that allow connections by address',
  },
  radius: {
    flag: 'radius',
    variable: 'PASSFOB_SERVICE_RADIUS',
    meaning: 'addresses to listen on for RADIUS, such as 192.0.2.1:1812; on is 127.0.0.1:1812',
  },
  lockThreshold: {
    flag: 'lock-threshold',
    variable: 'PASSFOB_SERVICE_LOCK_THRESHOLD',
    meaning: 'consecutive failures that lock an account; 0 never',
  },
  lockPeriodSeconds: {
    flag: 'lock-period',
    variable: 'PASSFOB_SERVICE_LOCK_PERIOD',
    meaning: 'seconds that a locked account stays locked',
  },
  logLevel: {
    flag: 'log-level',
    variable: 'PASSFOB_SERVICE_LOG_LEVEL',
    meaning: 'what is logged: debug, info, warn, error or silent',
  },
} as const satisfies Readonly<Record<string, SettingPlaces>>;

export type SettingName = keyof typeof settings;

export const SETTING_NAMES = Object.keys(settings) as SettingName[];

/** The variable that names the configuration file, like `--config`. */
export const FILE_VARIABLE = 'PASSFOB_SERVICE_CONFIG';
/** The configuration file in the service folder. */
export const FILE_NAME = 'passfob-service.json';
/** Every variable with this prefix must be a setting, so that a mistyped one is reported. */
export const VARIABLE_PREFIX = 'PASSFOB_SERVICE_';
