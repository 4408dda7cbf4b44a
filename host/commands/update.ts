import { FobError, isRefusal } from '../errors.ts';
import { FLASH_BOARDS, readBoardName } from '../flash/boards.ts';
import type { BoardConsole } from '../flash/console.ts';
import type { Image } from '../flash/image.ts';
import { FIRMWARE_MIN, MAINTENANCE_MS } from '../flash/limits.ts';
import type { FlashPlan } from '../flash/plan.ts';
import { keysFile } from '../flash/secrets.ts';
import { checkBoard, checkCrypto, type Survey, survey } from '../flash/survey.ts';
import { type Pairing, pairingsOf } from '../inventory/pairings.ts';
import type { Context, FobAtHand } from './context.ts';
import { type FlashedFiles, type FlashFacts, flashedFiles, flashFacts } from './flash-report.ts';
import {
  awaitConsole,
  type BoardPort,
  builtImage,
  checkSerial,
  holderOf,
  namesOf,
  openConsole,
  planFor,
  restarted,
  restoringConsole,
  runningFob,
  secretsOf,
  writeBoard,
} from './flash-steps.ts';
import { type AccountOnFob, listAccounts } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { withPress } from './press.ts';

export interface UpdateOptions {
  /** Reads only: asks for no approval on the fob, and leaves the board as it is. */
  readonly isDryRun: boolean;
  /** Default: the image built for the fob's board. */
  readonly image?: (board: string) => Image;
}

export interface UpdateResult extends FlashFacts {
  readonly isDryRun: boolean;
  /** The firmware before the update, if it ran. */
  readonly firmwareBefore: string | undefined;
  /** Unknown before its console is open, which needs approval on the fob. */
  readonly files: FlashedFiles | undefined;
  /** Number of accounts on the fob; undefined while its PIN locks it. */
  readonly accounts: number | undefined;
}

/** The state before the update. */
interface Before {
  readonly firmware: string | undefined;
  readonly accounts: readonly AccountOnFob[] | undefined;
}

/**
 * Puts this passfob's firmware on one of this inventory's fobs, after approval on it. The accounts stay. A board
 * whose update was interrupted, or whose microcontroller lost its memory, has its console open and needs no approval;
 * its lost keys are written again.
 * @throws FobError `refused` (press-denied …, no room), `verification-failed`, `not-in-inventory`, `old-firmware`,
 *   `no-answer`, those of the port and of `openOwnerSession`; `old-firmware` also for a fob of 0.1.0
 */
export async function update(
  context: Context,
  port: BoardPort,
  options: UpdateOptions,
): Promise<UpdateResult> {
  const imageFor = options.image ?? ((board: string) => builtImage(readBoardName(board)));
  const fob = await runningFob(port, context.signal);
  const isDryRun = options.isDryRun;
  if (!fob) return interrupted(context, port, await openConsole(port), { imageFor, isDryRun });
  await refuseOldVault(fob);
  if (fob.hello.state === 'keys-lost') {
    return interrupted(context, port, await restoringConsole(context, port, fob), { imageFor, isDryRun });
  }
  const { serial, board, firmware, interpreter } = fob.hello;
  try {
    const image = imageFor(board);
    const accounts = await accountsOf(context, fob, await openOwnerSession(context, fob));
    const result = { serial, board, firmware: image.firmware, interpreter, firmwareBefore: firmware };
    if (isDryRun) {
      return { ...result, isDryRun: true, files: undefined, accounts: accounts?.length };
    }
    await fob.client.call('maintain', {}, withPress(context, serial, 'maintenance'));
    await fob.client.close();
    const repl = await awaitConsole(port, MAINTENANCE_MS, context.signal);
    return await renew(context, port, repl, { image, before: { firmware, accounts }, isDryRun: false });
  } finally {
    await fob.client.close();
  }
}

/** Before anything else: the present firmware leaves a vault of 0.1.0 unread. @throws FobError `old-firmware` */
async function refuseOldVault({ client, hello: { serial, firmware } }: FobAtHand): Promise<void> {
  const [major = 0, minor = 0] = firmware.split('.').map(Number);
  if (major > FIRMWARE_MIN.major || (major === FIRMWARE_MIN.major && minor >= FIRMWARE_MIN.minor)) return;
  await client.close();
  throw new FobError('old-firmware', {
    subject: serial,
    sentence: `The fob ${serial} has firmware ${firmware}, whose memory this passfob cannot read.`,
    next: 'Run: passfob update with Passfob 0.2.0 first, then with this version. Nothing was changed.',
  });
}

