import type { FobChoice } from '../../commands/find.ts';
import { ABOUT_FOB, type CommonOptions, type ReadChoice, without } from '../base/common-options.ts';
import { reachOf, reachOptions } from '../base/reach-options.ts';
import type { AgentInvocation } from './invocation.ts';

type Take = (invocation: AgentInvocation & { readonly choice: FobChoice }) => void;

/** `passfob agent …`; without more it runs the agent. */
export function agentCommands(take: Take, choiceOf: ReadChoice) {
  return (command: CommonOptions) =>
    without(command, 'trace', 'dry-run')
      .option('notify', {
        boolean: true,
        default: true,
        // Not one of the commands below.
        global: false,
        describe: 'show notifications on the desktop; --no-notify does not',
      })
      .command('add <url>', 'have the agent keep a connection to a service', addOptions, given =>
        take({
          command: 'agent-add',
          url: given.url,
          fingerprint: given.fingerprint,
          ...reachOf(given),
          choice: choiceOf({}),
        }),
      )
      .command('remove <url>', 'have it do so no more', urlOption, given =>
        take({ command: 'agent-remove', url: given.url, choice: choiceOf({}) }),
      )
      .command(
        'status',
        'show what the agent that runs sees: services, proxies, fobs',
        (inner: CommonOptions) => without(inner, ...ABOUT_FOB),
        () => take({ command: 'agent-status', choice: choiceOf({}) }),
      )
      .command(
        'check [url]',
        'say which addresses are connected to, try every hop, and say what is blocked',
        checkOptions,
        given => take({ command: 'agent-check', url: given.url, ...reachOf(given), choice: choiceOf({}) }),
      )
      .demandCommand(0, 0);
}

function urlOption(command: CommonOptions) {
  return without(command, ...ABOUT_FOB).positional('url', {
    type: 'string',
    demandOption: true,
    describe: 'address of the service, such as https://otp.example.org',
  });
}

function addOptions(command: CommonOptions) {
  return reachOptions(urlOption(command)).option('fingerprint', {
    string: true,
    requiresArg: true,
    describe:
      'fingerprint of the service, as its administrator gives it; without it, it is shown and asked about',
  });
}

function checkOptions(command: CommonOptions) {
  return reachOptions(without(command, ...ABOUT_FOB)).positional('url', {
    type: 'string',
    describe: 'address of the service; without it, all that the agent knows',
  });
}
