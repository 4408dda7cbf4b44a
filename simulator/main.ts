import { randomBytes, randomInt } from 'node:crypto';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { boot, fileStore } from './boot.ts';
import { controlServer, controlStreams } from './control/jsonl.ts';
import type { Target } from './control/target.ts';
import { terminalFace } from './faces/terminal.ts';
import { webFace } from './faces/web/server.ts';
import type { Fob, Wire } from './fob.ts';
import { pacedWire } from './fronts/baud.ts';
import type { Front } from './fronts/front.ts';
import { MAX_BAUD, MAX_PORT, MIN_BAUD } from './fronts/limits.ts';
import { PtyUnavailable, ptyFront } from './fronts/pty.ts';
import { tcpFront } from './fronts/tcp.ts';
import { addUsbip, checkUsbip, openUsbip } from './fronts/usbip/options.ts';

/** Exit codes, as `--help` documents them. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

class UsageError extends Error {}

type Options = Awaited<ReturnType<typeof parseOptions>>;

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
  describe: 'speed of the serial port, in real time; without it as fast as it goes',
} as const;

function wholeSeed(value: number): number {
  if (!Number.isSafeInteger(value)) throw new UsageError('--seed takes a whole number');
  return value;
}

function parseOptions(args: readonly string[]) {
  return addUsbip(yargs([...args]))
    .scriptName('simulator')
    .usage('$0 [options]\n\nA simulated fob: an Espruino board in software that runs the firmware image.')
    .option('board', {
      choices: ['pico', 'pico-hid', 'banglejs2', 'bench'] as const,
      default: 'pico' as const,
      describe: 'which board',
    })
    .option('storage', {
      string: true,
      requiresArg: true,
      describe: 'file that keeps its memories; without one they end with it',
    })
    .option('unflashed', { boolean: true, default: false, describe: 'a new board holds Espruino alone' })
    .option('birth', {
      choices: ['none', 'random'] as const,
      default: 'random' as const,
      describe: 'entropy flashed into a new fob',
    })
    .option('clock', {
      choices: ['real', 'virtual'] as const,
      default: 'real' as const,
      describe: 'time of this machine, or as control moves it',
    })
    .option('seed', {
      number: true,
      requiresArg: true,
      coerce: wholeSeed,
      describe: 'seed of all that is left to chance',
    })
    .option('pty', { string: true, describe: 'serial port on a pseudo-terminal, linked to this path' })
    .option('tcp', {
      number: true,
      requiresArg: true,
      coerce: portNumber,
      describe: 'serial port on this TCP port of 127.0.0.1',
    })
    .option('baud', BAUD_OPTION)
    .option('web', {
      number: true,
      requiresArg: true,
      coerce: portNumber,
      describe: 'faceplate page on this port of 127.0.0.1',
    })
    .option('terminal', { boolean: true, default: false, describe: 'faceplate in this terminal' })
    .option('plain', { boolean: true, default: false, describe: 'with --terminal: text, no drawing' })
    .option('control', { boolean: true, default: false, describe: 'JSON lines on standard input and output' })
    .option('control-socket', { string: true, requiresArg: true, describe: 'JSON lines on a Unix socket' })
    .option('exit-with-parent', { boolean: true, default: false, describe: 'end when standard input ends' })
    .epilogue('Port 0: any free one. When ready, one line of JSON says where everything is.')
    .epilogue('Exit codes: 0 ended as asked, 1 failed, 2 wrong usage.')
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .version(false)
    .strict()
    .check(options => checkTogether(options))
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(message || error.message);
    })
    .parseAsync();
}

interface Combined {
  readonly pty?: unknown;
  readonly tcp?: unknown;
  readonly usbip?: { readonly host: string; readonly port: number } | undefined;
  readonly attach: boolean;
  readonly board: string;
  readonly web?: unknown;
  readonly control: boolean;
  readonly terminal: boolean;
  readonly exitWithParent?: unknown;
  readonly clock: string;
  readonly controlSocket?: unknown;
  readonly baud?: unknown;
}

function checkTogether(options: Combined): true {
  const { pty, tcp, usbip, web, control, terminal, exitWithParent, clock, controlSocket, baud } = options;
  const wrongUsb = checkUsbip(options);
  if (wrongUsb !== undefined) throw new UsageError(wrongUsb);
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

/** Things to undo at the end, last first. */
type Closers = (() => unknown)[];

/** What the ready line says; a front or face that was not asked for is left out. */
interface Ready {
  readonly seed: number;
  ready: true;
  pty?: string | null;
  ptyUnavailable?: string;
  tcp?: number;
  usbip?: string;
  web?: string;
}

