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
    describe:
      'carry the bytes of the fobs that are plugged in to the services that ask for approvals on them',
    options: agentOptions,
    read: ({ notify }) => ({ notifies: notify }),
    needs: nothing,
    run: async (asked, call) => (await import('./run.ts')).keepAgent(asked, call),
  }),
  command({
    words: 'agent add <url>',
    describe: 'have the agent keep a connection to a service',
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
    describe: 'have it do so no more',
    options: urlOption,
    read: ({ url }) => ({ url }),
    needs: nothing,
    run: async (asked, call) => (await import('./services.ts')).removeService(asked, call),
  }),
  command({
    words: 'agent status',
    describe: 'show what the agent that runs sees: services, proxies, fobs',
    options: given => without(given, ...ABOUT_FOB),
    read: () => ({}),
    needs: nothing,
    run: async (_, call) => (await import('./status.ts')).agentStatus(call),
  }),
  command({
    words: 'agent check [url]',
    describe: 'say which addresses are connected to, try every hop, and say what is blocked',
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
      describe: 'show notifications on the desktop; --no-notify does not',
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
      'fingerprint of the service, as its administrator gives it; without it, it is shown and asked about',
  });
}

function checkOptions(given: CommonOptions) {
  return networkOptions(without(given, ...ABOUT_FOB)).positional('url', {
    type: 'string',
    describe: 'address of the service; without it, all that the agent knows',
  });
}
