import type { CommandExtension } from 'passfob/cli/extension';
import type { ServiceInvocation } from './invocation.ts';
import { flagsOf, serveOptions, serviceCommands } from './options.ts';

/** `passfob serve` and `passfob service …`, which the command line finds where this package is installed. */
export const commands: CommandExtension = {
  addTo(options, take, choiceOf) {
    const own = (invocation: ServiceInvocation) =>
      take({
        command: 'added',
        choice: choiceOf({}),
        async run(isJson, terminal, signal) {
          // Loaded when it is wanted: it brings much that no other command needs.
          const { runService } = await import('./actions.ts');
          await runService(invocation, isJson, terminal, signal);
        },
      });
    return options
      .command('serve', 'run the token management service', serveOptions, given =>
        own({ command: 'serve', adminLink: given.adminLink, ...flagsOf(given) }),
      )
      .command('service', 'look after the service', serviceCommands(own));
  },
};
