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
import { batchOptions, readBatch } from './batch-options.ts';
import {
  asItIs,
  type CommonOptions,
  choiceReader,
  commonOptions,
  type ReadChoice,
  yesOption,
} from './common-options.ts';
import { doctorOptions } from './doctor-options.ts';
import { enrolOptions, sourceOf } from './enrol-options.ts';
import { flashOptions, readFlash, readUpdate } from './flash-options.ts';
import { importOptions, importSource, REPEATABLE } from './import-options.ts';
import { handoverCommands, inventoryCommands } from './inventory-options.ts';
import type { Invocation } from './invocation.ts';
import { readOut } from './out-options.ts';
import { pinCommands } from './pin-options.ts';
import { flagsOf, serveOptions, serviceCommands } from './service-options.ts';
import { SHELLS } from './shells.ts';

type Take = (invocation: Invocation) => void;

/** What the arguments ask for: a command, or a text to show. */
export type Parsed = { readonly invocation: Invocation } | { readonly help: string };

/**
 * Reads the command line.
 * @throws FobError `usage`, `bad-input`; never quotes an argument's value, which may be a secret in the wrong place
 */
export async function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  trace: (line: string) => void = () => undefined,
): Promise<Parsed> {
  refuseKeyUris(args);
  refuseActivations(args);
  let invocation: Invocation | undefined;
  const take = (made: Invocation) => {
    invocation = made;
  };
  const parser = commandLine(take, choiceReader(environment, trace));
  const outcome = await new Promise<{ error: unknown; output: string }>((resolve, reject) => {
    Promise.resolve(
      parser.parse([...args], {}, (error: unknown, _argv: unknown, output: string) =>
        resolve({ error, output }),
      ),
    ).catch(reject);
  });
  if (outcome.error) throw usageError(outcome.error, args);
  if (invocation) return { invocation };
  return { help: outcome.output === '' ? await parser.getHelp() : outcome.output };
}

/** The help of a command, by the words that name it, each entry on one line. */
export async function helpOf(path: readonly string[]): Promise<string> {
  const parser = commandLine(
    () => undefined,
    choiceReader({}, () => undefined),
  ).wrap(null);
  return new Promise<string>((resolve, reject) => {
    Promise.resolve(
      parser.parse([...path, '--help'], {}, (_error: unknown, _argv: unknown, output: string) =>
        resolve(output),
      ),
    ).catch(reject);
  });
}

/** Everything on a command line can be read by every program on the machine and stays in the shell's history. */
function refuseKeyUris(args: readonly string[]): void {
  if (!args.some(arg => /otpauth(?:-migration)?:/i.test(arg))) return;
  throw new FobError('usage', {
    sentence:
      'A key URI on the command line can be read by every program on this machine and stays in the history of the shell.',
    next: 'Take it as known to others, then pipe a new one in with: passfob enroll --uri -',
  });
}

/** The same goes for activation strings, whole or in a link, in any case. */
function refuseActivations(args: readonly string[]): void {
  if (!args.some(arg => /pf1[02-9ac-hj-np-z\s-]{24}/i.test(arg))) return;
  throw new FobError('usage', {
    sentence:
      'An activation string on the command line can be read by every program on this machine and stays in the history of the shell.',
    next: 'Take it as known to others and ask for a new one; then run: passfob activate, which asks for it.',
  });
}

/** Sentences of yargs that name options only. Others quote values and are not passed on. */
const HARMLESS =
  /^(?:Missing required arguments?|Not enough arguments following|Arguments .* are mutually exclusive|pin takes|inventory takes|handover takes|service takes)\b/;

function usageError(error: unknown, args: readonly string[]): FobError {
  if (error instanceof FobError) return error;
  const message = error instanceof Error ? error.message : '';
  if (HARMLESS.test(message)) return new FobError('usage', { sentence: `${message.replace(/\s+/g, ' ')}.` });
  const [, option, choices] = /Argument: ([\w-]+), Given: [\s\S]*, Choices: (.*)/.exec(message) ?? [];
  if (option) return new FobError('usage', { sentence: `--${option} takes one of ${choices}.` });
  const unknown = args
    .map(arg => /^--([a-z][a-z-]*)(?==|$)/.exec(arg)?.[1])
    .filter(name => name !== undefined && new RegExp(`[:,] ${name}(?:,|$)`).test(message));
  if (unknown.length > 0) {
    return new FobError('usage', { sentence: `passfob does not know the option --${unknown.join(', --')}.` });
  }
  if (!message.startsWith('Unknown')) return new FobError('usage');
  return new FobError('usage', { sentence: 'passfob does not know one of the arguments.' });
}

function commandLine(take: Take, choiceOf: ReadChoice) {
  return accountCommands(fobCommands(commonOptions(), take, choiceOf), take, choiceOf)
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
    )
    .command('serve', 'run the token management service', serveOptions, given =>
      take({ command: 'serve', adminLink: given.adminLink, ...flagsOf(given), choice: choiceOf({}) }),
    )
    .command('service', 'look after the service', serviceCommands(take, choiceOf))
    .command('simulate', 'run a simulated fob; all further options are its own (simulate --help)')
    .command(
      'completion <shell>',
      'print what has a shell complete commands and options',
      (command: CommonOptions) =>
        command.positional('shell', { choices: SHELLS, demandOption: true, describe: 'which shell' }),
      given => take({ command: 'completion', shell: given.shell, choice: choiceOf(given) }),
    )
    .demandCommand(0, 0)
    .epilogue('Exit codes and JSON are described in docs/cli.md.')
    .version(packageVersion())
    .locale('en')
    .exitProcess(false)
    .check(options => refuseRepeated(options))
    .strict();
}

/** Commands about a fob as a whole. */
function fobCommands(options: CommonOptions, take: Take, choiceOf: ReadChoice): CommonOptions {
  return options
    .command(
      'devices',
      'list the fobs that are plugged in',
      (command: CommonOptions) =>
        command.option('all', { boolean: true, default: false, describe: 'ask every serial port' }),
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
    .command('update', 'renew the firmware of the fob and keep its accounts', asItIs, given =>
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
