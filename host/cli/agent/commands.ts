import { type Command, command } from '../base/command.ts';
import { ABOUT_FOB, type CommonOptions, without } from '../base/common-options.ts';
import { nothing } from '../base/needs.ts';
import { networkOptions, networkSettingsOf } from '../base/network-options.ts';
import type { CheckOptions } from './check.ts';
import type { AddOptions } from './services.ts';

/**
 * `passfob agent …`; without a subcommand it runs the agent. The code is loaded on demand, because no other command
 * needs it.
 */
export const agentCommands: readonly Command[] = [
  command({
    words: 'agent',
    describe: 'connect the fobs that are plugged in to the services that request approvals on them',
    options: agentOptions,
    read: ({ notify }) => ({ notifies: notify }),
    needs: nothing,
    run: async (asked, call) => (await import('./run.ts')).keepAgent(asked, call),
  }),
  command({
    words: 'agent add <url>',
    describe: 'have the agent keep a connection to a service',
    json: '`url`, `name`, `fingerprint`, `agent` (`running`: it took the change at once; `none`)',
    options: addOptions,
    read: (given): AddOptions => ({
      url: given.url,
      fingerprint: given.fingerprint,
      ...networkSettingsOf(given),
    }),
    needs: nothing,
    run: async (asked, call) => (await import('./services.ts')).addService(asked, call),
  }),
  command({
    words: 'agent remove <url>',
    describe: 'stop the connection of the agent to a service',
    json: '`url`, `agent`',
    options: urlOption,
    read: ({ url }) => ({ url }),
    needs: nothing,
    run: async (asked, call) => (await import('./services.ts')).removeService(asked, call),
  }),
  command({
    words: 'agent status',
    describe: 'show the services, proxies and fobs of the running agent',
    options: given => without(given, ...ABOUT_FOB),
    read: () => ({}),
    needs: nothing,
    run: async (_, call) => (await import('./status.ts')).agentStatus(call),
  }),
  command({
    words: 'agent later <serial>',
    describe: 'put off the tasks of a fob that need a hold for a day',
    options: given =>
      without(given, ...ABOUT_FOB).positional('serial', {
        type: 'string',
        demandOption: true,
        describe: 'serial number of the fob, as passfob agent status shows it',
      }),
    read: ({ serial }) => ({ serial }),
    needs: nothing,
    run: async (asked, call) => (await import('./later.ts')).putOff(asked, call),
  }),
  command({
    words: 'agent check [url]',
    describe: 'show the addresses of the connection, test every hop and show the blocked ones',
    options: checkOptions,
    read: (given): CheckOptions => ({ url: given.url, ...networkSettingsOf(given) }),
    needs: nothing,
    run: async (asked, call) => (await import('./check.ts')).checkServices(asked, call),
  }),
];

function agentOptions(given: CommonOptions) {
  return without(given, 'trace', 'dry-run')
    .option('notify', {
      boolean: true,
      default: true,
      // Does not apply to the subcommands.
      global: false,
      describe: 'show desktop notifications; --no-notify turns them off',
    })
    .demandCommand(0, 0);
}

function urlOption(given: CommonOptions) {
  return without(given, ...ABOUT_FOB).positional('url', {
    type: 'string',
    demandOption: true,
    describe: 'address of the service, such as https://otp.example.org',
  });
}

function addOptions(given: CommonOptions) {
  return networkOptions(urlOption(given)).option('fingerprint', {
    string: true,
    requiresArg: true,
    describe:
      'fingerprint of the service, as its administrator gives it; without it, the command shows it and asks',
  });
}

function checkOptions(given: CommonOptions) {
  return networkOptions(without(given, ...ABOUT_FOB)).positional('url', {
    type: 'string',
    describe: 'address of the service; default: all services of the agent',
  });
}
