import { checkQuestion } from '../commands/respond.ts';
import { FobError } from '../errors.ts';
import { type CommonOptions, yesOption } from './base/common-options.ts';
import type { Invocation } from './invocation.ts';

/** Options of the commands about one account. */

const WHICH = { type: 'string', describe: 'its id, label, issuer or issuer:label' } as const;
const NAMED = { ...WHICH, demandOption: true } as const;

export function codeOptions(command: CommonOptions) {
  return command.positional('account', WHICH);
}

export function removeOptions(command: CommonOptions) {
  return yesOption(command).positional('account', NAMED);
}

export function renameOptions(command: CommonOptions) {
  return command
    .positional('account', NAMED)
    .option('issuer', { string: true, requiresArg: true, describe: 'who asks for the passcode' })
    .option('label', { string: true, requiresArg: true, describe: 'whose passcode it is' });
}

type RenameOptions = Awaited<ReturnType<typeof renameOptions>['argv']>;
type Asked<C extends Invocation['command']> = Omit<Extract<Invocation, { command: C }>, 'choice'>;

/** @throws FobError `usage` */
export function readRename({ account, issuer, label }: RenameOptions): Asked<'rename'> {
  if (issuer === undefined && label === undefined) {
    throw new FobError('usage', { sentence: 'rename takes --issuer, --label or both.' });
  }
  return { command: 'rename', account, names: { issuer, label } };
}

export function moveOptions(command: CommonOptions) {
  return command.positional('account', NAMED).positional('position', {
    type: 'number',
    demandOption: true,
    describe: 'in the list, from 1',
  });
}

type MoveOptions = Awaited<ReturnType<typeof moveOptions>['argv']>;

/** @throws FobError `usage` */
export function readMove({ account, position }: MoveOptions): Asked<'move'> {
  if (!Number.isInteger(position) || position < 1) {
    throw new FobError('usage', {
      sentence: 'A position is a whole number from 1, as passfob list shows it.',
    });
  }
  return { command: 'move', account, position };
}

export function respondOptions(command: CommonOptions) {
  return command
    .positional('account', NAMED)
    .positional('question', { type: 'string', demandOption: true, describe: 'what the service asks' })
    .option('service', { string: true, requiresArg: true, describe: 'who asks, shown on the fob' })
    .option('user', { string: true, requiresArg: true, describe: 'for whom, shown on the fob' })
    .option('number', { number: true, requiresArg: true, describe: 'two digits to compare on the fob' });
}

type RespondOptions = Awaited<ReturnType<typeof respondOptions>['argv']>;

/** @throws FobError `bad-input` */
export function readRespond(options: RespondOptions): Asked<'respond'> {
  const { account, question, service = '', user = '', number } = options;
  return { command: 'respond', asked: checkQuestion({ account, question, service, user, number }) };
}
