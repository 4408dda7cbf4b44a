import { type CommonOptions, without } from 'passfob/cli/base/common-options';
import { FobError } from 'passfob/errors';
import { type SettingName, settings } from '../app/configuration/settings.ts';
import { serveTexts } from '../base/texts/serve.ts';
import type { ServiceFlags, ServiceInvocation } from './invocation.ts';

type Take = (invocation: ServiceInvocation) => void;

const about = (setting: SettingName) =>
  ({ string: true, requiresArg: true, describe: settings[setting].meaning }) as const;

/** Where the service's data is: what each command about it needs. */
function settingOptions(command: CommonOptions) {
  return withoutFobs(command)
    .option('config', {
      string: true,
      requiresArg: true,
      describe: 'configuration file; without it passfob-service.json in the service folder',
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
      // One each time, as elsewhere.
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

/** No fob is talked to. `--dry-run` is refused by `flagsOf`, which says more. */
function withoutFobs(command: CommonOptions) {
  return without(command, 'device', 'fob', 'trace').hide('dry-run');
}

export function serveOptions(command: CommonOptions) {
  return settingOptions(command).option('admin-link', {
    boolean: true,
    describe:
      'print a one-time administrator link at every start; --no-admin-link at none, not even the first',
  });
}

type Given = Awaited<ReturnType<typeof settingOptions>['argv']>;

/** @throws FobError `usage` with --dry-run: what these commands do cannot be gone through without doing it */
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

/** `passfob service …`: about the service that runs here, or elsewhere. */
export function serviceCommands(take: Take) {
  return (command: CommonOptions) =>
    recordCommands(withoutFobs(command).option('port', about('port')), take)
      .command('status', 'ask a service whether it answers and is ready', statusOptions, given =>
        take({ command: 'service-status', url: given.url, ca: given.ca }),
      )
      .command(
        'config',
        'show the configuration and where each value comes from, without secrets',
        settingOptions,
        given => take({ command: 'service-config', ...flagsOf(given) }),
      )
      .command('admin-link', 'make a one-time administrator link', settingOptions, given =>
        take({ command: 'service-admin-link', ...flagsOf(given) }),
      )
      .command(
        'application-key [name]',
        'give an application another API key and print it; the one it has ends at once',
        applicationKeyOptions,
        given =>
          take({
            command: 'service-application-key',
            application: given.name,
            yes: given.yes,
            ...flagsOf(given),
          }),
      )
      .command(
        'radius-client <act> [name]',
        'list, add, change and remove RADIUS clients; a shared secret that is made is printed once',
        radiusClientOptions,
        given =>
          take({
            command: 'service-radius-client',
            act: given.act,
            name: given.name,
            rename: given.rename,
            address: given.address,
            application: given.application,
            push: given.push,
            secretFile: given.secretFile,
            ...flagsOf(given),
          }),
      )
      .command('doctor', 'say what is wrong with the service on this computer', settingOptions, given =>
        take({ command: 'service-doctor', ...flagsOf(given) }),
      )
      .demandCommand(
        1,
        1,
        'service takes one of: status, config, fingerprint, admin-link, application-key, radius-client, doctor, backup, restore, audit, rekey, bounce',
      );
}

/** The ones that work on what the service has stored. */
function recordCommands(command: CommonOptions, take: Take) {
  return command
    .command('backup <file>', 'write everything but the key file into a new file', fileOptions, given =>
      take({ command: 'service-backup', file: given.file, ...flagsOf(given) }),
    )
    .command('restore <file>', 'take a backup into an empty database', restoreOptions, given =>
      take({
        command: 'service-restore',
        file: given.file,
        counterGap: given.counterGap,
        ...flagsOf(given),
      }),
    )
    .command('audit <what>', 'check that nobody changed the audit', auditOptions, given =>
      take({ command: 'service-audit-verify', ...flagsOf(given) }),
    )
    .command(
      'fingerprint',
      'show the fingerprint of the identity, which agents are told (passfob agent add)',
      settingOptions,
      given => take({ command: 'service-fingerprint', ...flagsOf(given) }),
    )
    .command('rekey', 'seal everything under a new key, while the service runs', settingOptions, given =>
      take({ command: 'service-rekey', ...flagsOf(given) }),
    )
    .command(
      'bounce',
      'take a notification that a mail to a user could not be delivered, as a mail server hands it over on standard input',
      settingOptions,
      given => take({ command: 'service-bounce', ...flagsOf(given) }),
    );
}

function applicationKeyOptions(command: CommonOptions) {
  return settingOptions(command)
    .option('yes', { boolean: true, default: false, describe: 'do not ask here' })
    .positional('name', {
      type: 'string',
      describe: 'name of the application; without it the one that the first start made',
    });
}

function radiusClientOptions(command: CommonOptions) {
  return settingOptions(command)
    .option('address', {
      string: true,
      requiresArg: true,
      describe: 'address or range that its packets come from',
    })
    .option('application', {
      string: true,
      requiresArg: true,
      describe: 'name of the application whose factors it asks for; a new one gets the first',
    })
    .option('push', {
      choices: ['challenge', 'wait', 'off'] as const,
      requiresArg: true,
      describe: 'what an empty passcode is given',
    })
    .option('rename', { string: true, requiresArg: true, describe: 'another name for it' })
    .option('secret-file', {
      string: true,
      requiresArg: true,
      describe: 'file with a shared secret that it has already; without it one is made and printed',
    })
    .positional('act', {
      choices: ['list', 'add', 'change', 'secret', 'remove'] as const,
      demandOption: true,
      describe: 'what to do',
    })
    .positional('name', { type: 'string', describe: 'name of the client' });
}

function fileOptions(command: CommonOptions) {
  return settingOptions(command).positional('file', {
    type: 'string',
    demandOption: true,
    describe: 'path of the file',
  });
}

function restoreOptions(command: CommonOptions) {
  return fileOptions(command).option('counter-gap', {
    number: true,
    requiresArg: true,
    describe: 'how many passcodes of one HOTP fob may have been accepted since the backup [25]',
  });
}

function auditOptions(command: CommonOptions) {
  return settingOptions(command).positional('what', {
    choices: ['verify'] as const,
    demandOption: true,
    describe: 'what to do with it',
  });
}

function statusOptions(command: CommonOptions) {
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
