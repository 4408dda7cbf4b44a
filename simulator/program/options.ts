import yargs, { type Argv } from 'yargs';
import { BOARD_NAMES } from '../base/boards-and-parts.ts';
import { refuseFlagValues } from '../base/flag-values.ts';
import { unknownArgument } from '../base/unknown-argument.ts';
import { UsageError } from '../base/usage-error.ts';
import { BadPlan } from '../faults/plan.ts';
import { MAX_BAUD, MAX_PORT, MIN_BAUD } from '../ports/limits.ts';
import { addUsbip, checkUsbip } from '../ports/usbip/options.ts';
import { addTrace, checkTrace } from '../recording/trace/options.ts';
import { LIST, readPlan } from './fault-options.ts';
import { addFirmware, checkFirmware } from './firmware-options.ts';

export type SimulatorOptions = Awaited<ReturnType<typeof parseOptions>>;

function portNumber(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > MAX_PORT) {
    throw new UsageError(`a port is a whole number from 0 to ${MAX_PORT} (0: any free one)`);
  }
  return value;
}

function speed(value: number): number {
  if (!Number.isInteger(value) || value < MIN_BAUD || value > MAX_BAUD) {
    throw new UsageError(`--baud takes a whole number from ${MIN_BAUD} to ${MAX_BAUD}`);
  }
  return value;
}

const BAUD_OPTION = {
  number: true,
  requiresArg: true,
  coerce: speed,
  describe: 'speed of the serial port in bits a second, in real time; default: no limit',
} as const;

/** The newest release. */
export const ESPRUINO_DEFAULT = '2v29';

const ESPRUINO_OPTION = {
  choices: ['2v25', '2v29', '2v30'] as const,
  defaultDescription: `"${ESPRUINO_DEFAULT}"`,
  describe: 'version of Espruino to imitate; 2v29 loses input that comes too fast',
} as const;

const STORAGE_OPTION = {
  string: true,
  requiresArg: true,
  describe: 'file that keeps its memories, for one simulator at a time; without it they are lost at the end',
} as const;

const wholeSeed = (option: string) => (value: number) => {
  if (!Number.isSafeInteger(value)) throw new UsageError(`${option} takes a whole number`);
  return value;
};

/** Checks a plan before anything starts. */
function usablePlan(text: string): string {
  try {
    if (text !== LIST) readPlan(text);
    return text;
  } catch (error) {
    throw error instanceof BadPlan ? new UsageError(`--faults: ${error.message}`) : error;
  }
}

/** Names of all options, and of those that take no value. yargs has this method, but its types do not. */
function namesOf(parser: object): { readonly known: string[]; readonly flags: readonly string[] } {
  if (!('getOptions' in parser) || typeof parser.getOptions !== 'function') return { known: [], flags: [] };
  const { key, boolean } = parser.getOptions();
  return { known: Object.keys(key), flags: boolean };
}

const WEB_KEY_OPTION = {
  boolean: true,
  default: true,
  describe: 'with --web: an address that nobody else on this computer can guess; --no-web-key: a plain one',
} as const;

const SEED_OPTION = {
  number: true,
  requiresArg: true,
  coerce: wholeSeed('--seed'),
  describe: 'seed of all random values, to repeat a run; makes secrets guessable; default: real randomness',
} as const;

const FAULTS_OPTION = {
  string: true,
  requiresArg: true,
  coerce: usablePlan,
  describe: 'faults that strike at these odds: NAME=1/N,… or a JSON file; "list" prints them all',
} as const;

const REPLAY_OPTION = {
  number: true,
  requiresArg: true,
  coerce: wholeSeed('--replay'),
  describe: 'seed of an earlier run: with the same --faults, the same faults strike again',
} as const;

const TRACE_KEY_OPTION = {
  string: true,
  requiresArg: true,
  describe:
    'file with pairing keys of a test, 64 hexadecimal digits a line: opens sealed frames for the page and control',
} as const;

/** The ways to see and reach the fob; the help lists first those that most people need. */
function addFirst<T>(parser: Argv<T>) {
  return parser
    .option('web', {
      number: true,
      requiresArg: true,
      coerce: portNumber,
      describe: 'faceplate page on this port of 127.0.0.1',
    })
    .option('pty', { string: true, describe: 'serial port on a pseudo-terminal, linked to this path' })
    .option('storage', STORAGE_OPTION)
    .option('terminal', { boolean: true, default: false, describe: 'faceplate in this terminal' })
    .option('tcp', {
      number: true,
      requiresArg: true,
      coerce: portNumber,
      describe: 'serial port on this TCP port of 127.0.0.1',
    })
    .option('baud', BAUD_OPTION)
    .option('update-image', {
      boolean: true,
      default: false,
      describe: 'with --storage: renew the firmware in that file; its owner and accounts stay',
    })
    .option('web-key', WEB_KEY_OPTION)
    .option('trace-key', TRACE_KEY_OPTION)
    .option('plain', { boolean: true, default: false, describe: 'with --terminal: text, no drawing' });
}

