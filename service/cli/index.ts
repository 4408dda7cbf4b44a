import { type Command, command, group } from 'passfob/cli/base/command';
import { fileToWrite } from 'passfob/cli/base/common-options';
import { nothing } from 'passfob/cli/base/needs';
import { aConfiguration, theRecords } from './needs.ts';
import {
  applicationKeyOptions,
  auditOptions,
  fileOptions,
  flagsOf,
  radiusClientOptions,
  readExport,
  recordOptions,
  refuseExport,
  restoreOptions,
  serveOptions,
  serviceOptions,
  settingOptions,
  statusOptions,
} from './options.ts';

/**
 * `passfob serve` and `passfob service …`, which the command line finds if this package is installed. Their code is
 * loaded on use, because it brings much that no other command needs.
 */
export const commands: readonly Command[] = [
  command({
    words: 'serve',
    describe: 'run the token management service',
    options: serveOptions,
    read: given => ({ adminLink: given.adminLink, ...flagsOf(given) }),
    needs: aConfiguration,
    run: async ({ adminLink }, call) => (await import('./serve.ts')).serve(adminLink, call),
  }),
  group('service', 'administer the service', serviceOptions),
  command({
    words: 'service backup <file>',
    describe: 'back up everything except the key file into a new file',
    options: given => fileOptions(given),
    read: given => ({ file: fileToWrite(given.file), ...flagsOf(given) }),
    needs: theRecords,
    run: async ({ file }, records) => (await import('./records.ts')).backUp(records, file),
  }),
  command({
    words: 'service restore <file>',
    describe: 'restore a backup into an empty database',
    options: restoreOptions,
    read: given => ({ file: given.file, counterGap: given.counterGap, ...flagsOf(given) }),
    needs: theRecords,
    run: async ({ file, counterGap }, records) =>
      (await import('./records.ts')).restoreFrom(records, file, counterGap),
  }),
  command({
    words: 'service audit <what> [file]',
    describe: 'verify that the audit was not changed, or write it into a new file',
    options: auditOptions,
    read: ({ what, file, from, to, ...given }) => ({
      ...flagsOf(given),
      taken: what === 'export' ? readExport(file, from, to) : refuseExport(file, from, to),
    }),
    needs: theRecords,
    run: async ({ taken }, records) => {
      const { exportAudit, verify } = await import('./records.ts');
      return taken === undefined ? verify(records) : exportAudit(records, taken);
    },
  }),
  command({
    words: 'service fingerprint',
    describe: 'show the fingerprint of the identity, for passfob agent add',
    json: '`fingerprint`',
    options: settingOptions,
    read: flagsOf,
    needs: aConfiguration,
    run: async (_, call) => (await import('./actions.ts')).fingerprint(call),
  }),
  command({
    words: 'service rekey',
    describe: 'encrypt everything with a new key, while the service runs',
    options: recordOptions,
    read: flagsOf,
    needs: theRecords,
    run: async (_, records) => (await import('./records.ts')).renewKey(records),
  }),
  command({
    words: 'service bounce',
    describe: 'process a delivery status notification (a bounced mail to a user) from standard input',
    options: recordOptions,
    read: flagsOf,
    needs: theRecords,
    run: async (_, records) => (await import('./records.ts')).importBounce(records),
  }),
  command({
    words: 'service status',
    describe: 'check that a service answers and is ready',
    options: statusOptions,
    read: ({ url, ca }) => ({ url, ca }),
    needs: nothing,
    run: async ({ url, ca }, { signal }) => (await import('./status.ts')).serviceStatus(url, ca, signal),
  }),
  command({
    words: 'service config',
    describe: 'show the configuration and where each value comes from, without secrets',
    options: settingOptions,
    read: flagsOf,
    needs: aConfiguration,
    run: async (_, call) => (await import('./actions.ts')).configReport(call),
  }),
  command({
    words: 'service admin-link',
    describe: 'make a one-time administrator link',
    options: settingOptions,
    read: flagsOf,
    needs: aConfiguration,
    run: async (_, call) => (await import('./actions.ts')).adminLink(call),
  }),
  command({
    words: 'service application-key [name]',
    describe:
      'replace the API key of an application and print the new key; the old key stops working at once',
    options: applicationKeyOptions,
    read: given => ({ application: given.name, yes: given.yes, ...flagsOf(given) }),
    needs: theRecords,
    run: async (asked, records) => (await import('./application-key.ts')).applicationKey(asked, records),
  }),
  command({
    words: 'service radius-client <act> [name]',
    describe: 'list, add, change and remove RADIUS clients; a generated shared secret is printed once',
    options: radiusClientOptions,
    read: given => ({
      act: given.act,
      name: given.name,
      rename: given.rename,
      address: given.address,
      application: given.application,
      push: given.push,
      secretFile: given.secretFile,
      ...flagsOf(given),
    }),
    needs: theRecords,
    run: async (asked, records) => (await import('./radius-client.ts')).radiusClient(asked, records),
  }),
  command({
    words: 'service doctor',
    describe: 'check the service on this computer',
    options: settingOptions,
    read: flagsOf,
    needs: aConfiguration,
    run: async (_, call) => (await import('./actions.ts')).doctor(call),
  }),
];