/** Resumes a board with its console open; only the inventory knows which fob it was. */
async function interrupted(
  context: Context,
  port: BoardPort,
  repl: BoardConsole,
  { imageFor, isDryRun }: { imageFor: (board: string) => Image; isDryRun: boolean },
): Promise<UpdateResult> {
  try {
    const { serial, build } = await survey(repl, []);
    const [pairing] = await pairingsOf(context.inventory, serial);
    if (pairing?.state !== 'confirmed') throw noFobOfOurs(serial, build);
    const image = imageFor(pairing.board);
    return await renew(context, port, repl, {
      image,
      before: { firmware: undefined, accounts: undefined },
      isDryRun,
    });
  } finally {
    await repl.close();
  }
}

function noFobOfOurs(serial: string, build: string): FobError {
  const board = Object.entries(FLASH_BOARDS).find(([, known]) => known.build === build)?.[0];
  return new FobError('not-in-inventory', {
    sentence: `The board ${serial} runs no Passfob, and this inventory has no fob of this serial.`,
    next: `To make it a fob, run: passfob flash --board ${board ?? 'BOARD'}`,
  });
}

interface Renewal {
  readonly image: Image;
  readonly before: Before;
  readonly isDryRun: boolean;
}

async function renew(
  context: Context,
  port: BoardPort,
  repl: BoardConsole,
  { image, before, isDryRun }: Renewal,
): Promise<UpdateResult> {
  try {
    const found = await survey(repl, namesOf(image));
    checkSerial(port, found.serial);
    checkBoard(found, image.board);
    await checkCrypto(repl, image.board);
    const plans = planFor(context, found, image, await keysFor(context, found));
    const { plan } = plans;
    if (plan.remove.length > 0) throw inTheWay(plan);
    const files = flashedFiles(plan);
    const result = { ...flashFacts(found, image), isDryRun, firmwareBefore: before.firmware, files };
    if (isDryRun) return { ...result, accounts: undefined };
    const { serial } = found;
    await writeBoard(context, repl, { serial, board: image.board, plans });
    const fob = await restarted(port, { serial, image }, context.signal);
    try {
      const accounts = await accountsOf(context, fob, await openOwnerSession(context, fob));
      compare(before.accounts, accounts, serial);
      return { ...result, accounts: accounts?.length };
    } finally {
      await fob.client.close();
    }
  } finally {
    await repl.close();
  }
}

/** Returns the fob's secrets, and whether the board holds them. */
async function keysFor(context: Context, found: Survey) {
  const { pairing: held, isForeign } = await holderOf(context, found);
  const pairing = held ?? (await pairingsOf(context.inventory, found.serial))[0];
  if (isForeign || pairing?.state !== 'confirmed') {
    throw new FobError('not-in-inventory', { subject: found.serial });
  }
  return { keys: keysFile(await secretsOf(context, pairing), false), isHeld: held !== undefined };
}

function inTheWay({ remove }: FlashPlan): FobError {
  return new FobError('refused', {
    sentence: `Files of your own on the board are in the way: ${remove.join(', ')}.`,
    next: 'Run: passfob flash, which asks whether to delete them, and keeps the keys and accounts.',
  });
}

async function accountsOf(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
): Promise<readonly AccountOnFob[] | undefined> {
  try {
    return await listAccounts(context, fob, pairing);
  } catch (error) {
    if (isRefusal(error, 'locked')) return undefined;
    throw error;
  }
}

function compare(
  before: readonly AccountOnFob[] | undefined,
  after: readonly AccountOnFob[] | undefined,
  serial: string,
): void {
  if (!before || !after || JSON.stringify(before) === JSON.stringify(after)) return;
  throw new FobError('verification-failed', {
    sentence: `The fob ${serial} runs the new firmware and holds other accounts than before.`,
    next: 'Run: passfob list and passfob verify, and enrol what is missing again.',
  });
}
