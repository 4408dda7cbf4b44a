import { randomBytes } from 'node:crypto';
import { hideBin } from 'yargs/helpers';
import { base64Of } from '../base/base64.ts';
import type { FaultPlan } from '../base/fault-plan.ts';
import type { FirmwareBoard } from '../base/firmware-board.ts';
import type { BootOptions, SimulatedFob, Wire } from '../base/fob.ts';
import { BIRTH_BYTES, DEFAULT_START_MS } from '../base/limits.ts';
import { onPort, onSocket } from '../base/node/start-refused.ts';
import { makeRandomness } from '../base/randomness.ts';
import { UsageError } from '../base/usage-error.ts';
import { controlServer, controlStreams } from '../faceplates/control/jsonl.ts';
import type { ControlTarget } from '../faceplates/control/target.ts';
import { traceLogOf } from '../faceplates/control/trace-log.ts';
import { WEB_KEY_BYTES } from '../faceplates/limits.ts';
import { terminalFaceplate } from '../faceplates/terminal.ts';
import { webFaceplate } from '../faceplates/web/server.ts';
import { planText } from '../faults/plan.ts';
import { faultReport } from '../faults/reports.ts';
import { boot, fileStore } from '../fob/boot.ts';
import { bootAgain } from '../fob/boot-recorded.ts';
import { builtImage } from '../fob/built-image.ts';
import { otherImage } from '../fob/image-name.ts';
import { pacedWire } from '../ports/baud.ts';
import type { Front } from '../ports/front.ts';
import { PtyUnavailable, ptyFront } from '../ports/pty.ts';
import { tcpFront } from '../ports/tcp.ts';
import { openUsbip } from '../ports/usbip/options.ts';
import { type Recorder, recordFob } from '../recording/replay/recorder.ts';
import { lockStorage } from '../recording/state/lock.ts';
import { traceToFile } from '../recording/trace/file.ts';
import { seedAndPlan } from './fault-options.ts';
import { readFirmware } from './firmware-options.ts';
import { EXIT, nameOf, sentence } from './launch.ts';
import { ESPRUINO_DEFAULT, parseOptions, type SimulatorOptions } from './options.ts';
import { Parent } from './permitted/child.ts';
import { GUESSABLE, olderImage, type Ready, readyLine, readyText, WITHOUT_KEY } from './ready.ts';
import { readTraceKeys } from './trace-keys.ts';

const PROGRAM = nameOf(process.argv0);

/** Opens files and ports for a process without permissions (`permitted/`); undefined in a process that has them. */
let parent: Parent | undefined;

/** Actions for the end of the program, last first. */
type Closers = (() => unknown)[];

/** Opens the USB device and the pseudo-terminal. `open` gets each at once, so that a later failure closes it. */
async function openWire(
  fob: SimulatedFob,
  wire: Wire,
  options: SimulatorOptions,
  ready: Ready,
  { open, lost }: { readonly open: (front: Front) => void; readonly lost: (why: string) => void },
): Promise<void> {
  if (options.usbip !== undefined) {
    const front = await onPort('usbip', options.usbip.port, openUsbip(fob, options.usbip, options, lost));
    open(front);
    ready.usbip = front.address;
  }
  if (options.pty === undefined) return;
  const link = options.pty === '' ? {} : { link: options.pty };
  try {
    const front = await (parent?.openPty(wire, lost) ?? ptyFront(wire, { ...link, onLost: lost }));
    open(front);
    ready.pty = front.path;
  } catch (error) {
    // With a TCP front the fob can still be reached, and the ready line reports the reason.
    if (!(error instanceof PtyUnavailable) || options.tcp === undefined) throw error;
    ready.pty = null;
    ready.ptyUnavailable = error.message;
  }
}

function bootOptions(options: SimulatorOptions, seed: number, faults: FaultPlan): BootOptions {
  return {
    board: options.board,
    ...(options.espruino && { espruino: options.espruino }),
    clock: options.clock,
    ...(options.storage === undefined ? {} : { storage: fileStore(options.storage) }),
    seed,
    faults,
    random: options.seed === undefined ? 'real' : 'seed',
    updateImage: options.updateImage,
    ...(options.unflashed ? { image: {} } : {}),
    ...(options.birth === 'none' || options.unflashed ? {} : { files: { birth: birthOf(options) } }),
  };
}

/** Loads what makes a board that runs a firmware; undefined in a program without it. */
type LoadEmulator = (() => Promise<FirmwareBoard>) | undefined;

