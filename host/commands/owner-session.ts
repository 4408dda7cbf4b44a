import { REFUSED_KEYS_LOST, REFUSED_STORAGE_FAILED } from '@passfob/protocol/refusals';
import { pairingKey } from '../client/handshake.ts';
import { FobError, isFobError, isRefusal, refusalError } from '../errors.ts';
import { noteSeen } from '../inventory/observations.ts';
import { confirmPairing, type Pairing, pairingKeyOf, pairingsOf } from '../inventory/pairings.ts';
import { nextRecoveryKeyOf } from '../inventory/recovery-keys.ts';
import type { Context, FobAtHand } from './context.ts';
import { leaveMissingRecoveryKey } from './escrow.ts';

/**
 * Opens a session with the key that the inventory has for this fob. Also tries a pairing that an interruption left
 * pending, and confirms it if the fob has its key. Gives the recovery key to a fob that may lack it.
 * @returns the pairing whose key opened the session
 * @throws FobError `not-paired`, `not-in-inventory`, `not-authentic`, `refused`, `inventory`, those of the link
 */
export async function openOwnerSession(context: Context, fob: FobAtHand): Promise<Pairing> {
  const { state, serial } = fob.hello;
  if (state === 'blank') throw new FobError('not-paired', { subject: serial });
  if (state === 'keys-lost') throw refusalError(REFUSED_KEYS_LOST);
  if (state === 'damaged') throw refusalError(REFUSED_STORAGE_FAILED);
  const pairings = await pairingsOf(context.inventory, serial);
  if (pairings.length === 0) throw new FobError('not-in-inventory', { subject: serial });

  let failure: FobError | undefined;
  for (const pairing of pairings) {
    const key = await pairingKeyOf(context.inventory, pairing.id);
    try {
      await fob.client.openSession(pairingKey(key), context.signal);
    } catch (error) {
      if (!isFobError(error, 'not-authentic') && !isRefusal(error, 'wrong-proof')) throw error;
      // The fob of another owner, whom the subject lets the command line name.
      failure ??= new FobError(error.kind, { subject: serial, refusal: error.refusal, cause: error });
      continue;
    }
    if (pairing.state === 'pending') await settle(context, pairing);
    await noteSeen(context.inventory, pairing.id, context.now());
    const isKeyMissing = pairing.escrowed_ms === null || (await hasNextKey(context, pairing));
    if (isKeyMissing) await leaveMissingRecoveryKey(context, fob, pairing);
    return pairing;
  }
  throw failure ?? new FobError('not-authentic', { subject: serial });
}

/** Whether a reset of the PIN left a recovery key that the fob has not confirmed. */
async function hasNextKey({ inventory }: Context, { id }: Pairing): Promise<boolean> {
  return (await nextRecoveryKeyOf(inventory, id)) !== undefined;
}

/** The fob has the key, so the pairing succeeded although the run was interrupted. */
async function settle(context: Context, pairing: Pairing): Promise<void> {
  await confirmPairing(context.inventory, pairing.id, context.now());
  context.report({ event: 'pairing-resumed', serial: pairing.serial });
}
