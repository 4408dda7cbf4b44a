import { mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { NAME_CHARS_MAX } from '../../activation/limits.ts';
import { FobError } from '../../errors.ts';
import { FileLocked, whileLocked } from '../../file-lock.ts';
import { isNativeDatabaseMissing, NATIVE_DATABASE_TEXT } from '../../native-database.ts';
import { PrivateFileError, readPrivately, replacePrivately } from '../../private-file.ts';
import { AGENT_SERVICES_MAX, AGENT_SETTINGS_BYTES_MAX } from '../base/limits.ts';
import { filled, settingsTexts } from '../base/texts.ts';
import { endpointOf, isLoopback } from './endpoint.ts';
import { proxyUrl } from './proxy-url.ts';

/** A service that the agent stays connected to. Contains no secret. */
export interface ServiceSettings {
  /** Its origin: `https://tokens.example.org`, or `http://` with a loopback address. */
  readonly url: string;
  /** The name that the service gave itself when it was added. */
  readonly name: string;
  /** The SHA-256 of its identity key: the first 16 bytes, or all 32, in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** PEM file with the only certificate authorities to trust for it. */
  readonly ca?: string | undefined;
  /** `http://HOST:PORT` instead of the environment's proxy, or `none`. */
  readonly proxy?: string | undefined;
  /** File with `user:password` for the proxy. */
  readonly proxyLogin?: string | undefined;
}

export interface AgentSettings {
  readonly services: readonly ServiceSettings[];
}

const FILE = 'agent.json';

/** Returns the path of the settings in the inventory's folder. */
export function settingsPath(directory: string): string {
  return join(directory, FILE);
}

/** @returns no services if there is no file @throws FobError `bad-input` */
export function readSettings(directory: string): AgentSettings {
  const path = settingsPath(directory);
  try {
    const text = readPrivately(path, AGENT_SETTINGS_BYTES_MAX);
    if (text === undefined) return { services: [] };
    const read: unknown = JSON.parse(text);
    const services = typeof read === 'object' && read !== null && 'services' in read ? read.services : [];
    if (!Array.isArray(services) || services.length > AGENT_SERVICES_MAX) throw new SyntaxError();
    return { services: services.map(readService) };
  } catch (cause) {
    if (!(cause instanceof PrivateFileError) && !(cause instanceof SyntaxError)) throw cause;
    const { sentence, next } = settingsTexts.unreadable;
    throw new FobError('bad-input', { sentence: filled(sentence, { path }), next, cause });
  }
}

function readService(value: unknown): ServiceSettings {
  if (typeof value !== 'object' || value === null) throw new SyntaxError();
  const { url, name, fingerprint, ca, proxy, proxyLogin } = value as Readonly<Record<string, unknown>>;
  const isRight =
    typeof url === 'string' &&
    typeof name === 'string' &&
    name.length <= NAME_CHARS_MAX &&
    typeof fingerprint === 'string' &&
    isText(ca) &&
    isText(proxy) &&
    isText(proxyLogin);
  if (!isRight) throw new SyntaxError();
  return checked({ url, name, fingerprint, ca, proxy, proxyLogin });
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** Validates and normalises service settings, which a person may have written. @throws FobError `bad-input` */
function checked(service: ServiceSettings): ServiceSettings {
  checkNetworkSettings(service);
  return {
    ...service,
    url: readServiceOrigin(service.url),
    fingerprint: readFingerprint(service.fingerprint),
  };
}

/** @throws FobError `bad-input` for an invalid proxy or path */
export function checkNetworkSettings({
  proxy,
  ca,
  proxyLogin,
}: Pick<ServiceSettings, 'proxy' | 'ca' | 'proxyLogin'>): void {
  if (proxy !== undefined && proxy !== 'none') {
    const { username, password } = proxyUrl(proxy, 'the settings');
    if (username !== '' || password !== '') throw new FobError('bad-input', settingsTexts.loginInProxy);
  }
  for (const [path, text] of [
    [ca, settingsTexts.badAuthority],
    [proxyLogin, settingsTexts.badLogin],
  ] as const)
    if (path !== undefined && !isAbsolute(path))
      throw new FobError('bad-input', { sentence: filled(text.sentence, { path }), next: text.next });
}

/** Reads the address of a service: https, or http on this computer. @returns its origin @throws FobError `bad-input` */
export function readServiceOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isUsable =
    url !== undefined &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(endpointOf(url.origin).host))) &&
    [url.username, url.password, url.search, url.hash].every(part => part === '') &&
    url.pathname === '/';
  if (!isUsable) throw new FobError('bad-input', settingsTexts.badUrl);
  return url.origin;
}

/**
 * Reads a fingerprint as users copy it: any case, with spaces, colons and dashes; the first half or all of it.
 * @returns lower-case digits only @throws FobError `bad-input`
 */
export function readFingerprint(text: string): string {
  const digits = text.replace(/[\s:\p{Dash}]/gu, '').toLowerCase();
  if (!/^(?:[\da-f]{32}){1,2}$/.test(digits)) throw new FobError('bad-input', settingsTexts.badFingerprint);
  return digits;
}

/** Formats a fingerprint in groups of four digits, as the service shows it. */
export function fingerprintText(digits: string): string {
  return digits.match(/.{4}/g)?.join(' ') ?? '';
}

/**
 * Changes the settings while no other passfob does the same, and writes them atomically, readable only by their owner.
 * @param change returns the same settings if nothing is to be written
 * @throws FobError `bad-input`, `agent` if another passfob still changes them after some seconds; what `change` throws
 */
export function changeSettings(directory: string, change: (settings: AgentSettings) => AgentSettings): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = settingsPath(directory);
  whileLocked(path, lockError, () => {
    const before = readSettings(directory);
    const after = change(before);
    if (after !== before) replacePrivately(path, `${JSON.stringify({ version: 1, ...after }, null, 2)}\n`);
  });
}

function lockError(cause: unknown): Error {
  if (cause instanceof FileLocked) return new FobError('agent', { ...settingsTexts.busy, cause });
  if (isNativeDatabaseMissing(cause)) return new FobError('agent', { ...NATIVE_DATABASE_TEXT, cause });
  return cause instanceof Error ? cause : new Error(String(cause));
}

/**
 * Returns the settings with a service added; it replaces a service at the same address. @throws FobError `bad-input`
 */
export function withService({ services }: AgentSettings, service: ServiceSettings): AgentSettings {
  const made = checked(service);
  const others = services.filter(({ url }) => url !== made.url);
  if (others.length >= AGENT_SERVICES_MAX) throw new FobError('bad-input', settingsTexts.tooMany);
  return { services: [...others, made] };
}

/** @throws FobError `bad-input` if no service has that address */
export function withoutService({ services }: AgentSettings, url: string): AgentSettings {
  const others = services.filter(service => service.url !== url);
  if (others.length === services.length) throw new FobError('bad-input', settingsTexts.unknown);
  return { services: others };
}
