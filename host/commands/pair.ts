import { pairingCode, pairingKey } from '../client/handshake.ts';
import { FobError, isOutcomeUnknown, isRefusal } from '../errors.ts';
import { addClockReading } from '../inventory/clocks.ts';
import { noteSeen } from '../inventory/observations.ts';
import {
  addPendingPairing,
  confirmPairing,
  dropPairing,
  type Pairing,
  pairingsOf,
} from '../inventory/pairings.ts';
import { type AskCode, askedCode, freshSecrets, giveSecrets, type PairingResult } from '../owner/pairing.ts';
import type { Context, FobAtHand } from './context.ts';
import { leaveMissingRecoveryKey } from './escrow.ts';
import { openOwnerSession } from './owner-session.ts';

export interface PairOptions {
  /**
   * Asks the person to type the code on the fob.
   * @throws FobError `cancelled`
   */
  readonly askCode: AskCode;
  /** Does the part in which the fob shows its code; default: at once. */
  readonly inTurn?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
}

export interface PairResult {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** Whether an interrupted run had already paired the fob without reporting it. */
  readonly isResumed: boolean;
  /** Whether the fob's clock was set together with its owner. */
  readonly isClockSet: boolean;
}

/** A fob that was just paired, in its owner's session. */
export interface Paired extends PairResult {
  readonly pairing: Pairing;
}

/**
 * Makes this inventory the owner of a blank fob, by the code on its screen.
 * @throws FobError `already-owned`, `bad-input` and `wrong-code` for the code, `refused`, `inventory`, those of the link
 */
export async function pair(context: Context, fob: FobAtHand, options: PairOptions): Promise<PairResult> {
  const { serial, board, firmware, state } = fob.hello;
  if (state !== 'blank') {
    await resume(context, fob);
    return { serial, board, firmware, isResumed: true, isClockSet: false };
  }
  const { pairing: _, ...result } = await pairBlank(context, fob, options);
  return result;
}

/**
 * Pairs a fob that has reported itself blank. Its owner's session stays open.
 * @throws FobError `bad-input` and `wrong-code` for the code, `refused`, `inventory`, those of the link
 */
export async function pairBlank(context: Context, fob: FobAtHand, options: PairOptions): Promise<Paired> {
  const { serial } = fob.hello;
  const { askCode, inTurn = work => work() } = options;
  const code = await inTurn(async () => {
    const seconds = await fob.client.startPairing(context.signal);
    context.report({ event: 'code-shown', serial, seconds });
    return askedCode(askCode);
  });
  await fob.client.openSession(pairingCode(code), context.signal);
  return adopt(context, fob);
}

/** A run interrupted after the fob took its secrets left a pending pairing, which can be confirmed now. */
async function resume(context: Context, fob: FobAtHand): Promise<void> {
  const pairings = await pairingsOf(context.inventory, fob.hello.serial);
  const alreadyOwned = () =>
    new FobError('already-owned', {
      refusal: 'already-owned',
      subject: fob.hello.serial,
      ...(pairings[0]?.state === 'confirmed' && {
        subject: undefined,
        sentence: `The fob ${fob.hello.serial} is paired with this inventory already.`,
        next: 'Nothing needs to be done. To start anew, run: passfob erase, then: passfob pair',
      }),
    });
  if (!pairings.some(pairing => pairing.state === 'pending')) throw alreadyOwned();
  const pairing = await openOwnerSession(context, fob);
  if (pairing.state !== 'pending') throw alreadyOwned();
}

/**
 * Makes the secrets, stores them, sends them to the fob, and checks that the fob has them. They are stored before
 * they are sent: whenever power fails, the fob is blank or its key is in the inventory.
 */
async function adopt(context: Context, fob: FobAtHand): Promise<Paired> {
  const { inventory, random, signal } = context;
  const { serial, board, firmware } = fob.hello;
  const secrets = freshSecrets(random);
  const id = await addPendingPairing(inventory, fob.hello, secrets, context.now());
  let done: PairingResult;
  try {
    done = await giveSecrets(context, fob.client, secrets);
  } catch (error) {
    if (!isOutcomeUnknown(error)) await dropPairing(inventory, id);
    throw isRefusal(error, 'no-session') ? new FobError('wrong-code', { cause: error }) : error;
  }
  await fob.client.openSession(pairingKey(secrets.pairingKey), signal);
  await confirmPairing(inventory, id, context.now(), done.isEscrowed);
  await noteSeen(inventory, id, context.now());
  const [pairing] = await pairingsOf(inventory, serial);
  if (pairing?.id !== id) throw new FobError('inventory', { subject: serial });
  if (!done.isEscrowed) await leaveMissingRecoveryKey(context, fob, pairing);
  else context.report({ event: 'recovery-key-left', serial });
  if (done.isClockSet) {
    await addClockReading(inventory, id, { readMs: context.now(), isSet: true });
    context.report({ event: 'clock-set', serial });
  }
  return { serial, board, firmware, isResumed: false, isClockSet: done.isClockSet, pairing };
}
