import { FobError } from '../errors.ts';
import type { ActivateOptions } from './activate.ts';
import { command } from './base/command.ts';
import { type CommonOptions, hiddenOption } from './base/common-options.ts';
import { nothing } from './base/needs.ts';
import { networkOptions, networkSettingsOf } from './base/network-options.ts';

export const activateCommand = command({
  words: 'activate [source]',
  describe: 'enrol the fob at the service that sent an activation',
  json: '`service`, `user`, `serial`, `token`; in the `details` of a refusal `code` and `isFinal`',
  options: activateOptions,
  read: given => ({
    source: sourceOf(given),
    reach: networkSettingsOf(given),
    isForAgent: given.agent,
    isHidden: given.hidden,
  }),
  needs: nothing,
  // Loaded on demand: its modules are needed by no other command.
  run: async (asked, call) => (await import('./activate.ts')).activate(asked, call),
});

function activateOptions(given: CommonOptions) {
  const described = given
    .positional('source', {
      type: 'string',
      describe:
        '"-": read the activation string from standard input, to its end; without it, the command asks for it',
    })
    .option('qr', { string: true, requiresArg: true, describe: 'image file that holds it as a QR code' })
    .option('hidden', hiddenOption)
    .option('agent', {
      boolean: true,
      default: true,
      describe: 'have the agent keep a connection to the service afterwards; --no-agent does not',
    });
  return networkOptions(described);
}

interface SourceFlags {
  readonly source?: string | undefined;
  readonly qr?: string | undefined;
}

/** @throws FobError `usage` */
function sourceOf({ source, qr }: SourceFlags): ActivateOptions['source'] {
  if (source !== undefined && source !== '-') {
    throw new FobError('usage', {
      sentence: 'activate takes no argument except -, which reads the activation string from standard input.',
      next: 'Run: passfob activate, which asks for it.',
    });
  }
  if (source !== undefined && qr !== undefined) {
    throw new FobError('usage', { sentence: 'activate takes one of - and --qr.' });
  }
  if (qr !== undefined) return { from: 'qr', path: qr };
  return { from: source === undefined ? 'prompt' : 'stdin' };
}