async function openFronts(
  fob: Fob,
  wire: Wire,
  options: Options,
  ready: Ready,
  lost: (why: string) => void,
): Promise<Front[]> {
  const fronts: Front[] = [];
  if (options.pty !== undefined) {
    const link = options.pty === '' ? {} : { link: options.pty };
    try {
      const front = await ptyFront(wire, { ...link, onLost: lost });
      fronts.push(front);
      ready.pty = front.path;
    } catch (error) {
      // With a TCP front beside it the fob can still be reached, and the ready line says how.
      if (!(error instanceof PtyUnavailable) || options.tcp === undefined) throw error;
      ready.pty = null;
      ready.ptyUnavailable = error.message;
    }
  }
  if (options.tcp !== undefined) {
    const front = await tcpFront(wire, options.tcp);
    fronts.push(front);
    ready.tcp = front.port;
  }
  if (options.usbip !== undefined) {
    const front = await openUsbip(fob, options.usbip, options, lost);
    fronts.push(front);
    ready.usbip = front.address;
  }
  return fronts;
}

/** Boots the fob, opens what was asked for, and says so; the rest happens in events until `end` is called. */
async function start(
  options: Options,
  closers: Closers,
  end: (code: number, why?: string) => void,
): Promise<void> {
  // By chance unless given, so that two fobs are two; said, so that a run can be repeated.
  const seed = options.seed ?? randomInt(2 ** 31);
  const fob = boot({
    board: options.board,
    clock: options.clock,
    ...(options.storage === undefined ? {} : { storage: fileStore(options.storage) }),
    seed,
    ...(options.unflashed ? { image: {} } : {}),
    ...(options.birth === 'none' || options.unflashed
      ? {}
      : { files: { birth: new Uint8Array(randomBytes(32)) } }),
  });
  closers.push(() => fob.close());

  const ready: Ready = { ready: true, seed };
  const paced = options.baud === undefined ? undefined : pacedWire(fob.link, options.baud);
  closers.push(() => paced?.stop());
  const fronts = await openFronts(fob, paced ?? fob.link, options, ready, why => end(EXIT.failed, why));
  closers.push(...fronts.map(front => () => front.close()));
  const target: Target = { fob, clock: options.clock, fronts, quit: () => end(EXIT.done) };
  if (options.web !== undefined) {
    const face = await webFace(target, options.web);
    closers.push(() => face.close());
    ready.web = face.url;
  }
  if (options.controlSocket !== undefined) {
    const server = await controlServer(target, options.controlSocket);
    closers.push(() => server.close());
  }
  sayReady(ready, options);
  if (options.terminal) closers.push(openTerminal(target, options, ready));
  if (options.control) {
    controlStreams(target, process.stdin, process.stdout).then(
      () => end(EXIT.done),
      () => end(EXIT.done),
    );
  } else if (options.exitWithParent) {
    process.stdin.resume();
    process.stdin.on('close', () => end(EXIT.done));
  }
}

function sayReady(ready: Ready, { control, terminal }: Options): void {
  const line = `${JSON.stringify(ready)}\n`;
  if (control) process.stderr.write(line);
  else if (!terminal) process.stdout.write(line);
  else if (!process.stderr.isTTY) process.stderr.write(line);
}

function openTerminal(target: Target, options: Options, ready: Ready): () => void {
  const notes = [ready.pty, ready.tcp && `127.0.0.1:${ready.tcp}`, ready.usbip, ready.web].filter(
    note => typeof note === 'string',
  );
  const leave = terminalFace(target, {
    input: process.stdin,
    output: process.stdout,
    plain: options.plain,
    notes,
  });
  // An error that nobody caught ends the process without `end`: the terminal is given back all the same.
  process.once('exit', leave);
  return () => {
    process.off('exit', leave);
    leave();
  };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const closers: Closers = [];
  let isEnding = false;
  const end = (code: number, why?: string) => {
    if (isEnding) return;
    isEnding = true;
    if (why !== undefined) process.stderr.write(`simulator: ${why}\n`);
    void closeAll(closers).then(isClosed => process.exit(isClosed ? code : EXIT.failed));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(EXIT.done));
  // Whoever read our output is gone.
  process.stdout.on('error', () => end(EXIT.done));
  try {
    await start(await parseOptions(hideBin(process.argv)), closers, end);
  } catch (error) {
    end(error instanceof UsageError ? EXIT.usage : EXIT.failed, sentence(error));
  }
}

async function closeAll(closers: Closers): Promise<boolean> {
  let isClosed = true;
  for (const close of closers.reverse()) {
    try {
      await close();
    } catch (error) {
      process.stderr.write(`simulator: ${sentence(error)}\n`);
      isClosed = false;
    }
  }
  return isClosed;
}

await main();