/**
 * @param program its name in the help and in messages
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], program: string) {
  const parser = addTrace(addUsbip(addFirmware(addFirst(yargs([...args])))))
    .scriptName(program)
    .usage(
      '$0 [options]\n$0 run FILE…  (scenario files: run --help)\n\nA simulated fob: an Espruino board in software that runs the firmware image.',
    )
    .option('board', {
      choices: BOARD_NAMES,
      default: 'pico' as const,
      describe: 'which board',
    })
    .option('espruino', ESPRUINO_OPTION)
    .option('unflashed', { boolean: true, default: false, describe: 'a new board has only Espruino on it' })
    .option('birth', {
      choices: ['none', 'random'] as const,
      default: 'random' as const,
      describe: 'entropy flashed into a new fob',
    })
    .option('clock', {
      choices: ['real', 'virtual'] as const,
      default: 'real' as const,
      describe: 'time of this computer, or time that only control moves',
    })
    .option('seed', SEED_OPTION)
    .option('faults', FAULTS_OPTION)
    .option('replay', REPLAY_OPTION)
    .option('control', { boolean: true, default: false, describe: 'JSON lines on standard input and output' })
    .option('control-socket', { string: true, requiresArg: true, describe: 'JSON lines on a Unix socket' })
    .option('json', {
      alias: 'j',
      boolean: true,
      default: false,
      describe: 'print the ready line as JSON on a terminal, too',
    })
    .option('exit-with-parent', { boolean: true, default: false, describe: 'end when standard input ends' });
  const { known, flags } = namesOf(parser);
  refuseFlagValues(args, flags);
  return parser
    .epilogue(
      'Port 0: any free one. When ready, the simulator says where everything is: on a terminal in words, elsewhere by one line of JSON.',
    )
    .epilogue('Exit codes: 0 ended as asked, 1 failed, 2 wrong usage.')
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .version(false)
    .strict()
    .check(options => checkTogether(options))
    .fail((message, error) => {
      if (error instanceof UsageError) throw error;
      const unknown = unknownArgument(message ?? '', args, { program, known });
      throw new UsageError(unknown ?? (message || error.message));
    })
    .parseAsync();
}

interface Combined {
  readonly pty?: unknown;
  readonly tcp?: unknown;
  readonly usbip?: { readonly host: string; readonly port: number } | undefined;
  readonly attach: boolean;
  readonly board: string;
  readonly espruino?: unknown;
  readonly firmware?: string | undefined;
  readonly updateFirmware?: unknown;
  readonly web?: unknown;
  readonly webKey?: unknown;
  readonly control: boolean;
  readonly terminal: boolean;
  readonly exitWithParent?: unknown;
  readonly clock: string;
  readonly controlSocket?: unknown;
  readonly baud?: unknown;
  readonly trace?: unknown;
  readonly traceMax?: unknown;
  readonly traceScreens?: unknown;
  readonly storage?: unknown;
  readonly updateImage?: unknown;
  readonly seed?: unknown;
  readonly replay?: unknown;
  readonly faults?: unknown;
  readonly unflashed: boolean;
}

function checkTogether(options: Combined): true {
  const { pty, tcp, usbip, web, control, terminal, exitWithParent, clock, controlSocket, baud } = options;
  if (options.seed !== undefined && options.replay !== undefined) {
    throw new UsageError('--seed repeats the faults as well: leave out --replay');
  }
  if (options.faults === LIST) return true;
  const wrongUsb = checkUsbip(options);
  if (wrongUsb !== undefined) throw new UsageError(wrongUsb);
  const wrongFirmware = checkFirmware(options);
  if (wrongFirmware !== undefined) throw new UsageError(wrongFirmware);
  const wrongTrace = checkTrace(options);
  if (wrongTrace !== undefined) throw new UsageError(wrongTrace);
  if (options.updateImage && (options.storage === undefined || options.unflashed)) {
    throw new UsageError(
      '--update-image renews the firmware of a fob that is kept: use it with --storage alone',
    );
  }
  if (options.webKey === false && web === undefined)
    throw new UsageError('--no-web-key belongs to the faceplate page: add --web');
  if (baud !== undefined && pty === undefined && tcp === undefined) {
    throw new UsageError('--baud is the speed of a serial port: add --pty or --tcp');
  }
  if (!control && !terminal && [pty, tcp, usbip, web, controlSocket].every(option => option === undefined)) {
    throw new UsageError(
      'nothing would reach the fob: add one of --web, --terminal, --pty, --tcp, --usbip, --control',
    );
  }
  if (terminal && (control || exitWithParent)) {
    throw new UsageError(
      '--terminal needs standard input for itself: leave out --control and --exit-with-parent',
    );
  }
  if (clock === 'virtual' && !control && controlSocket === undefined) {
    throw new UsageError('virtual time is moved by --control or --control-socket: add one');
  }
  return true;
}
