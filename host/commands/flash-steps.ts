import { connect } from '../client/client.ts';
import type { RetryPolicy } from '../client/link.ts';
import { pause } from '../client/pause.ts';
import { amended, FobError, isFobError } from '../errors.ts';
import { FLASH_BOARDS, type FlashBoardName } from '../flash/boards.ts';
import { BoardConsole } from '../flash/console.ts';
import { type BoardFile, type Image, readImage } from '../flash/image.ts';
import { BIRTH_BYTES, CONSOLE_MS, RESTART_MS, RESTART_POLL_MS } from '../flash/limits.ts';
import { type FlashPlan, planAnew, planOf } from '../flash/plan.ts';
import { program } from '../flash/program.ts';
import { BIRTH_FILE, birthFile, type FlashedSecrets, KEYS_FILE, keysFilesOf } from '../flash/secrets.ts';
import type { Survey } from '../flash/survey.ts';
import { deviceSecretOf, type Pairing, pairingKeyOf, pairingsOf } from '../inventory/pairings.ts';
import { PRESS_POLL_INTERVAL_MS, PRESS_POLLS_MAX, PROBE_SENDS_MAX, PROBE_TIMEOUT_MS } from '../limits.ts';
import { addressText, openTransport, readAddress } from '../transports/discover.ts';
import { buildAtPrompt, knock, strangerAt } from '../transports/knock.ts';
import { likelyPorts, type PortFound, portNamed } from '../transports/ports.ts';
import type { Transport } from '../transports/transport.ts';
import type { Context, FobAtHand } from './context.ts';
import type { FobChoice } from './find.ts';
import { imageFolder } from './package-root.ts';

/** The port of a board, whatever runs on it. */
export interface BoardPort {
  /** As `readAddress` accepts it. */
  readonly address: string;
  /** The serial of the selected fob, if any. */
  readonly serial?: string | undefined;
  /** As in `PortFound`. */
  readonly isShared?: boolean;
  /** Opened several times, because a reset may remove the port. */
  open(): Promise<Transport>;
  /** Default: the limits of `limits.ts` of `host` and of `host/flash`. */
  readonly patience?: BoardPatience;
}

export interface BoardPatience {
  readonly probe: RetryPolicy;
  readonly consoleMs: number;
  readonly restartMs: number;
}

const PATIENCE: BoardPatience = {
  probe: { answerTimeoutMs: PROBE_TIMEOUT_MS, sendsMax: PROBE_SENDS_MAX },
  consoleMs: CONSOLE_MS,
  restartMs: RESTART_MS,
};

/**
 * Returns the selected port: the named one, or the only one that may belong to a board.
 * @param next what to do if there is none, in place of the usual words
 * @throws FobError `bad-input`, `no-fob`, `several-fobs`
 */
export async function boardPort({ port, serial }: FobChoice, next?: string): Promise<BoardPort> {
  const found = port === undefined ? await likelyPorts() : [await portNamed(readAddress(port))];
  const [only] = found;
  if (!only)
    throw new FobError('no-fob', { sentence: 'No board was found.', ...(next !== undefined && { next }) });
  if (found.length > 1) {
    throw new FobError('several-fobs', {
      sentence: `More than one board is there: ${found.map(({ address }) => addressText(address)).join(', ')}.`,
      next: 'Say which one with --port PORT.',
    });
  }
  return boardPortAt(only, serial);
}

export function boardPortAt({ address, isShared }: PortFound, serial: string | undefined): BoardPort {
  return { address: addressText(address), serial, isShared, open: () => openTransport(address) };
}

/**
 * What is at a port: a Passfob, the console of an Espruino, or unknown where only asking tells. Asks before anything is sent that
 * might harm a program of others, if the port may have one.
 * @param isShared whether it may
 * @param board the kind of board that the person expects
 * @throws FobError `no-answer` for such a program, those of the port
 */
async function programAt(
  port: BoardPort,
  isShared: boolean,
  signal?: AbortSignal,
  board?: FlashBoardName,
): Promise<'fob' | 'console' | 'unknown'> {
  if (!isShared) return 'unknown';
  const { probe, consoleMs } = port.patience ?? PATIENCE;
  const transport = await port.open();
  try {
    const knocked = await knock(transport, probe, signal);
    if (knocked === 'fob') return 'fob';
    const build = knocked === 'prompt' ? await buildAtPrompt(transport, consoleMs, signal) : undefined;
    if (build !== undefined) return 'console';
  } finally {
    await transport.close();
  }
  throw strangerAt(port.address, board && FLASH_BOARDS[board].chip && SILENT_BOARD);
}

