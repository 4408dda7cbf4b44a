import { isFobError } from '../errors.ts';
import { markEscrowed, type Pairing, recoveryKeyOf } from '../inventory/pairings.ts';
import {
  confirmRecoveryKey,
  heldRecoveryKeys,
  nextRecoveryKeyOf,
  proposeRecoveryKey,
} from '../inventory/recovery-keys.ts';
import { RECOVERY_KEY_BYTES } from '../limits.ts';
import { type RecoveryKeys, renewRecoveryKey } from '../owner/recovery.ts';
import type { Context, FobAtHand } from './context.ts';

/**
 * Gives the fob the recovery key, under which it stores its vault's key a second time: a forgotten PIN can then be
 * reset without losing the accounts. The inventory holds the key since before the pairing; the fob does not keep it. If
 * a new key waits since a reset, the fob gets that one. Inside an open session.
 * @throws FobError `old-firmware`, `refused` (locked, storage-failed …), those of the link
 */
export async function leaveRecoveryKey(context: Context, fob: FobAtHand, pairing: Pairing): Promise<void> {
  const { inventory, signal } = context;
  if ((await nextRecoveryKeyOf(inventory, pairing.id)) !== undefined) {
    await renewRecoveryKey(context, fob.client, recoveryKeysOf(context, pairing));
  } else {
    const recoveryKey = await recoveryKeyOf(inventory, pairing.id);
    await fob.client.call('escrow', { recoveryKey }, { signal });
    await markEscrowed(inventory, pairing.id, context.now());
  }
  context.report({ event: 'recovery-key-left', serial: pairing.serial });
}

/** Returns the recovery keys that the inventory holds for a fob. */
export function recoveryKeysOf({ inventory, now, random }: Context, { id }: Pairing): RecoveryKeys {
  return {
    held: () => heldRecoveryKeys(inventory, id),
    next: () => proposeRecoveryKey(inventory, id, () => random(RECOVERY_KEY_BYTES)),
    confirm: () => confirmRecoveryKey(inventory, id, now()),
  };
}

/**
 * Gives the recovery key to a fob that may lack it: paired by an earlier passfob, or interrupted. If the fob refuses
 * it now, for example because it is locked, the next session tries again; the command at hand continues.
 * @throws FobError those of the link
 */
export async function leaveMissingRecoveryKey(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
): Promise<void> {
  if (!fob.client.knows('escrow')) return;
  try {
    await leaveRecoveryKey(context, fob, pairing);
  } catch (error) {
    if (!isFobError(error, 'refused', 'dry-run')) throw error;
  }
}