/**
 * Makes the board whose microcontroller runs the firmware in a file.
 * @throws UsageError without an emulator
 */
async function firmwareFob(
  options: SimulatorOptions,
  path: string,
  booted: BootOptions,
  loadEmulator: LoadEmulator,
): Promise<SimulatedFob> {
  if (loadEmulator === undefined) {
    throw new UsageError(
      '--firmware needs an emulator, which is a package of its own: start its program, dist/main.js of @passfob/emulator, with the same options, or passfob simulate',
    );
  }
  const { espruino: _espruino, image: _image, ...shared } = booted;
  const firmwareBoard = await loadEmulator();
  return firmwareBoard({
    ...shared,
    firmware: readFirmware(path),
    updateFirmware: options.updateFirmware,
    image: options.unflashed ? {} : builtImage(booted.board),
  });
}

/**
 * Boots the fob. A new one with a seed of the person's is recorded from its first moment: only then is a replay the
 * same.
 */
async function bootFob(
  options: SimulatorOptions,
  seed: number,
  faults: FaultPlan,
  loadEmulator: LoadEmulator,
): Promise<{ fob: SimulatedFob; recorder?: Recorder }> {
  const booted = bootOptions(options, seed, faults);
  if (options.firmware !== undefined) {
    return { fob: await firmwareFob(options, options.firmware, booted, loadEmulator) };
  }
  if (options.seed === undefined || booted.storage?.load() !== undefined) return { fob: boot(booted) };
  const startMs = options.clock === 'real' ? Date.now() : DEFAULT_START_MS;
  const fob = boot({ ...booted, startMs });
  const files = Object.entries(booted.files ?? {}).map(([name, bytes]) => [name, base64Of(bytes)] as const);
  const { board, espruino = ESPRUINO_DEFAULT, clock } = options;
  const { image } = fob.inspect();
  const facts = { board, espruino, clock, seed, startMs, image, files: Object.fromEntries(files) };
  const recorder = recordFob(fob, { ...facts, faults, parts: {}, crystal: true });
  return { fob: recorder.fob, recorder };
}

/** @throws the system's error if the file cannot be made */
function startTrace(fob: SimulatedFob, path: string, options: SimulatorOptions): () => void {
  const { traceScreens: screens, traceMax } = options;
  const limits = traceMax === undefined ? {} : { maxBytes: traceMax };
  const trace = traceToFile(fob, path, { screens, program: 'passfob simulate', ...limits }, error =>
    process.stderr.write(`${PROGRAM}: the trace ends: ${sentence(error)}\n`),
  );
  return () => trace.stop();
}

/** With a seed the same each time, as a run is only repeated with the same secrets. */
function birthOf({ seed }: SimulatorOptions): Uint8Array {
  if (seed === undefined) return new Uint8Array(randomBytes(BIRTH_BYTES));
  return makeRandomness(seed, 'birth').bytes(BIRTH_BYTES);
}

/**
 * Boots the fob, opens the requested fronts and faceplates, and prints the ready line. The rest happens in events
 * until `end` is called.
 */
async function start(
  options: SimulatorOptions,
  closers: Closers,
  end: (code: number, why?: string) => void,
  loadEmulator: LoadEmulator,
): Promise<void> {
  // Without a seed only faults are drawn from this one, which the ready line has; secrets come from this computer.
  const { seed, plan } = seedAndPlan(options);
  // A library may share a store on purpose; two running fobs with one identity are a mistake.
  if (parent) await parent.start();
  else if (options.storage !== undefined) closers.push(lockStorage(options.storage));
  const traceKeys = options.traceKey === undefined ? [] : readTraceKeys(options.traceKey);
  const { fob, recorder } = await bootFob(options, seed, plan, loadEmulator);
  closers.push(() => fob.close());
  if (options.trace !== undefined) closers.push(startTrace(fob, options.trace, options));
  closers.push(() => process.stderr.write(faultReport(fob.faults())));

  const faults = planText(plan);
  const ready: Ready = {
    ready: true,
    seed,
    ...(faults === '' ? {} : { faults }),
    ...(options.seed === undefined ? {} : { guessable: true }),
  };
  if (!options.unflashed && options.storage !== undefined) {
    const other = otherImage(builtImage(options.board), name => fob.storedFile(name));
    if (other) ready.otherImage = other;
  }
  const paced = options.baud === undefined ? undefined : pacedWire(fob.link, options.baud);
  closers.push(() => paced?.stop());
  const wire = paced ?? fob.link;
  const fronts: Front[] = [];
  const open = (front: Front) => {
    fronts.push(front);
    closers.push(() => front.close());
  };
  const target: ControlTarget = {
    fob,
    clock: options.clock,
    fronts,
    traceKeys,
    bootAgain,
    ...(recorder && { recorder }),
    quit: () => end(EXIT.done),
  };
  traceLogOf(fob);
  await openPorts(target, wire, options, ready, { open, closers });
  // The link is last: a start that fails on a port in use must not touch it.
  await openWire(fob, wire, options, ready, { open, lost: why => end(EXIT.failed, why) });
  sayReady(ready, options);
  if (options.terminal) closers.push(openTerminal(target, options, ready));
  const done = () => end(EXIT.done);
  if (options.control) {
    controlStreams(target, process.stdin, process.stdout).then(done, done);
  } else if (options.exitWithParent) {
    process.stdin.resume();
    // Not every kind of input has both: /dev/null never closes.
    for (const event of ['end', 'close'] as const) process.stdin.on(event, done);
  }
}

