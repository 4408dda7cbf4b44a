import { isAbsolute, resolve } from 'node:path';
import {
  endpointOf,
  hostWithPort,
  isListenable,
  isLoopback,
  isRange,
  normalRange,
} from '../../base/addresses.ts';
import { addressLimits } from '../../base/limits/addresses.ts';
import { processLimits } from '../../base/limits/process.ts';
import { radiusLimits } from '../../base/limits/radius.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { settingTexts } from '../../base/texts/settings.ts';

/** The fault of a value, and what to do. Never the value itself, which may be a secret in the wrong place. */
export interface Wrong {
  readonly wrong: string;
  readonly next: string;
}

export type ReadValue<T> = { readonly value: T } | Wrong;

/**
 * Reads one value: text from the environment and the command line, JSON from a file.
 *
 * @param folder the folder for relative paths
 */
export type ValueReader<T> = (given: unknown, folder: string) => ReadValue<T>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const readPath: ValueReader<string> = (given, folder) => {
  if (!isText(given) || given.includes('\0')) return settingTexts.path;
  return { value: isAbsolute(given) ? given : resolve(folder, given) };
};

export const readHost: ValueReader<string> = given =>
  isText(given) && isListenable(given) ? { value: given } : settingTexts.host;

export const readPort: ValueReader<number> = given => {
  const value = wholeNumber(given);
  return value !== undefined && value <= processLimits.portMax ? { value } : settingTexts.port;
};

export const readLockThreshold: ValueReader<number> = given => {
  const value = wholeNumber(given);
  return value !== undefined && value <= validationLimits.lockThresholdMax
    ? { value }
    : settingTexts.lockThreshold;
};

export const readLockPeriod: ValueReader<number> = given => {
  const value = wholeNumber(given);
  const fits = value !== undefined && value >= 1 && value * 1000 <= validationLimits.lockPeriodMaxMs;
  return fits ? { value } : settingTexts.lockPeriodSeconds;
};

export const readLogLevel: ValueReader<LogLevel> = given => {
  const value = LOG_LEVELS.find(level => level === given);
  return value === undefined ? settingTexts.logLevel : { value };
};

/** Returns the items of a JSON list, or of a text with commas. */
function listOf(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given.flatMap(part => (isText(part) ? part.split(',') : [part]));
  return isText(given) ? given.split(',') : [given];
}

export const readProxies: ValueReader<readonly string[]> = given => {
  const parts = listOf(given);
  const value = parts.map(part => (isText(part) ? part.trim() : ''));
  const fits = value.length <= processLimits.trustedProxiesMax && value.every(isRange);
  return fits ? { value } : settingTexts.trustedProxies;
};

/** Each host once, in the given order. */
export const readHosts: ValueReader<readonly string[]> = given => {
  const found = listOf(given).map(part => (isText(part) ? hostWithPort(part) : undefined));
  const value = [...new Set(found.flatMap(one => one ?? []))];
  const fits = found.every(one => one !== undefined) && value.length <= addressLimits.publishedHostsMax;
  return fits ? { value } : settingTexts.publishedHosts;
};

export const readRanges: ValueReader<readonly string[]> = given => {
  const found = listOf(given).map(part => (isText(part) ? normalRange(part) : undefined));
  const value = [...new Set(found.flatMap(one => one ?? []))];
  const fits = found.every(one => one !== undefined) && value.length <= addressLimits.publishedRangesMax;
  return fits ? { value } : settingTexts.publishedRanges;
};

/**
 * `on` (or `true` in JSON, or the flag alone) for the default port of this computer; otherwise addresses, as for
 * proxies.
 */
export const readRadius: ValueReader<readonly string[]> = given => {
  if (given === true || given === 'on' || given === '')
    return { value: [`127.0.0.1:${radiusLimits.radiusPort}`] };
  if (given === false || given === 'off') return { value: [] };
  const parts: readonly unknown[] = Array.isArray(given) ? given : isText(given) ? given.split(',') : [given];
  const found = parts.map(part => (isText(part) ? endpointOf(part.trim()) : undefined));
  const value = found.flatMap(one =>
    one === undefined ? [] : [`${one.address.includes(':') ? `[${one.address}]` : one.address}:${one.port}`],
  );
  const fits = value.length === parts.length && value.length <= radiusLimits.radiusEndpointsMax;
  return fits ? { value } : settingTexts.radius;
};

export const readDatabaseUrl: ValueReader<string> = given => {
  const url = isText(given) ? parseUrl(given) : undefined;
  const fits = url !== undefined && /^postgres(?:ql)?:$/.test(url.protocol);
  return fits && isText(given) ? { value: given } : settingTexts.databaseUrl;
};

/** An origin: scheme, name and port, as browsers send it. */
export const readPublicUrl: ValueReader<string> = given => {
  const url = isText(given) ? parseUrl(given) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return settingTexts.publicUrl;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return settingTexts.publicUrl;
  const isPlainHere = url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  return url.protocol === 'https:' || isPlainHere ? { value: url.origin } : settingTexts.publicUrl;
};

/** Whether the address of a database holds a password, in either of the places that drivers read. */
export function holdsPassword(databaseUrl: string): boolean {
  const url = parseUrl(databaseUrl);
  if (url === undefined) return /:[^/@]*@|pass/i.test(databaseUrl);
  return url.password !== '' || [...url.searchParams.keys()].some(name => /pass/i.test(name));
}

/** Returns the address of a database for display: every place for a password is left out or masked. */
export function maskedDatabaseUrl(databaseUrl: string): string {
  const url = parseUrl(databaseUrl);
  if (url === undefined) return '***';
  if (url.password !== '') url.password = '***';
  for (const name of [...url.searchParams.keys()]) if (/pass/i.test(name)) url.searchParams.set(name, '***');
  return url.href;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isText(given: unknown): given is string {
  return typeof given === 'string' && given !== '' && given.length <= processLimits.settingMaxCharacters;
}

/** Accepts a number, or decimal digits, but none of the other forms that `Number` accepts. */
function wholeNumber(given: unknown): number | undefined {
  const value = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
