import { dirname, join, resolve } from 'node:path';
import { isLoopback } from '../../base/addresses.ts';
import { processLimits } from '../../base/limits/process.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { fitTexts, sourceTexts } from '../../base/texts/serve.ts';
import { settingTexts } from '../../base/texts/settings.ts';
import { type Configuration, readers } from './configuration.ts';
import { type FileValues, readFileValues } from './file.ts';
import {
  FILE_NAME,
  FILE_VARIABLE,
  SETTING_NAMES,
  type SettingName,
  settings,
  VARIABLE_PREFIX,
} from './settings.ts';
import { holdsPassword, type Wrong } from './values.ts';

/** The sources of values. The command line takes precedence over the environment, the environment over the file. */
export interface Sources {
  readonly flags: Readonly<Partial<Record<SettingName, string | readonly string[] | undefined>>>;
  /** The file named on the command line. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder for relative paths of the command line and the environment. */
  readonly workingDirectory: string;
  readonly defaultDirectory: string;
}

/** One mistake: the origin of the value, the fault and what to do. It never quotes a value. */
export interface Mistake {
  readonly setting: string;
  readonly origin: string;
  readonly sentence: string;
  readonly next: string;
}

/** The configuration and the origin of each value, or all mistakes. */
export type ConfigurationResult =
  | {
      readonly configuration: Configuration;
      readonly origins: Readonly<Record<SettingName, string>>;
      readonly mistakes?: undefined;
    }
  | { readonly mistakes: readonly Mistake[] };

const DEFAULT = 'default';

/** A value as given. */
interface SourcedValue {
  readonly value: unknown;
  readonly origin: string;
  readonly folder: string;
}

/** Reads the configuration; reports all mistakes at once. */
export function readConfiguration(sources: Sources): ConfigurationResult {
  const mistakes: Mistake[] = [...unknownVariables(sources.environment)];
  const file = readFile(sources, mistakes);
  const values: Record<string, unknown> = { ...defaults(sources) };
  const origins: Record<string, string> = {};
  for (const name of SETTING_NAMES) {
    const given = givenBy(name, sources, file);
    origins[name] = given?.origin ?? DEFAULT;
    if (given === undefined) continue;
    const read = readers[name](given.value, given.folder);
    if ('value' in read) values[name] = read.value;
    else mistakes.push(mistake(name, given.origin, read));
  }
  mistakes.push(...passwordsOnCommandLine(sources));
  const configuration = values as unknown as Configuration;
  // Unreadable values would cause misleading mistakes of the cross-field checks, too.
  if (mistakes.length === 0)
    for (const [name, wrong] of crossFieldChecks(configuration))
      mistakes.push(mistake(name, origins[name] ?? DEFAULT, wrong));
  if (mistakes.length > 0) return { mistakes };
  return { configuration, origins: origins as Record<SettingName, string> };
}

function defaults(sources: Sources): Configuration {
  return {
    directory: sources.defaultDirectory,
    host: '127.0.0.1',
    port: processLimits.servicePort,
    databaseUrl: null,
    tlsCertificate: null,
    tlsKey: null,
    trustedProxies: [],
    publicUrl: null,
    publishedHosts: [],
    publishedRanges: [],
    radius: [],
    lockThreshold: validationLimits.lockThreshold,
    lockPeriodSeconds: validationLimits.lockPeriodMs / 1000,
    logLevel: 'info',
  };
}

interface ConfigurationFile {
  readonly path: string;
  readonly values: FileValues;
}

/** Reads the named file, or the one in the service folder if it exists. */
function readFile(sources: Sources, mistakes: Mistake[]): ConfigurationFile {
  const named = sources.file ?? (sources.environment[FILE_VARIABLE] || undefined);
  const beforeFile = givenBy('directory', sources, undefined)?.value;
  const folder = typeof beforeFile === 'string' ? beforeFile : sources.defaultDirectory;
  const path = resolve(sources.workingDirectory, named ?? join(folder, FILE_NAME));
  const read = readFileValues(path, named === undefined);
  if (!('value' in read)) {
    mistakes.push(mistake('file', path, read));
    return { path, values: {} };
  }
  for (const key of Object.keys(read.value))
    if (!Object.hasOwn(settings, key)) mistakes.push(mistake(shown(key), path, sourceTexts.unknown));
  if (named === undefined && Object.hasOwn(read.value, 'directory'))
    mistakes.push(mistake('directory', path, sourceTexts.movesItself));
  return { path, values: read.value };
}

