import type { Pairing } from '../inventory/pairings.ts';
import { type FobStatus, statusOf } from '../owner/status.ts';
import type { Context, FobAtHand } from './context.ts';
import { leaveMissingRecoveryKey } from './escrow.ts';

/** Reads the status inside an open session; gives the recovery key to a fob that lacks it. */
export async function readStatus(context: Context, fob: FobAtHand, pairing: Pairing): Promise<FobStatus> {
  const { signal } = context;
  const status = statusOf(await fob.client.call('status', {}, { signal }));
  if (status.canBeReset || status.isLocked || pairing.escrowed_ms === null) return status;
  await leaveMissingRecoveryKey(context, fob, pairing);
  return statusOf(await fob.client.call('status', {}, { signal }));
}
