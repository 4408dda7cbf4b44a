import { DEVICE_SECRET_BYTES, ENTROPY_BYTES, PAIRING_KEY_BYTES } from '../../protocol/limits.ts';
import { readPairingCode } from '../../protocol/pairing.ts';
import { pairingCode, pairingKey } from '../client/handshake.ts';
import { FobError, isOutcomeUnknown, isRefusal } from '../errors.ts';
import {
  addPendingPairing,
  confirmPairing,
  dropPairing,
  type FobSecrets,
  pairingsOf,
} from '../inventory/pairings.ts';
import { CODE_ATTEMPTS_MAX, RECOVERY_KEY_BYTES } from '../limits.ts';
import type { Context, FobAtHand } from './context.ts';
import { leaveMissingRecoveryKey } from './escrow.ts';
import { openOwnerSession } from './owner-session.ts';

export interface PairOptions {
  /**
   * Has the person type the code that the fob shows.
   * @param isAgain the last one had a wrong character
   * @throws FobError `cancelled`
   */
  readonly askCode: (isAgain: boolean) => Promise<string>;
}

export interface PairResult {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** Whether the fob had been paired already by a run that was interrupted before it could say so. */
  readonly isResumed: boolean;
}

/**
 * Makes this inventory the owner of a blank fob, by the code on its screen.
 * @throws FobError `already-owned`, `bad-input` and `wrong-code` for the code, `refused`, `inventory`, those of the link
 */
export async function pair(context: Context, fob: FobAtHand, options: PairOptions): Promise<PairResult> {
  const { serial, board, firmware, state } = fob.hello;
  if (state !== 'blank') {
    await resume(context, fob);
    return { serial, board, firmware, isResumed: true };
  }
  const seconds = await fob.client.startPairing(context.signal);
  context.report({ event: 'code-shown', serial, seconds });
  const code = await readCode(options);
  await fob.client.openSession(pairingCode(code), context.signal);
  await adopt(context, fob);
  return { serial, board, firmware, isResumed: false };
}

/** A run that was cut off after the fob took its secrets left a pending pairing, which may now be confirmed. */
async function resume(context: Context, fob: FobAtHand): Promise<void> {
  const pairings = await pairingsOf(context.inventory, fob.hello.serial);
  const alreadyOwned = () =>
    new FobError('already-owned', {
      refusal: 'already-owned',
      ...(pairings[0]?.state === 'confirmed' && {
        sentence: `The fob ${fob.hello.serial} is paired with this inventory already.`,
        next: 'Nothing needs to be done. To start anew, run: passfob erase, then: passfob pair',
      }),
    });
  if (!pairings.some(pairing => pairing.state === 'pending')) throw alreadyOwned();
  const pairing = await openOwnerSession(context, fob);
  if (pairing.state !== 'pending') throw alreadyOwned();
}

async function readCode({ askCode }: PairOptions): Promise<string> {
  for (let attempts = 0; attempts < CODE_ATTEMPTS_MAX; attempts++) {
    const code = readPairingCode(await askCode(attempts > 0));
    if (code !== undefined) return code;
  }
  throw new FobError('bad-input', {
    sentence: 'The code has a wrong, missing or extra character.',
    next: 'Type it as the fob shows it: 18 characters, with or without spaces.',
  });
}

/**
 * Makes the secrets, keeps them, gives them to the fob, and sees that the fob has them. Kept before they are sent: a
 * power cut at any moment leaves a fob that is blank, or one whose key is in the inventory.
 */
async function adopt(context: Context, fob: FobAtHand): Promise<void> {
  const { inventory, random, signal } = context;
  const secrets: FobSecrets = {
    deviceSecret: random(DEVICE_SECRET_BYTES),
    pairingKey: random(PAIRING_KEY_BYTES),
    recoveryKey: random(RECOVERY_KEY_BYTES),
  };
  const id = await addPendingPairing(inventory, fob.hello, secrets, context.now());
  const { deviceSecret, pairingKey: key } = secrets;
  try {
    await fob.client.call(
      'adopt',
      { deviceSecret, pairingKey: key, entropy: random(ENTROPY_BYTES) },
      { signal },
    );
  } catch (error) {
    if (!isOutcomeUnknown(error)) await dropPairing(inventory, id);
    throw isRefusal(error, 'no-session') ? new FobError('wrong-code', { cause: error }) : error;
  }
  await fob.client.openSession(pairingKey(key), signal);
  await confirmPairing(inventory, id, context.now());
  const [pairing] = await pairingsOf(inventory, fob.hello.serial);
  if (pairing?.id === id) await leaveMissingRecoveryKey(context, fob, pairing);
}