/** A board without a button that skips its program at the start: only its boot loader leads on. */
const SILENT_BOARD =
  'Unplug it, plug it in again and run the command again. If a board of yours stays silent, erase its flash by its boot loader (docs/boards/rpi-pico.md), then run the command with --uf2 FILE.';

/** @throws FobError `no-fob` if another fob was selected */
export function checkSerial({ serial: wanted, address }: BoardPort, serial: string): void {
  if (wanted === undefined || wanted === serial) return;
  throw new FobError('no-fob', {
    sentence: `The board at ${address} is ${serial}, not ${wanted}.`,
    next: 'Name the port of the right board with --port.',
  });
}

export function builtImage(board: FlashBoardName): Image {
  return readImage(imageFolder(), board);
}

/**
 * Returns the Passfob that runs on a board, or undefined if none answers. The caller closes its client.
 * @param isShared as `programAt` takes it, like `board`
 */
export async function runningFob(
  port: BoardPort,
  signal?: AbortSignal,
  isShared = port.isShared === true,
  board?: FlashBoardName,
): Promise<FobAtHand | undefined> {
  if ((await programAt(port, isShared, signal, board)) === 'console') return undefined;
  const { probe } = port.patience ?? PATIENCE;
  const client = connect(await port.open());
  try {
    const hello = await client.hello(probe, signal);
    checkSerial(port, hello.serial);
    return { address: port.address, client, hello };
  } catch (error) {
    await client.close();
    if (isFobError(error, 'no-answer')) return undefined;
    throw error;
  }
}

/** @throws FobError `no-answer` if no Espruino answers, those of the port */
export async function openConsole(port: BoardPort, mayInterrupt = !port.isShared): Promise<BoardConsole> {
  const { consoleMs } = port.patience ?? PATIENCE;
  return BoardConsole.open(await port.open(), consoleMs, mayInterrupt);
}

/**
 * Waits for a console that a person or the firmware is about to open. @throws FobError as `openConsole`, `cancelled`
 */
export async function awaitConsole(
  port: BoardPort,
  waitMs: number,
  signal?: AbortSignal,
): Promise<BoardConsole> {
  for (const end = performance.now() + waitMs; ; ) {
    try {
      return await openConsole(port);
    } catch (error) {
      if (!isFobError(error, 'no-answer') || performance.now() > end) throw error;
    }
    await pause(RESTART_POLL_MS, signal);
  }
}

/** Returns the console of a fob whose keys are lost; a person opens it by the button. */
export async function restoringConsole(
  context: Context,
  port: BoardPort,
  { client, hello }: FobAtHand,
): Promise<BoardConsole> {
  await client.close();
  context.report({ event: 'restore-press-needed', serial: hello.serial });
  return awaitConsole(port, PRESS_POLL_INTERVAL_MS * PRESS_POLLS_MAX, context.signal);
}

/** The owner of a board's secrets: a pairing, none, or an unknown owner. */
export interface BoardOwner {
  readonly pairing: Pairing | undefined;
  readonly isForeign: boolean;
}

/** Finds the owner of the secrets by their checksum, without reading the secrets. */
export async function holderOf(context: Context, found: Survey): Promise<BoardOwner> {
  const stored = found.files.get(KEYS_FILE);
  for (const pairing of await pairingsOf(context.inventory, found.serial)) {
    const forms = keysFilesOf(await secretsOf(context, pairing));
    if (forms.some(({ bytes, crc }) => bytes.length === stored?.bytes && crc === stored.crc)) {
      return { pairing, isForeign: false };
    }
  }
  return { pairing: undefined, isForeign: found.holdsSecrets };
}

export async function secretsOf({ inventory }: Context, { id }: Pairing): Promise<FlashedSecrets> {
  return {
    deviceSecret: await deviceSecretOf(inventory, id),
    pairingKey: await pairingKeyOf(inventory, id),
  };
}

/**
 * Returns the files of secrets that a board needs and does not have.
 * @param keys the file of the secrets, or undefined if the fob keeps its own
 */
function secretFiles(context: Context, found: Survey, keys: BoardFile | undefined): BoardFile[] {
  const isBorn = found.files.get(BIRTH_FILE)?.bytes === BIRTH_BYTES;
  return [...(keys ? [keys] : []), ...(isBorn ? [] : [birthFile(context.random)])];
}

