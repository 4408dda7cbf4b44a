import { addClockReading, clockReadingsOf } from '../inventory/clocks.ts';
import { noteObserved } from '../inventory/observations.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { CLOCK_SETTING_TOLERANCE_MS } from '../limits.ts';
import { type ObservedClock, type ObservedFob, observeFob } from '../owner/observe.ts';
import { statusOf } from '../owner/status.ts';
import type { Context, FobAtHand } from './context.ts';
import { leaveMissingRecoveryKey } from './escrow.ts';
import { openOwnerSession } from './owner-session.ts';

/** A fob's state, and the pairing whose key opened the session. */
export interface Observed {
  readonly pairing: Pairing;
  readonly observed: ObservedFob;
}

/**
 * Opens a session, reads the fob's state and keeps it in the inventory.
 * @throws FobError as `openOwnerSession`, `wrong-version`
 */
export async function observeOwned(context: Context, fob: FobAtHand): Promise<Observed> {
  const pairing = await openOwnerSession(context, fob);
  const observed = await observeFob(context, fob.client, fob.hello);
  await keepObserved(context, pairing, observed);
  return { pairing, observed };
}

/**
 * Gives the recovery key to an open fob that has lost it, inside an open session.
 * @returns its state afterwards
 */
export async function giveLostKey(
  context: Context,
  fob: FobAtHand,
  { pairing, observed }: Observed,
): Promise<ObservedFob> {
  const { status } = observed;
  // Without a note that the fob had it, the opening of the session has tried just now.
  if (status === undefined || status.canBeReset || status.isLocked || pairing.escrowed_ms === null)
    return observed;
  await leaveMissingRecoveryKey(context, fob, pairing);
  const answer = await fob.client.call('status', {}, { signal: context.signal });
  const after = { ...observed, status: statusOf(answer) };
  await keepObserved(context, pairing, after);
  return after;
}

/** Keeps a fob's state in the inventory. */
export async function keepObserved(context: Context, pairing: Pairing, observed: ObservedFob): Promise<void> {
  await noteObserved(context.inventory, pairing.id, storedOf(observed), context.now());
  await noteSetting(context, pairing, observed.clock);
}

/**
 * Notes that the clock was set although no command of this inventory knows: the answer was lost, or the fob was set
 * under another inventory with its key.
 */
async function noteSetting(
  { inventory, now }: Context,
  pairing: Pairing,
  { state, ageSeconds }: ObservedClock,
): Promise<void> {
  if (state === 'unset' || ageSeconds === undefined) return;
  const readMs = now() - ageSeconds * 1000;
  const last = await lastSetting(inventory, pairing.id);
  if (last !== undefined && readMs - last <= CLOCK_SETTING_TOLERANCE_MS) return;
  await addClockReading(inventory, pairing.id, { readMs, isSet: true });
}

/** Returns the time at which the clock was last set, ms since 1970; undefined for never. */
export async function lastSetting(
  inventory: Context['inventory'],
  pairingId: number,
): Promise<number | undefined> {
  const readings = await clockReadingsOf(inventory, pairingId);
  return readings.filter(({ isSet }) => isSet).at(-1)?.readMs;
}

/** An account's id as hex digits: JSON holds no bytes. */
type Stored<T> = Omit<T, 'id'> & { readonly id: string };

function storedOf({ accounts, ...fob }: ObservedFob): object {
  const listed =
    accounts === 'locked'
      ? accounts
      : accounts.map(({ id, ...rest }) => ({ ...rest, id: Buffer.from(id).toString('hex') }));
  return { ...fob, accounts: listed };
}

/** Returns a fob's state as it was kept in the inventory. @param stored as `keepObserved` wrote it */
export function observedFrom(stored: unknown): ObservedFob {
  const { accounts, ...fob } = stored as Omit<ObservedFob, 'accounts'> & {
    readonly accounts: 'locked' | readonly Stored<Exclude<ObservedFob['accounts'], 'locked'>[number]>[];
  };
  const listed =
    accounts === 'locked'
      ? accounts
      : accounts.map(({ id, ...rest }) => ({ ...rest, id: new Uint8Array(Buffer.from(id, 'hex')) }));
  return { ...fob, accounts: listed };
}
