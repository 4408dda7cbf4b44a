import { connect } from '../client/client.ts';
import type { RetryPolicy } from '../client/link.ts';
import { pause } from '../client/pause.ts';
import { FobError, isFobError } from '../errors.ts';
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
import { listPorts } from '../transports/ports.ts';
import type { Transport } from '../transports/transport.ts';
import type { Context, FobAtHand } from './context.ts';
import type { FobChoice } from './find.ts';
import { imageFolder } from './package-root.ts';

/** Where a board is, whatever runs on it. */
export interface BoardPort {
  /** As `readAddress` reads it. */
  readonly address: string;
  /** The serial of the fob that is meant, where one is. */
  readonly serial?: string | undefined;
  /** A reset may take the port away: it is opened several times. */
  open(): Promise<Transport>;
  /** Default: what `limits.ts` of `host` and of `host/flash` say. */
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
 * The port that is meant: the named one, or the only one that may belong to a board.
 * @throws FobError `bad-input`, `no-fob`, `several-fobs`
 */
export async function boardPort({ port, serial }: FobChoice): Promise<BoardPort> {
  const addresses =
    port === undefined
      ? (await listPorts()).filter(({ isLikely }) => isLikely).map(found => found.address)
      : [readAddress(port)];
  const [address] = addresses;
  if (!address) throw new FobError('no-fob', { sentence: 'No board was found.' });
  if (addresses.length > 1) {
    throw new FobError('several-fobs', {
      sentence: `More than one board is there: ${addresses.map(addressText).join(', ')}.`,
      next: 'Say which one with --port PORT.',
    });
  }
  return { address: addressText(address), serial, open: () => openTransport(address) };
}

/** @throws FobError `no-fob` where another one was meant */
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

/** The Passfob that runs on a board, or undefined where none answers. The caller closes its client. */
export async function runningFob(port: BoardPort, signal?: AbortSignal): Promise<FobAtHand | undefined> {
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

/** @throws FobError `no-answer` where no Espruino answers, those of the port */
export async function openConsole(port: BoardPort): Promise<BoardConsole> {
  const { consoleMs } = port.patience ?? PATIENCE;
  return BoardConsole.open(await port.open(), consoleMs);
}

/** Waits for a console that a person, or the firmware, is about to open. @throws FobError as `openConsole`, `cancelled` */
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

/** The console of a fob whose keys are lost: its person opens it by a press. */
export async function restoringConsole(
  context: Context,
  port: BoardPort,
  { client, hello }: FobAtHand,
): Promise<BoardConsole> {
  await client.close();
  context.report({ event: 'restore-press-needed', serial: hello.serial });
  return awaitConsole(port, PRESS_POLL_INTERVAL_MS * PRESS_POLLS_MAX, context.signal);
}

/** Whose secrets a board holds: of a pairing, of none or of one that the inventory does not know. */
export interface BoardOwner {
  readonly pairing: Pairing | undefined;
  readonly isForeign: boolean;
}

/** The secrets themselves are not read: their checksum says whose they are. */
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
 * The files of secrets that a board is to hold and does not.
 * @param keys the file of the secrets, or undefined where what the fob has is to stay as it is
 */
function secretFiles(context: Context, found: Survey, keys: BoardFile | undefined): BoardFile[] {
  const isBorn = found.files.get(BIRTH_FILE)?.bytes === BIRTH_BYTES;
  return [...(keys ? [keys] : []), ...(isBorn ? [] : [birthFile(context.random)])];
}

/** Names whose contents decide what has to be done. */
export const namesOf = (image: Image) => [KEYS_FILE, BIRTH_FILE, ...image.files.map(({ name }) => name)];

/** What is going to be done, and what there is left to do where Storage turns out not to take it. */
export interface Plans {
  readonly plan: FlashPlan;
  readonly anew: FlashPlan;
}

/**
 * What has to be written, keys included where the board does not hold them.
 * @param keys the file of the secrets as it would be written, needed or not
 * @param isHeld whether what the fob has of them is to stay as it is
 * @throws FobError `refused` where it does not fit
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

/** Writes a board and has it start anew; its console is closed then. */
export async function writeBoard(
  context: Context,
  repl: BoardConsole,
  work: { serial: string; board: FlashBoardName; plans: Plans },
): Promise<void> {
  const { serial, board, plans } = work;
  const write = (plan: FlashPlan) =>
    program(repl, plan, progress => context.report({ ...progress, serial }), context.signal);
  try {
    await write(plans.plan);
  } catch (error) {
    // Behind a compaction that was cut off, space may be called free that is not erased; nobody's files go unasked.
    const isSpoilt = isFobError(error, 'verification-failed') && !plans.plan.isErasingAll;
    if (!isSpoilt || plans.anew.remove.length > 0) throw error;
    await write(plans.anew);
  }
  context.report({ event: 'restarting', serial });
  await repl.dismiss(FLASH_BOARDS[board].restart);
}

/**
 * The fob that a board has become. Its client is open.
 * @throws FobError `no-answer` where none answers in time, `verification-failed` for another fob or firmware
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

async function firstHello(port: BoardPort, signal?: AbortSignal): Promise<FobAtHand> {
  const { restartMs } = port.patience ?? PATIENCE;
  for (const end = performance.now() + restartMs; performance.now() < end; ) {
    try {
      const fob = await runningFob(port, signal);
      if (fob) return fob;
    } catch (error) {
      // Its port is away, or comes back and is not ready yet.
      const isAway = isFobError(
        error,
        'port-absent',
        'port-busy',
        'port-forbidden',
        'port-failed',
        'unplugged',
      );
      if (!isAway) throw error;
    }
    await pause(RESTART_POLL_MS, signal);
  }
  throw new FobError('no-answer', {
    sentence: `The board at ${port.address} does not answer after its restart.`,
    next: 'Take its power off and on, then run the same command again: it goes on where it was.',
  });
}
