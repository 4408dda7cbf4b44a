import { markErased } from '../inventory/pairings.ts';
import type { Context, FobAtHand } from './context.ts';
import { openOwnerSession } from './owner-session.ts';

export interface EraseResult {
  readonly serial: string;
}

/**
 * Erases everything on a fob, after a press on it, and then what the inventory knows of it. In this order: keys are
 * forgotten only when the fob has said, inside the session, that it needs them no more.
 * @throws FobError `refused` (press-denied, press-timeout), as `openOwnerSession`
 */
export async function erase(context: Context, fob: FobAtHand): Promise<EraseResult> {
  const { serial } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  await fob.client.call(
    'erase',
    {},
    {
      signal: context.signal,
      onPressNeeded: () => context.report({ event: 'press-needed', serial, purpose: 'erase' }),
    },
  );
  await markErased(context.inventory, pairing.id, context.now());
  return { serial };
}
