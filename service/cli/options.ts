import { type CommonOptions, fileToWrite, LETTERS, without } from 'passfob/cli/base/common-options';
import { FobError } from 'passfob/errors';
import { type Day, readDay } from '../base/days.ts';
import { serveTexts } from '../base/texts/serve.ts';
import { type SettingName, settings } from '../node/configuration/settings.ts';

/** Flags for the configuration of the service, as typed. */
export interface ServiceFlags {
  readonly configurationFile: string | undefined;
  readonly flags: Readonly<Partial<Record<SettingName, string | readonly string[] | undefined>>>;
}

const about = (setting: SettingName) =>
  ({ string: true, requiresArg: true, describe: settings[setting].meaning }) as const;

/** The location of the service's data, for every command that needs it. */
export function settingOptions(command: CommonOptions) {
  return withoutFobs(command)
    .option('config', {
      string: true,
      requiresArg: true,
      describe: 'configuration file; default: passfob-service.json in the service folder',
    })
    .option('dir', about('directory'))
    .option('host', about('host'))
    .option('port', about('port'))
    .option('database', about('databaseUrl'))
    .option('tls-cert', about('tlsCertificate'))
    .option('tls-key', about('tlsKey'))
    .option('behind-proxy', {
      string: true,
      array: true,
      // One value each time, as elsewhere.
      nargs: 1,
      describe: settings.trustedProxies.meaning,
    })
    .option('public-url', about('publicUrl'))
    .option('published-hosts', about('publishedHosts'))
    .option('published-ranges', about('publishedRanges'))
    .option('radius', { string: true, describe: settings.radius.meaning })
    .option('lock-threshold', about('lockThreshold'))
    .option('lock-period', about('lockPeriodSeconds'))
    .option('log-level', about('logLevel'));
}

/** Options of the server alone. */
const OF_SERVER = [
  'host',
  'port',
  'tls-cert',
  'tls-key',
  'behind-proxy',
  'public-url',
  'published-hosts',
  'published-ranges',
  'radius',
  'lock-threshold',
  'lock-period',
  'log-level',
];

/** Where the stored data are. The options of the server are taken, for scripts that pass those of `serve`, and not shown. */
export function recordOptions(command: CommonOptions) {
  const all = settingOptions(command);
  for (const name of OF_SERVER) all.hide(name);
  return all;
}

/** These commands use no fob. `flagsOf` refuses `--dry-run` with a more helpful text. */
function withoutFobs(command: CommonOptions) {
  return without(command, 'device', 'fob', 'trace').hide('dry-run');
}

/** Options of `service` and the commands below it. */
export function serviceOptions(command: CommonOptions) {
  return withoutFobs(command).option('port', about('port'));
}

export function serveOptions(command: CommonOptions) {
  return settingOptions(command).option('admin-link', {
    boolean: true,
    describe:
      'print a one-time administrator link at every start; --no-admin-link prints none, not even at the first start',
  });
}

type Given = Awaited<ReturnType<typeof settingOptions>['argv']>;

/** @throws FobError `usage` with --dry-run: these commands cannot show their effect without having it */
export function flagsOf(given: Given): ServiceFlags {
  if (given.dryRun) throw new FobError('usage', serveTexts.noDryRun);
  return {
    configurationFile: given.config,
    flags: {
      directory: given.dir,
      host: given.host,
      port: given.port,
      databaseUrl: given.database,
      tlsCertificate: given.tlsCert,
      tlsKey: given.tlsKey,
      trustedProxies: given.behindProxy,
      publicUrl: given.publicUrl,
      publishedHosts: given.publishedHosts,
      publishedRanges: given.publishedRanges,
      radius: given.radius,
      lockThreshold: given.lockThreshold,
      lockPeriodSeconds: given.lockPeriod,
      logLevel: given.logLevel,
    },
  };
}

