import { addressLimits } from '../limits/addresses.ts';
import { processLimits } from '../limits/process.ts';
import { radiusLimits } from '../limits/radius.ts';
import { validationLimits } from '../limits/validation.ts';

/** The valid form of each setting, printed after the origin of a wrong value. */
export const settingTexts = {
  path: { wrong: 'is not a path', next: 'Give the path of a file or folder.' },
  host: {
    wrong: 'is not an address to listen on',
    next: 'Give an IP address of this computer, localhost, 0.0.0.0 or ::.',
  },
  port: { wrong: 'is not a port', next: 'Give a whole number from 0 to 65535; 0 picks a free one.' },
  databaseUrl: {
    wrong: 'is not the address of a PostgreSQL database',
    next: 'Give postgres://USER@HOST/NAME, or leave it out for the file service.db.',
  },
  databasePassword: {
    wrong: 'holds a password, which every program on this computer can read on a command line',
    next: 'Treat the password as exposed and change it. Then give the address in PASSFOB_SERVICE_DATABASE_URL or in the configuration file.',
  },
  trustedProxies: {
    wrong: 'is not a list of proxies',
    next: `Give up to ${processLimits.trustedProxiesMax} IP addresses or ranges such as 10.0.0.0/8; the range of all addresses is refused.`,
  },
  publicUrl: {
    wrong: 'is not the address that people use',
    next: 'Give https://NAME or https://NAME:PORT, without a path; http:// only for this computer itself.',
  },
  publishedHosts: {
    wrong: 'is not a list of hosts that agents and browsers connect to',
    next: `Give up to ${addressLimits.publishedHostsMax} names such as otp.example.org or otp.example.org:8443; the default port is 443.`,
  },
  publishedRanges: {
    wrong: 'is not a list of address ranges',
    next: `Give up to ${addressLimits.publishedRangesMax} IP addresses or ranges such as 192.0.2.0/28; the range of all addresses is refused.`,
  },
  radius: {
    wrong: 'is not a list of addresses to listen on for RADIUS',
    next: `Give on, off, or up to ${radiusLimits.radiusEndpointsMax} addresses such as 192.0.2.1:1812 or [2001:db8::1]:1812.`,
  },
  lockThreshold: {
    wrong: 'is not a number of failures',
    next: `Give a whole number from 0 (never lock) to ${validationLimits.lockThresholdMax}.`,
  },
  lockPeriodSeconds: {
    wrong: 'is not a number of seconds',
    next: `Give a whole number from 1 to ${validationLimits.lockPeriodMaxMs / 1000}.`,
  },
  logLevel: { wrong: 'is not a log level', next: 'Give one of debug, info, warn, error, silent.' },
} as const;
