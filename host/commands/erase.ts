import { markErased } from '../inventory/pairings.ts';
import type { Context, FobAtHand } from './context.ts';
import { openOwnerSession } from './owner-session.ts';
import { withPress } from './press.ts';

export interface EraseResult {
  readonly serial: string;
}

/**
 * Erases everything on a fob, after approval on it, and then its data in the inventory. In this order, because the
 * keys may be deleted only after the fob has confirmed, inside the session, that it no longer needs them.
 * @throws FobError `refused` (press-denied, press-timeout), as `openOwnerSession`
 */
export async function erase(context: Context, fob: FobAtHand): Promise<EraseResult> {
  const { serial } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  await fob.client.call('erase', {}, withPress(context, serial, 'erase'));
  await markErased(context.inventory, pairing.id, context.now());
  return { serial };
}
