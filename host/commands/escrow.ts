import { isFobError } from '../errors.ts';
import { markEscrowed, type Pairing, recoveryKeyOf } from '../inventory/pairings.ts';
import type { Context, FobAtHand } from './context.ts';

/**
 * Gives the fob the recovery key, under which it keeps its vault's key once more: with it a forgotten PIN is reset and
 * the accounts stay. The key has been in the inventory since before the fob was paired; the fob does not keep it.
 * Inside an open session.
 * @throws FobError `old-firmware`, `refused` (locked, storage-failed …), those of the link
 */
export async function leaveRecoveryKey(context: Context, fob: FobAtHand, pairing: Pairing): Promise<void> {
  const { inventory, signal } = context;
  const recoveryKey = await recoveryKeyOf(inventory, pairing.id);
  await fob.client.call('escrow', { recoveryKey }, { signal });
  await markEscrowed(inventory, pairing.id, context.now());
  context.report({ event: 'recovery-key-left', serial: pairing.serial });
}

/**
 * The same for a fob that is not known to have it: paired by an earlier passfob, or cut off in between. What the fob
 * refuses now, locked as it may be, is left for the next session: it must not keep anybody from anything else.
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