/** Returns the value of a setting from the first source that has one. An empty variable counts as absent. */
function givenBy(
  name: SettingName,
  sources: Sources,
  file: ConfigurationFile | undefined,
): SourcedValue | undefined {
  const { flag, variable } = settings[name];
  const typed = sources.flags[name];
  if (typed !== undefined) return { value: typed, origin: `--${flag}`, folder: sources.workingDirectory };
  const exported = sources.environment[variable];
  if (exported) return { value: exported, origin: variable, folder: sources.workingDirectory };
  if (file === undefined || !Object.hasOwn(file.values, name)) return undefined;
  return { value: file.values[name], origin: file.path, folder: dirname(file.path) };
}

function unknownVariables(environment: Sources['environment']): Mistake[] {
  const known = new Set([FILE_VARIABLE, ...SETTING_NAMES.map(name => settings[name].variable)]);
  return Object.keys(environment)
    .filter(name => name.startsWith(VARIABLE_PREFIX) && environment[name] && !known.has(name))
    .map(name => mistake(shown(name), 'environment', sourceTexts.unknown));
}

function passwordsOnCommandLine({ flags }: Sources): Mistake[] {
  const typed = flags.databaseUrl;
  if (typeof typed !== 'string' || !holdsPassword(typed)) return [];
  return [mistake('databaseUrl', `--${settings.databaseUrl.flag}`, settingTexts.databasePassword)];
}

/** Shortens a name of unknown origin and removes characters that a terminal obeys. */
function shown(name: string): string {
  return /^\w{1,64}$/.test(name) ? name : '?';
}

function mistake(setting: string, origin: string, { wrong, next }: Wrong): Mistake {
  const subject = setting === 'file' ? origin : `${setting} (${origin})`;
  return { setting, origin, sentence: `${subject} ${wrong}.`, next };
}

function publicHost(publicUrl: string): string {
  const { hostname, port, protocol } = new URL(publicUrl);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** Cross-field checks: returns each contradiction, with the setting to change. */
function crossFieldChecks(configuration: Configuration): (readonly [SettingName, Wrong])[] {
  const { host, tlsCertificate, tlsKey, trustedProxies, publicUrl } = configuration;
  const found: (readonly [SettingName, Wrong])[] = [];
  const hasTls = tlsCertificate !== null && tlsKey !== null;
  const hasProxy = trustedProxies.length > 0;
  if (!hasTls && tlsCertificate !== null) found.push(['tlsCertificate', fitTexts.tlsPair]);
  if (!hasTls && tlsKey !== null) found.push(['tlsKey', fitTexts.tlsPair]);
  if (!hasTls && !hasProxy && !isLoopback(host)) found.push(['host', fitTexts.plainAbroad]);
  if (!hasTls && hasProxy && publicUrl === null) found.push(['trustedProxies', fitTexts.proxyWithoutUrl]);
  const isHttps = publicUrl?.startsWith('https:') ?? false;
  if (isHttps && !hasTls && !hasProxy) found.push(['publicUrl', fitTexts.httpsWithoutTls]);
  if (publicUrl !== null && !isHttps && hasTls) found.push(['publicUrl', fitTexts.httpWithTls]);
  const { publishedHosts: hosts } = configuration;
  // Networks allow only the listed hosts: without the public host nobody behind them could reach the service.
  const isMissing = publicUrl !== null && hosts.length > 0 && !hosts.includes(publicHost(publicUrl));
  if (isMissing) found.push(['publishedHosts', fitTexts.publishedWithoutPublic]);
  return found;
}
