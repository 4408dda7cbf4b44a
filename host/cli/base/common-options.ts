import type { Argv } from 'yargs';
import type { FobChoice } from '../../commands/find.ts';
import { FobError } from '../../errors.ts';

/** Options that also have a letter: the same letter in every command. */
export const LETTERS = {
  all: 'a',
  board: 'b',
  device: 'd',
  'dry-run': 'n',
  fob: 's',
  generate: 'g',
  issuer: 'i',
  json: 'j',
  label: 'l',
  out: 'o',
  port: 'p',
  yes: 'y',
} as const;

/** Adds the options allowed before or after a command. A command that cannot use one removes it by `without`. */
export function commonOptions(parser: Argv) {
  return parser
    .scriptName('passfob')
    .usage('$0 <command> [options]\n\nProvisions and manages Passfob one-time-password fobs.')
    .option('device', {
      alias: LETTERS.device,
      string: true,
      requiresArg: true,
      describe:
        'which fob (use this one): its serial, such as PF-7Q4M-K2XZ, or the beginning of it; its holder; or its port',
      conflicts: ['port', 'fob'],
    })
    .option('port', {
      alias: LETTERS.port,
      string: true,
      requiresArg: true,
      describe:
        'only a port, which --device takes as well: /dev/ttyACM0, COM3, hid:PATH, tcp:HOST:PORT [PASSFOB_PORT]',
    })
    .option('fob', {
      alias: LETTERS.fob,
      string: true,
      requiresArg: true,
      describe: 'only a serial, its beginning or a holder, which --device takes as well',
    })
    .option('json', { alias: LETTERS.json, boolean: true, describe: 'print one JSON document' })
    .option('dry-run', {
      alias: LETTERS['dry-run'],
      boolean: true,
      default: false,
      describe: 'stop before the first change, and show the next step',
    })
    .option('trace', {
      boolean: true,
      default: false,
      describe: 'print every frame as hex on standard error; secrets are encrypted',
    })
    .option('trace-file', {
      string: true,
      requiresArg: true,
      describe: 'record the connection to the fob in this file, for passfob trace and Wireshark',
    });
}

export type CommonOptions = ReturnType<typeof commonOptions>;

/** Reads the choice of a fob from the common options. @throws FobError `bad-input` */
export type ReadChoice = (given: Readonly<Record<string, unknown>>) => Promise<FobChoice>;

/** @param trace receives frames if a trace is requested */
export function choiceReader(
  environment: Readonly<Record<string, string | undefined>>,
  trace: (line: string) => void,
): ReadChoice {
  return async given => {
    const device = textIn(given.device);
    const serial = textIn(given.fob);
    const named = await namedFob(device, serial, environment);
    const file = textIn(given.traceFile);
    const record = file === undefined ? undefined : (await import('./trace-file.ts')).traceToFile(file);
    return {
      ...named,
      port: textIn(given.port) ?? named.port ?? environment.PASSFOB_PORT,
      ...((given.trace === true || given.dryRun === true || record) && {
        wire: { trace: given.trace === true ? trace : undefined, record, isDryRun: given.dryRun === true },
      }),
    };
  };
}

async function namedFob(
  device: string | undefined,
  serial: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FobChoice> {
  if (device === undefined && serial === undefined) return {};
  const { readDevice, readFob } = await import('./fob-names.ts');
  if (device !== undefined) return readDevice(device, environment);
  return serial === undefined ? {} : readFob(serial, environment);
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Options about a fob and its connection. */
export const ABOUT_FOB = ['device', 'port', 'fob', 'trace'] as const;

type CommonOption = (typeof ABOUT_FOB)[number] | 'json' | 'dry-run';

/** Removes common options from a command and its subcommands, and refuses them, because they would have no effect. */
export function without(command: CommonOptions, ...names: readonly CommonOption[]): CommonOptions {
  // Both record the same.
  const all = names.includes('trace') ? [...names, 'trace-file' as const] : names;
  for (const name of all) command.hide(name);
  return command.check(given => {
    const unused = all.filter(name => given[name] !== undefined && given[name] !== false);
    if (unused.length === 0) return true;
    throw new FobError('usage', { sentence: `This command does not take --${unused.join(', --')}.` });
  });
}

export function yesOption(command: CommonOptions) {
  return command.option('yes', {
    alias: LETTERS.yes,
    boolean: true,
    default: false,
    describe: 'do not ask for confirmation',
  });
}

/** The two names of an account. */
export const issuerOption = {
  alias: LETTERS.issuer,
  string: true,
  requiresArg: true,
  describe: 'service that asks for the passcode',
} as const;

export const labelOption = {
  alias: LETTERS.label,
  string: true,
  requiresArg: true,
  describe: 'user of the passcode',
} as const;

export const passwordFileOption = {
  string: true,
  requiresArg: true,
  describe: 'file (or /dev/fd/N) whose first line is the password; without it, the command asks for it',
} as const;

export const keyFileOption = {
  string: true,
  requiresArg: true,
  describe: 'file with the pre-shared key of PSKC, as bytes or in hexadecimal',
} as const;

/** Options that may be given several times. */
export const REPEATABLE: readonly string[] = ['files', 'only', 'serials', 'behind-proxy', 'behindProxy'];

/** yargs knows each option by both names: `dry-run` and `dryRun`. */
export function withDashes(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** Returns the path of a file to write. @throws FobError `usage` for `-` */
export function fileToWrite(path: string): string {
  if (path !== '-') return path;
  throw new FobError('usage', {
    sentence: '- is standard input; this command writes a file. Name the file.',
  });
}

/** For commands that ask for the code on the screen of a fob. */
export const hiddenOption = {
  boolean: true,
  default: false,
  describe: 'print stars for the code that is typed, where others see the screen',
} as const;
