import yargs from 'yargs';
import { readSerial } from '../client/fob-serial.ts';
import type { EnrolSource } from '../commands/enrol-source.ts';
import type { FobChoice } from '../commands/find.ts';
import { packageVersion } from '../commands/package-root.ts';
import { DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from '../enrol/limits.ts';
import { FobError } from '../errors.ts';

/** A command line that was understood. */
export type Invocation = { readonly choice: FobChoice } & (
  | { readonly command: 'devices'; readonly all: boolean }
  | { readonly command: 'pair' | 'list' | 'verify' }
  | { readonly command: 'enroll'; readonly source: EnrolSource; readonly out: string | undefined }
  | { readonly command: 'code'; readonly account: string | undefined }
  | { readonly command: 'clock'; readonly set: boolean }
  | { readonly command: 'remove'; readonly account: string; readonly yes: boolean }
  | { readonly command: 'erase'; readonly yes: boolean }
);

/** What the arguments ask for: a command, or a text to show. */
export type Parsed = { readonly invocation: Invocation } | { readonly help: string };

/**
 * Reads the command line.
 * @throws FobError `usage`, `bad-input`; never quotes an argument's value, which may be a secret in the wrong place
 */
export async function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Parsed> {
  refuseKeyUris(args);
  let invocation: Invocation | undefined;
  const take = (made: Invocation) => {
    invocation = made;
  };
  const parser = commandLine(take, environment);
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

/** Everything on a command line can be read by every program on the machine and stays in the shell's history. */
function refuseKeyUris(args: readonly string[]): void {
  if (!args.some(arg => /otpauth(?:-migration)?:/i.test(arg))) return;
  throw new FobError('usage', {
    sentence:
      'A key URI on the command line can be read by every program on this machine and stays in the history of the shell.',
    next: 'Take it as known to others, then pipe a new one in with: passfob enroll --uri -',
  });
}

/** Sentences of yargs that name options only. Others quote values and are not passed on. */
const HARMLESS =
  /^(?:Missing required arguments?|Not enough arguments following|Arguments .* are mutually exclusive)\b/;

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

function commandLine(
  take: (invocation: Invocation) => void,
  environment: Readonly<Record<string, string | undefined>>,
) {
  const choiceOf = (options: { port?: string | undefined; fob?: string | undefined }): FobChoice => ({
    port: options.port ?? environment.PASSFOB_PORT,
    serial: options.fob === undefined ? undefined : readSerial(options.fob),
  });
  return commonOptions()
    .command(
      'devices',
      'list the fobs that are plugged in',
      (command: CommonOptions) =>
        command.option('all', { boolean: true, default: false, describe: 'ask every serial port' }),
      options => take({ command: 'devices', all: options.all, choice: choiceOf(options) }),
    )
    .command('pair', 'make this inventory the owner of a blank fob, by the code it shows', asItIs, options =>
      take({ command: 'pair', choice: choiceOf(options) }),
    )
    .command('enroll', 'write an account to the fob and have it proved', enrolOptions, options =>
      take({ command: 'enroll', source: sourceOf(options), out: options.out, choice: choiceOf(options) }),
    )
    .command('list', 'list the accounts on the fob', asItIs, options =>
      take({ command: 'list', choice: choiceOf(options) }),
    )
    .command(
      'code [account]',
      'print a passcode, after a press on the fob',
      (command: CommonOptions) =>
        command.positional('account', { type: 'string', describe: 'its id, label, issuer or issuer:label' }),
      options => take({ command: 'code', account: options.account, choice: choiceOf(options) }),
    )
    .command(
      'clock',
      "compare the fob's clock with this computer's",
      (command: CommonOptions) =>
        command.option('set', { boolean: true, default: false, describe: 'set it' }),
      options => take({ command: 'clock', set: options.set, choice: choiceOf(options) }),
    )
    .command('verify', 'have every account proved against the inventory', asItIs, options =>
      take({ command: 'verify', choice: choiceOf(options) }),
    )
    .command('remove <account>', 'remove one account from the fob', removeOptions, options =>
      take({ command: 'remove', account: options.account, yes: options.yes, choice: choiceOf(options) }),
    )
    .command('erase', 'erase everything on the fob, after a press on it', yesOption, options =>
      take({ command: 'erase', yes: options.yes, choice: choiceOf(options) }),
    )
    .command('simulate', 'run a simulated fob; all further options are its own (simulate --help)')
    .demandCommand(0, 0)
    .epilogue('Exit codes and JSON are described in docs/cli.md.')
    .version(packageVersion())
    .locale('en')
    .exitProcess(false)
    .check(options => refuseRepeated(options))
    .strict();
}

/** yargs makes a list of an option given twice; which one was meant, nobody knows. */
function refuseRepeated(options: Readonly<Record<string, unknown>>): true {
  const repeated = Object.keys(options).find(name => name !== '_' && Array.isArray(options[name]));
  if (repeated === undefined) return true;
  throw new FobError('usage', { sentence: `--${repeated} can be given only once.` });
}

type CommonOptions = ReturnType<typeof commonOptions>;

const asItIs = (command: CommonOptions) => command;

function commonOptions() {
  return yargs()
    .scriptName('passfob')
    .usage('$0 <command> [options]\n\nProvisions and manages Passfob one-time-password fobs.')
    .option('port', {
      string: true,
      requiresArg: true,
      describe: 'port of the fob: /dev/ttyACM0, COM3, tcp:HOST:PORT [PASSFOB_PORT]',
    })
    .option('fob', { string: true, requiresArg: true, describe: 'serial of the fob, such as PF-7Q4M-K2XZ' })
    .option('json', { boolean: true, describe: 'print one JSON document' });
}

function yesOption(command: CommonOptions) {
  return command.option('yes', { boolean: true, default: false, describe: 'do not ask here' });
}

function removeOptions(command: CommonOptions) {
  return yesOption(command).positional('account', {
    type: 'string',
    demandOption: true,
    describe: 'its id, label, issuer or issuer:label',
  });
}

function enrolOptions(command: CommonOptions) {
  return command
    .option('uri', { string: true, requiresArg: true, describe: '"-": a key URI from standard input' })
    .option('uri-file', { string: true, requiresArg: true, describe: 'file that holds a key URI' })
    .option('qr', { string: true, requiresArg: true, describe: 'image file that holds it as a QR code' })
    .option('generate', { boolean: true, describe: 'make a fresh secret' })
    .option('kind', { choices: ['totp', 'hotp'] as const, describe: 'default totp' })
    .option('algorithm', { choices: ['sha1', 'sha256', 'sha512'] as const, describe: 'default sha1' })
    .option('digits', { number: true, requiresArg: true, describe: '6 to 8, default 6' })
    .option('period', { number: true, requiresArg: true, describe: 'seconds (TOTP), default 30' })
    .option('issuer', { string: true, requiresArg: true, describe: 'who asks for the passcode' })
    .option('label', { string: true, requiresArg: true, describe: 'whose passcode it is' })
    .option('out', { string: true, requiresArg: true, describe: 'new file for the key URI' })
    .group(['uri', 'uri-file', 'qr', 'generate'], 'Where the account comes from (one of):')
    .group([...GENERATE_ONLY], 'With --generate:');
}

const GENERATE_ONLY = ['kind', 'algorithm', 'digits', 'period', 'issuer', 'label', 'out'] as const;

type EnrolOptions = Awaited<ReturnType<typeof enrolOptions>['argv']>;

function sourceOf(options: EnrolOptions): EnrolSource {
  const { uri, uriFile, qr, generate } = options;
  const given = [uri, uriFile, qr, generate || undefined].filter(source => source !== undefined);
  if (given.length !== 1) {
    throw new FobError('usage', {
      sentence: 'enroll takes exactly one of --uri -, --uri-file, --qr and --generate.',
      next: 'Run: passfob enroll --help',
    });
  }
  if (generate) return generated(options);
  const misplaced = GENERATE_ONLY.filter(name => options[name] !== undefined);
  if (misplaced.length > 0) {
    throw new FobError('usage', { sentence: `--${misplaced.join(', --')} can stand with --generate only.` });
  }
  if (uriFile !== undefined) return { from: 'uri-file', path: uriFile };
  if (qr !== undefined) return { from: 'qr', path: qr };
  if (uri === '-') return { from: 'stdin' };
  throw new FobError('usage', { sentence: '--uri takes "-" only: key URIs are piped in.' });
}

function generated(options: EnrolOptions): EnrolSource {
  const { kind = 'totp', algorithm = 'sha1', issuer = '', label } = options;
  if (label === undefined) {
    throw new FobError('usage', { sentence: '--generate needs --label: whose passcode it is.' });
  }
  const { digits = DIGITS_DEFAULT, period = PERIOD_SECONDS_DEFAULT } = options;
  return { from: 'generate', kind, algorithm, digits, period, issuer, label };
}
