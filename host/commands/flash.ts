import { DEVICE_SECRET_BYTES, PAIRING_KEY_BYTES } from '@passfob/protocol/limits';
import type { Hello } from '../client/hello.ts';
import { FobError } from '../errors.ts';
import { FLASH_BOARDS, type FlashBoardName } from '../flash/boards.ts';
import type { BoardConsole } from '../flash/console.ts';
import type { BoardFile, Image } from '../flash/image.ts';
import type { FlashPlan } from '../flash/plan.ts';
import { keysFile } from '../flash/secrets.ts';
import { checkBoard, checkCrypto, type Survey, survey } from '../flash/survey.ts';
import { addPendingPairing, type Pairing, pairingsOf, type StoredFobSecrets } from '../inventory/pairings.ts';
import { RECOVERY_KEY_BYTES } from '../limits.ts';
import type { Context, FobAtHand, Progress } from './context.ts';
import { type FlashedFiles, type FlashFacts, flashedFiles, flashFacts } from './flash-report.ts';
import {
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
import { openOwnerSession } from './owner-session.ts';

export interface FlashOptions {
  readonly board: FlashBoardName;
  /** Reads only: the board and the inventory stay as they are. */
  readonly isDryRun: boolean;
  /** Default: the built image. */
  readonly image?: Image;
  /** @throws FobError `cancelled` for a no */
  readonly confirm: (question: string) => Promise<void>;
}

export interface FlashResult extends FlashFacts {
  readonly isDryRun: boolean;
  /**
   * new: a fob that did not exist. restored: the secrets of its pairing were written again. kept: its secrets were
   * intact.
   */
  readonly pairing: 'new' | 'restored' | 'kept';
  readonly files: FlashedFiles;
}

/**
 * Makes a fob, owned by this inventory, of a board that runs Espruino. After an interruption, or on a fob whose
 * microcontroller lost its memory, it continues with the existing pairing: the vault, which is in another chip, then
 * opens with every account.
 * @throws FobError `already-owned`, `bad-input` (another board), `old-firmware` (an old Espruino, one without crypto), `refused` (no
 * room),
 *   `verification-failed`, `no-answer`, `cancelled`, `inventory`, those of the port
 */
export async function flash(context: Context, port: BoardPort, options: FlashOptions): Promise<FlashResult> {
  const image = options.image ?? builtImage(options.board);
  const isShared = port.isShared === true || FLASH_BOARDS[options.board].chip !== undefined;
  const fob = await runningFob(port, context.signal, isShared, options.board);
  if (fob && (await isCutOffAtTheEnd(context, fob))) return resumed(context, fob, options);
  const repl = await (fob ? consoleOf(context, port, fob) : openConsole(port, !isShared));
  try {
    const found = await survey(repl, namesOf(image));
    checkSerial(port, found.serial);
    checkBoard(found, image.board);
    await checkCrypto(repl, image.board);
    const owner = await ownerFor(context, found);
    const plans = planFor(context, found, image, owner);
    const { plan } = plans;
    const { isDryRun } = options;
    const result = { ...flashFacts(found, image), isDryRun, pairing: owner.kind, files: flashedFiles(plan) };
    if (isDryRun) return result;
    await ask(options, found, owner, plan);
    // Stored in the inventory before the board gets it, so that no interruption loses a key.
    if (owner.secrets) {
      await addPendingPairing(context.inventory, factsOf(found, image), owner.secrets, context.now());
    }
    await writeBoard(context, repl, { serial: found.serial, board: image.board, plans });
    await prove(context, await restarted(port, { serial: found.serial, image }, context.signal));
    return result;
  } finally {
    await repl.close();
  }
}

const factsOf = ({ serial }: Survey, { board, firmware }: Image) => ({ serial, board, firmware });

/** The future owner of the fob. */
interface Owner {
  readonly kind: FlashResult['pairing'];
  /** Undefined for a pairing that is still to be made. */
  readonly pairing: Pairing | undefined;
  /** Secrets of a pairing that is still to be made. */
  readonly secrets?: StoredFobSecrets;
  readonly keys: BoardFile;
  /** Whether the board already holds them. */
  readonly isHeld: boolean;
  /** Whether the board holds the secrets of another owner. */
  readonly isForeign: boolean;
}

async function ownerFor(context: Context, found: Survey): Promise<Owner> {
  const { pairing: held, isForeign } = await holderOf(context, found);
  const [known] = await pairingsOf(context.inventory, found.serial);
  const pairing = held ?? known;
  const isHeld = held !== undefined;
  if (pairing) {
    const isNew = pairing.state === 'pending';
    const keys = keysFile(await secretsOf(context, pairing), isNew);
    const kind = isHeld ? 'kept' : isNew ? 'new' : 'restored';
    return { kind, pairing, keys, isHeld, isForeign };
  }
  const secrets: StoredFobSecrets = {
    deviceSecret: context.random(DEVICE_SECRET_BYTES),
    pairingKey: context.random(PAIRING_KEY_BYTES),
    recoveryKey: context.random(RECOVERY_KEY_BYTES),
  };
  return { kind: 'new', pairing: undefined, secrets, keys: keysFile(secrets, true), isHeld, isForeign };
}

/** Asks for confirmation of irreversible changes before anything is touched. */
async function ask({ confirm }: FlashOptions, found: Survey, owner: Owner, plan: FlashPlan): Promise<void> {
  if (owner.isForeign) {
    await confirm(
      `The board ${found.serial} is a fob of another owner: its accounts will be lost. Flash it all the same?`,
    );
  }
  // Files under Espruino's boot names: on a board that was no fob they are its own program.
  if (!owner.pairing && !owner.isForeign && !found.holdsPassfob && plan.erase.length > 0) {
    const names = plan.erase.join(', ');
    await confirm(`The board has a program of its own (${names}), which will be replaced. Go on?`);
  }
  if (plan.remove.length > 0) {
    const names = plan.remove.join(', ');
    await confirm(
      plan.isErasingAll
        ? `The remains of a power cut fill the board's memory. Erasing them also erases files of your own: ${names}. Erase all of it, for good?`
        : `${names} on the board would keep the fob from starting. Delete this, for good?`,
    );
  }
}

/** Whether an earlier run completed everything but the check that the fob holds its keys. */
async function isCutOffAtTheEnd({ inventory }: Context, { hello }: FobAtHand): Promise<boolean> {
  const [pairing] = await pairingsOf(inventory, hello.serial);
  return (
    hello.state === 'owned' &&
    pairing !== undefined &&
    (pairing.escrowed_ms === null || pairing.state === 'pending')
  );
}

async function resumed(context: Context, fob: FobAtHand, { isDryRun }: FlashOptions): Promise<FlashResult> {
  const { serial, board, firmware, interpreter } = fob.hello;
  if (isDryRun) await fob.client.close();
  else await prove(context, fob);
  const files = {
    written: [],
    erased: [],
    removed: [],
    kept: [],
    isCompacted: false,
    isAllErased: false,
    bytes: 0,
  };
  return { serial, board, firmware, interpreter, isDryRun, pairing: 'kept', files };
}

/** Returns the console of a fob whose keys are lost. No other fob opens its console for flashing. */
async function consoleOf(context: Context, port: BoardPort, fob: FobAtHand): Promise<BoardConsole> {
  if (fob.hello.state === 'keys-lost') return restoringConsole(context, port, fob);
  await fob.client.close();
  throw await isFobAlready(context, fob.hello);
}

/** The wire does not tell the two apart; the screen does. */
const MEMORY_NEXT =
  'If its screen says that the memory does not answer, check the wires. If it says that the memory is damaged: connect the right one, or hold the button for 10 seconds, which erases it, and run: passfob pair';

async function isFobAlready({ inventory }: Context, { serial, state }: Hello): Promise<FobError> {
  if (state === 'blank') {
    return new FobError('already-owned', {
      sentence: `The board is a fob already: ${serial}, which has no owner yet.`,
      next: 'Run: passfob pair',
    });
  }
  if (state === 'damaged') {
    return new FobError('already-owned', {
      sentence: `The board is a fob already: ${serial}, whose memory does not answer or is damaged.`,
      next: MEMORY_NEXT,
    });
  }
  const isOurs = (await pairingsOf(inventory, serial)).length > 0;
  return new FobError('already-owned', {
    subject: isOurs ? undefined : serial,
    sentence: isOurs
      ? `The board is a fob of this inventory already: ${serial}.`
      : `The board is a fob of another owner: ${serial}.`,
    next: isOurs
      ? 'To renew its firmware and keep its accounts, run: passfob update. To start anew, run: passfob erase'
      : 'Have its owner erase it, then run: passfob pair',
  });
}

/** Checks that the fob holds the keys of this inventory, which confirms the pairing and gives it the recovery key. */
async function prove(context: Context, fob: FobAtHand): Promise<void> {
  const { serial, state } = fob.hello;
  try {
    if (state === 'blank') {
      throw new FobError('verification-failed', {
        sentence: `The fob ${serial} runs, and is blank: its memory holds no vault of this inventory.`,
        next: 'To begin anew, without the accounts it had, run: passfob pair',
      });
    }
    if (state === 'damaged') {
      throw new FobError('verification-failed', {
        sentence: `The fob ${serial} runs, but its memory does not answer, or holds the vault of other keys.`,
        next: MEMORY_NEXT,
      });
    }
    // After flashing, a pending pairing is expected and not reported.
    const report = (progress: Progress) => {
      if (progress.event !== 'pairing-resumed') context.report(progress);
    };
    await openOwnerSession({ ...context, report }, fob);
  } finally {
    await fob.client.close();
  }
}