export function applicationKeyOptions(command: CommonOptions) {
  return recordOptions(command)
    .option('yes', {
      alias: LETTERS.yes,
      boolean: true,
      default: false,
      describe: 'do not ask for confirmation',
    })
    .positional('name', {
      type: 'string',
      describe: 'name of the application; default: the application that the first start made',
    });
}

export function radiusClientOptions(command: CommonOptions) {
  return recordOptions(command)
    .option('address', {
      string: true,
      requiresArg: true,
      describe: 'address or range that its packets come from',
    })
    .option('application', {
      string: true,
      requiresArg: true,
      describe:
        'name of the application whose factors it asks for; default of a new client: the first application',
    })
    .option('push', {
      choices: ['challenge', 'wait', 'off'] as const,
      requiresArg: true,
      describe: 'answer to an empty passcode',
    })
    .option('rename', { string: true, requiresArg: true, describe: 'new name of the client' })
    .option('secret-file', {
      string: true,
      requiresArg: true,
      describe:
        'file with a shared secret that the client already uses; without it, one is generated and printed',
    })
    .positional('act', {
      choices: ['list', 'add', 'change', 'secret', 'remove'] as const,
      demandOption: true,
      describe: 'what to do',
    })
    .positional('name', { type: 'string', describe: 'name of the client' });
}

export function fileOptions(command: CommonOptions, describe = 'path of the new file') {
  return recordOptions(command).positional('file', {
    type: 'string',
    demandOption: true,
    describe,
  });
}

export function restoreOptions(command: CommonOptions) {
  return fileOptions(command, 'path of the file; "-" for standard input').option('counter-gap', {
    number: true,
    requiresArg: true,
    describe: 'how many passcodes of one HOTP fob may have been accepted since the backup [25]',
  });
}

export function auditOptions(command: CommonOptions) {
  const day = { string: true, requiresArg: true } as const;
  return recordOptions(command)
    .positional('what', {
      choices: ['verify', 'export'] as const,
      demandOption: true,
      describe: 'what to do with it',
    })
    .positional('file', { type: 'string', describe: 'export: path of the new file, .csv or .jsonl' })
    .option('from', { ...day, describe: 'export: the first day of UTC, as 2026-01-31' })
    .option('to', { ...day, describe: 'export: the last day of UTC' });
}

/** A file to write the audit into: its ending names the format. */
export interface AuditFile extends Partial<Day> {
  readonly path: string;
  readonly format: 'csv' | 'jsonl';
}

/** @throws FobError `usage` */
export function readExport(path: string | undefined, from?: string, to?: string): AuditFile {
  if (path === undefined) throw new FobError('usage', serveTexts.noAuditFile);
  const format = /\.(csv|jsonl)$/.exec(fileToWrite(path))?.[1];
  if (format !== 'csv' && format !== 'jsonl') throw new FobError('usage', serveTexts.auditEnding);
  const [first, last] = [from, to].map(text => (text === undefined ? undefined : dayOf(text)));
  if (first && last && first.fromMs >= last.toMs) throw new FobError('usage', serveTexts.noDays);
  return { path, format, ...(first && { fromMs: first.fromMs }), ...(last && { toMs: last.toMs }) };
}

function dayOf(text: string): Day {
  const day = readDay(text);
  if (day === undefined) throw new FobError('usage', serveTexts.badDay);
  return day;
}

/** @throws FobError `usage` for what only an export takes */
export function refuseExport(...given: readonly (string | undefined)[]): undefined {
  if (given.some(value => value !== undefined)) throw new FobError('usage', serveTexts.onlyExport);
}

export function statusOptions(command: CommonOptions) {
  return without(command, 'port', 'dry-run')
    .option('url', {
      string: true,
      requiresArg: true,
      demandOption: true,
      describe: 'address of the service, such as https://otp.example.org',
    })
    .option('ca', {
      string: true,
      requiresArg: true,
      describe: 'PEM file with the certificate of its authority, where this computer does not know it',
    });
}
