import { packageVersion } from '../commands/package-root.ts';
import { FobError } from '../errors.ts';
import {
  codeOptions,
  moveOptions,
  readMove,
  readRename,
  readRespond,
  removeOptions,
  renameOptions,
  respondOptions,
} from './account-options.ts';
import { activateOptions, readActivate } from './activate-options.ts';
import { agentCommands } from './agent/options.ts';
import {
  ABOUT_FOB,
  asItIs,
  type CommonOptions,
  choiceReader,
  commonOptions,
  type ReadChoice,
  without,
  yesOption,
} from './base/common-options.ts';
import { batchOptions, readBatch } from './batch-options.ts';
import { doctorOptions } from './doctor-options.ts';
import { enrolOptions, sourceOf } from './enrol-options.ts';
import { flashOptions, readFlash, readUpdate, updateOptions } from './flash-options.ts';
import { importOptions, importSource, REPEATABLE } from './import-options.ts';
import { serviceCommands } from './installed.ts';
import { handoverCommands, inventoryCommands } from './inventory-options.ts';
import type { Invocation } from './invocation.ts';
import { readOut } from './out-options.ts';
import { pinCommands } from './pin-options.ts';
import { SHELLS } from './shells.ts';

type Take = (invocation: Invocation) => void;

/** The help of a command, by the words that name it, each entry on one line. */
export async function helpOf(path: readonly string[]): Promise<string> {
  const parser = await commandLine(
    () => undefined,
    choiceReader({}, () => undefined),
  );
  parser.wrap(null);
  return new Promise<string>((resolve, reject) => {
    Promise.resolve(
      parser.parse([...path, '--help'], {}, (_error: unknown, _argv: unknown, output: string) =>
        resolve(output),
      ),
    ).catch(reject);
  });
}

/** Every command with its options. @param take is given the invocation that was read */
export async function commandLine(take: Take, choiceOf: ReadChoice) {
  const service = await serviceCommands();
  const own = accountCommands(fobCommands(commonOptions(), take, choiceOf), take, choiceOf)
    .command(
      'pin',
      'say what the fob asks of its PIN, or help a person who forgot it',
      pinCommands(take, choiceOf),
    )
    .command(
      'inventory',
      'search what is known of fobs, say who has them, back it up',
      inventoryCommands(take, choiceOf),
    )
    .command('handover', 'give fobs to another owner, or take them', handoverCommands(take, choiceOf))
    .command(
      'activate [source]',
      'enrol the fob at the service that sent an activation',
      activateOptions,
      given => take(readActivate(given, choiceOf(given))),
    )
    .command(
      'agent',
      'carry the bytes of the fobs that are plugged in to the services that ask for approvals on them',
      agentCommands(take, choiceOf),
      given => take({ command: 'agent', notifies: given.notify, choice: choiceOf(given) }),
    )
    .command('doctor', 'say whether this computer has what passfob needs', doctorOptions, given =>
      take({ command: 'doctor', justRules: given.udevRules, choice: choiceOf(given) }),
    );
  return service
    .addTo(own, take, choiceOf)
    .command('version', 'print the version of passfob', versionOptions, () => undefined)
    .command('simulate', 'run a simulated fob; all further options are its own (simulate --help)')
    .command(
      'completion <shell>',
      'print what has a shell complete commands and options',
      (command: CommonOptions) =>
        without(command, ...ABOUT_FOB, 'dry-run').positional('shell', {
          choices: SHELLS,
          demandOption: true,
          describe: 'which shell',
        }),
      given => take({ command: 'completion', shell: given.shell, choice: choiceOf(given) }),
    )
    .demandCommand(0, 0)
    .epilogue('Exit codes and JSON are described in docs/cli.md.')
    .version(packageVersion())
    .alias('help', 'h')
    .alias('version', 'v')
    .locale('en')
    .exitProcess(false)
    .check(options => refuseRepeated(options))
    .strict();
}

/** It prints what `--version` prints. */
function versionOptions(command: CommonOptions): CommonOptions {
  return without(command, ...ABOUT_FOB, 'dry-run', 'json');
}