/** Opens the ports and the control socket. */
async function openPorts(
  target: ControlTarget,
  wire: Wire,
  options: SimulatorOptions,
  ready: Ready,
  { open, closers }: { readonly open: (front: Front) => void; readonly closers: Closers },
): Promise<void> {
  if (options.tcp !== undefined) {
    const front = await onPort('tcp', options.tcp, tcpFront(wire, options.tcp));
    open(front);
    ready.tcp = front.port;
  }
  if (options.web !== undefined) {
    const key = randomBytes(WEB_KEY_BYTES).toString('base64url');
    if (!options.webKey) process.stderr.write(`${PROGRAM}: ${WITHOUT_KEY}\n`);
    const listen = webFaceplate(target, options.web, options.webKey ? `/${key}/` : '/');
    const faceplate = await onPort('web', options.web, listen);
    closers.push(() => faceplate.close());
    ready.web = faceplate.url;
  }
  if (options.controlSocket !== undefined) {
    const server = await onSocket(options.controlSocket, controlServer(target, options.controlSocket));
    closers.push(() => server.close());
  }
}

/** Scripts read a line of JSON, a person at a terminal reads words; the faceplate in the terminal shows it itself. */
function sayReady(ready: Ready, { control, terminal, json }: SimulatorOptions): void {
  if (control) process.stderr.write(readyLine(ready));
  else if (!terminal)
    process.stdout.write(
      json || !process.stdout.isTTY ? readyLine(ready) : readyText(ready, process.argv0.startsWith('npx ')),
    );
  else if (!process.stderr.isTTY) process.stderr.write(readyLine(ready));
}

function openTerminal(target: ControlTarget, options: SimulatorOptions, ready: Ready): () => void {
  const older = ready.otherImage ? olderImage(ready.otherImage) : [];
  const guessable = ready.guessable && GUESSABLE;
  const notes = [
    ready.pty,
    ready.tcp && `127.0.0.1:${ready.tcp}`,
    ready.usbip,
    ready.web,
    guessable,
    ...older,
  ].filter(note => typeof note === 'string');
  const leave = terminalFaceplate(target, {
    input: process.stdin,
    output: process.stdout,
    plain: options.plain,
    notes,
  });
  // An uncaught error ends the process without `end`; the terminal must be restored then, too.
  process.once('exit', leave);
  return () => {
    process.off('exit', leave);
    leave();
  };
}

/** Runs a simulated fob in this process, until it ends: under a parent, which does what this process may not. */
export async function runProgram(loadEmulator?: LoadEmulator): Promise<void> {
  const closers: Closers = [];
  let isEnding = false;
  const end = (code: number, why?: string) => {
    if (isEnding) return;
    isEnding = true;
    if (why !== undefined) process.stderr.write(`${PROGRAM}: ${why}\n`);
    void closeAll(closers).then(isClosed => process.exit(isClosed ? code : EXIT.failed));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(EXIT.done));
  if (process.send) parent = new Parent(() => end(EXIT.done));
  // Espruino has no asynchronous functions: what they reject in an image is no failure of this program.
  process.on('unhandledRejection', (reason, promise) => {
    if (promise instanceof Promise) throw reason;
  });
  // The reader of our output is gone.
  process.stdout.on('error', () => end(EXIT.done));
  try {
    const options = await parseOptions(hideBin(process.argv), PROGRAM);
    await start(options, closers, end, loadEmulator);
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
      process.stderr.write(`${PROGRAM}: ${sentence(error)}\n`);
      isClosed = false;
    }
  }
  return isClosed;
}