/** Names of the files whose contents decide what must be written. */
export const namesOf = (image: Image) => [KEYS_FILE, BIRTH_FILE, ...image.files.map(({ name }) => name)];

/** The plan, and a fallback if Storage turns out to be damaged. */
export interface Plans {
  readonly plan: FlashPlan;
  readonly anew: FlashPlan;
}

/**
 * Plans the files to write, including the keys if the board does not hold them.
 * @param keys the file of the secrets as it would be written, needed or not
 * @param isHeld whether the fob keeps its own secrets
 * @throws FobError `refused` if it does not fit
 */
export function planFor(
  context: Context,
  found: Survey,
  image: Image,
  { keys, isHeld }: { keys: BoardFile; isHeld: boolean },
): Plans {
  const anew = planAnew(found, [keys, birthFile(context.random), ...image.files]);
  try {
    const secrets = secretFiles(context, found, isHeld ? undefined : keys);
    return { plan: planOf(found, [...secrets, ...image.files]), anew };
  } catch (error) {
    if (!isFobError(error, 'refused') || found.rubbishBytes === 0) throw error;
    return { plan: anew, anew };
  }
}

/** Writes a board and restarts it; its console is closed then. */
export async function writeBoard(
  context: Context,
  repl: BoardConsole,
  work: { serial: string; board: FlashBoardName; plans: Plans },
): Promise<void> {
  const { serial, board, plans } = work;
  let bytes: { readonly bytesDone: number; readonly bytesTotal: number } | undefined;
  const write = (plan: FlashPlan) =>
    program(
      repl,
      plan,
      progress => {
        if (progress.event === 'uploading') bytes = progress;
        context.report({ ...progress, serial });
      },
      context.signal,
    );
  try {
    await write(plans.plan);
  } catch (error) {
    // After an interrupted compaction, space may count as free that is not erased. The user's own files are never
    // erased without a question.
    const isSpoilt = isFobError(error, 'verification-failed') && !plans.plan.isErasingAll;
    if (!isSpoilt || plans.anew.remove.length > 0) throw withBytes(error, serial, bytes);
    await write(plans.anew).catch(failure => {
      throw withBytes(failure, serial, bytes);
    });
  }
  context.report({ event: 'restarting', serial });
  await repl.dismiss(FLASH_BOARDS[board].restart);
}

/** Adds how much of the image is on the board. */
function withBytes(
  error: unknown,
  serial: string,
  bytes: { readonly bytesDone: number; readonly bytesTotal: number } | undefined,
): unknown {
  if (!isFobError(error) || bytes === undefined) return error;
  const { bytesDone, bytesTotal } = bytes;
  return amended(error, {
    sentence: `${bytesDone} of ${bytesTotal} bytes were written to the board before.`,
    details: { serial, bytesDone, bytesTotal },
  });
}

/**
 * Waits for the fob after the restart. Its client is open.
 * @throws FobError `no-answer` if none answers in time, `verification-failed` for another fob or firmware
 */
export async function restarted(
  port: BoardPort,
  expected: { serial: string; image: Image },
  signal?: AbortSignal,
): Promise<FobAtHand> {
  const { serial, image } = expected;
  const fob = await firstHello(port, signal);
  const { hello } = fob;
  if (hello.serial === serial && hello.board === image.board && hello.firmware === image.firmware) return fob;
  await fob.client.close();
  throw new FobError('verification-failed', {
    sentence: `After the restart ${hello.serial} answers with firmware ${hello.board} ${hello.firmware}, not ${serial} with ${image.board} ${image.firmware}.`,
    next: 'Leave only this board plugged in, then run the command again.',
  });
}

/** Errors of a port while its board starts. */
export const AWAY = ['port-absent', 'port-busy', 'port-forbidden', 'port-failed', 'unplugged'] as const;

async function firstHello(port: BoardPort, signal?: AbortSignal): Promise<FobAtHand> {
  const { restartMs } = port.patience ?? PATIENCE;
  for (const end = performance.now() + restartMs; performance.now() < end; ) {
    try {
      // It has shown what it is before.
      const fob = await runningFob(port, signal, false);
      if (fob) return fob;
    } catch (error) {
      // The port is absent, or is back but not ready yet.
      if (!isFobError(error, ...AWAY)) throw error;
    }
    await pause(RESTART_POLL_MS, signal);
  }
  throw new FobError('no-answer', {
    sentence: `The board at ${port.address} does not answer after its restart.`,
    next: 'Take its power off and on, then run the same command again: it goes on where it was.',
  });
}
