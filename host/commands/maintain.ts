import { addHistory } from '../inventory/history.ts';
import type { Context, FobAtHand } from './context.ts';
import { openOwnerSession } from './owner-session.ts';
import { withPress } from './press.ts';

export interface MaintainResult {
  readonly serial: string;
}

/**
 * Opens the fob's console for an update until its next reset, after approval on the fob.
 * @throws FobError `old-firmware`, `refused` (locked, press-denied …), as `openOwnerSession`
 */
export async function maintain(context: Context, fob: FobAtHand): Promise<MaintainResult> {
  const { serial } = fob.hello;
  await openOwnerSession(context, fob);
  await fob.client.call('maintain', {}, withPress(context, serial, 'maintenance'));
  await addHistory(context.inventory, serial, 'opened-for-update', context.now());
  return { serial };
}