/** Commands about a fob as a whole. */
function fobCommands(options: CommonOptions, take: Take, choiceOf: ReadChoice): CommonOptions {
  return options
    .command(
      'devices',
      'list the fobs that are plugged in',
      (command: CommonOptions) =>
        without(command, 'fob').option('all', {
          boolean: true,
          default: false,
          describe: 'ask every serial port',
        }),
      given => take({ command: 'devices', all: given.all, choice: choiceOf(given) }),
    )
    .command('pair', 'make this inventory the owner of a blank fob, by the code it shows', asItIs, given =>
      take({ command: 'pair', choice: choiceOf(given) }),
    )
    .command('info', 'show what the fob is and how it is: PIN, memory, battery', asItIs, given =>
      take({ command: 'info', choice: choiceOf(given) }),
    )
    .command(
      'clock',
      "compare the fob's clock with this computer's",
      (command: CommonOptions) =>
        command
          .option('set', { boolean: true, default: false, describe: 'set it' })
          .option('each', { boolean: true, default: false, describe: 'of every fob that is plugged in' }),
      given => take({ command: given.each ? 'clocks' : 'clock', set: given.set, choice: choiceOf(given) }),
    )
    .command(
      'maintain',
      'open the fob for an update of its firmware, after a hold of its button',
      asItIs,
      given => take({ command: 'maintain', choice: choiceOf(given) }),
    )
    .command('flash', 'make a fob of a board that runs Espruino, or restore one', flashOptions, given =>
      take({ ...readFlash(given), choice: choiceOf(given) }),
    )
    .command('update', 'renew the firmware of the fob and keep its accounts', updateOptions, given =>
      take({ ...readUpdate(given), choice: choiceOf(given) }),
    )
    .command('erase', 'erase everything on the fob, after a hold of its button', yesOption, given =>
      take({ command: 'erase', yes: given.yes, choice: choiceOf(given) }),
    );
}

/** Commands about accounts. */
function accountCommands(options: CommonOptions, take: Take, choiceOf: ReadChoice): CommonOptions {
  return options
    .command('enroll', 'write an account to the fob and have it proved', enrolOptions, given =>
      take({ command: 'enroll', source: sourceOf(given), out: readOut(given), choice: choiceOf(given) }),
    )
    .command(
      'import <files..>',
      'write the accounts of files to the fob that other programs exported',
      importOptions,
      given =>
        take({
          command: 'import',
          source: importSource(given),
          isDryRun: given.dryRun,
          choice: choiceOf(given),
        }),
    )
    .command(
      'batch <plan>',
      'provision many fobs by a plan, to be resumed at any time',
      batchOptions,
      given => take({ ...readBatch(given), choice: choiceOf(given) }),
    )
    .command('list', 'list the accounts on the fob', asItIs, given =>
      take({ command: 'list', choice: choiceOf(given) }),
    )
    .command(
      'code [account]',
      'print a passcode, after a hold of the button of the fob',
      codeOptions,
      given => take({ command: 'code', account: given.account, choice: choiceOf(given) }),
    )
    .command(
      'respond <account> <question>',
      'print the response to a question (OCRA), after an approval on the fob',
      respondOptions,
      given => take({ ...readRespond(given), choice: choiceOf(given) }),
    )
    .command('rename <account>', 'give an account other names', renameOptions, given =>
      take({ ...readRename(given), choice: choiceOf(given) }),
    )
    .command('move <account> <position>', 'move an account in the list', moveOptions, given =>
      take({ ...readMove(given), choice: choiceOf(given) }),
    )
    .command('remove <account>', 'remove one account from the fob', removeOptions, given =>
      take({ command: 'remove', account: given.account, yes: given.yes, choice: choiceOf(given) }),
    )
    .command('verify', 'have every account proved against the inventory', asItIs, given =>
      take({ command: 'verify', choice: choiceOf(given) }),
    );
}

/** yargs makes a list of an option given twice; which one was meant, nobody knows. */
function refuseRepeated(options: Readonly<Record<string, unknown>>): true {
  const repeated = Object.keys(options).find(
    name => name !== '_' && !REPEATABLE.includes(name) && Array.isArray(options[name]),
  );
  if (repeated === undefined) return true;
  throw new FobError('usage', { sentence: `--${repeated} can be given only once.` });
}
