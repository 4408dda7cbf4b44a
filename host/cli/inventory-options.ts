import { readSerial } from '../client/fob-serial.ts';
import { FobError } from '../errors.ts';
import { HOLDER_CHARACTERS_MAX } from '../limits.ts';
import {
  ABOUT_FOB,
  asItIs,
  type CommonOptions,
  type ReadChoice,
  without,
  yesOption,
} from './base/common-options.ts';
import type { Invocation } from './invocation.ts';

type Take = (invocation: Invocation) => void;

const SERIAL = { type: 'string', demandOption: true, describe: 'serial of the fob' } as const;
const SERIALS = { type: 'string', array: true, demandOption: true, describe: 'serials of the fobs' } as const;

/** `passfob inventory …`: what this owner knows, without asking any fob. */
export function inventoryCommands(take: Take, choiceOf: ReadChoice) {
  return (command: CommonOptions) =>
    without(command, ...ABOUT_FOB)
      .command('list', 'list the fobs of this inventory', listOptions, given =>
        take({
          command: 'inventory-list',
          query: { search: given.search, staleOnly: given.stale },
          choice: choiceOf(given),
        }),
      )
      .command('show <serial>', 'show one fob, its clock readings and its history', showOptions, given =>
        take({ command: 'inventory-show', serial: readSerial(given.serial), choice: choiceOf(given) }),
      )
      .command('assign <serial> <holder>', 'note who has a fob', holderOptions, given =>
        take({
          command: 'inventory-assign',
          serial: readSerial(given.serial),
          holder: readHolder(given.holder),
          choice: choiceOf(given),
        }),
      )
      .command('unassign <serial>', 'note that nobody has it any more', serialOption, given =>
        take({
          command: 'inventory-assign',
          serial: readSerial(given.serial),
          holder: null,
          choice: choiceOf(given),
        }),
      )
      .command('backup <file>', 'write all of it into a new file, under a password', fileOptions, given =>
        take({ command: 'inventory-backup', ...fileOf(given), choice: choiceOf(given) }),
      )
      .command('restore <file>', 'take in a backup, sealed under a key of its own', fileOptions, given =>
        take({ command: 'inventory-restore', ...fileOf(given), choice: choiceOf(given) }),
      )
      .command('rekey', 'seal everything under a new key and forget the old', asItIs, given =>
        take({ command: 'inventory-rekey', choice: choiceOf(given) }),
      )
      .demandCommand(1, 1, 'inventory takes one of: list, show, assign, unassign, backup, restore, rekey');
}

/** `passfob handover …`: fobs change their owner without being erased. */
export function handoverCommands(take: Take, choiceOf: ReadChoice) {
  return (command: CommonOptions) =>
    without(command, ...ABOUT_FOB)
      .command(
        'give <serials..>',
        'write keys and accounts into a new file, under a password',
        giveOptions,
        given =>
          take({
            command: 'handover-give',
            serials: given.serials.map(readSerial),
            file: given.out,
            passwordFile: given.passwordFile,
            choice: choiceOf(given),
          }),
      )
      .command('take <file>', 'take over what another owner gave', fileOptions, given =>
        take({ command: 'handover-take', ...fileOf(given), choice: choiceOf(given) }),
      )
      .command('forget <serials..>', 'delete keys here of fobs that were given', forgetOptions, given =>
        take({
          command: 'handover-forget',
          serials: given.serials.map(readSerial),
          yes: given.yes,
          choice: choiceOf(given),
        }),
      )
      .demandCommand(1, 1, 'handover takes one of: give, take, forget');
}

function listOptions(command: CommonOptions) {
  return without(command, 'dry-run')
    .option('search', { string: true, requiresArg: true, describe: 'part of a serial, holder or account' })
    .option('stale', { boolean: true, default: false, describe: 'only those whose clock is to be set' });
}

function serialOption(command: CommonOptions) {
  return command.positional('serial', SERIAL);
}

function showOptions(command: CommonOptions) {
  return serialOption(without(command, 'dry-run'));
}

function holderOptions(command: CommonOptions) {
  return serialOption(command).positional('holder', {
    type: 'string',
    demandOption: true,
    describe: 'a name, an address, a number: in your words',
  });
}

function passwordOption(command: CommonOptions) {
  return command.option('password-file', {
    string: true,
    requiresArg: true,
    describe: 'file whose first line is the password; without it, it is asked for',
  });
}

function fileOptions(command: CommonOptions) {
  return passwordOption(command).positional('file', {
    type: 'string',
    demandOption: true,
    describe: 'path of the file',
  });
}

function giveOptions(command: CommonOptions) {
  return passwordOption(command)
    .positional('serials', SERIALS)
    .option('out', { string: true, requiresArg: true, demandOption: true, describe: 'path of the new file' });
}

function forgetOptions(command: CommonOptions) {
  return yesOption(command).positional('serials', SERIALS);
}

function fileOf({ file, passwordFile }: { file: string; passwordFile?: string | undefined }) {
  return { file, passwordFile };
}

/** @throws FobError `usage` */
function readHolder(text: string): string {
  const holder = text.trim();
  if (holder !== '' && [...holder].length <= HOLDER_CHARACTERS_MAX) return holder;
  throw new FobError('usage', { sentence: `A holder has 1 to ${HOLDER_CHARACTERS_MAX} characters.` });
}
