import { REFUSED_WRONG_RECOVERY } from '@passfob/protocol/refusals';
import type { Client } from '../client/client.ts';
import { type FobError, isRefusal, refusalError } from '../errors.ts';
import { type FobStatus, statusOf } from './status.ts';
import type { OwnerTools } from './tools.ts';

/**
 * An owner's recovery keys of one fob. A new key is stored beside the old one until the fob has confirmed it: after a
 * lost answer the fob may hold either.
 */
export interface RecoveryKeys {
  /** Returns the keys that the fob may hold, the newest first. 32 bytes each. */
  held(): Promise<readonly Uint8Array[]>;
  /**
   * Returns the next key, and makes it if there is none. It is durable when the promise resolves, and stays the same
   * until it is confirmed.
   */
  next(): Promise<Uint8Array>;
  /** Makes the next key the only one, because the fob holds it. */
  confirm(): Promise<void>;
}

/** What an owner does while a PIN is reset. */
export interface ResetActs {
  /** Called once when the fob waits for a hold of its button. */
  readonly onPressNeeded: () => void;
  /** As in `CallOptions`. */
  readonly onPressAwaited?: (() => void) | undefined;
  /**
   * Called once the fob is open without a PIN, by this reset or by an earlier one whose answer was lost, and before it
   * gets a new recovery key.
   */
  readonly onOpen: () => Promise<void>;
}

/** The result of a reset. */
export interface PinReset {
  /** Whether the fob had a PIN. False if an earlier reset, whose answer was lost, has removed it. */
  readonly wasReset: boolean;
  /** Why the fob did not take a new recovery key; undefined if it did. The next session gives it. */
  readonly notRenewed: FobError | undefined;
}

/**
 * Opens a fob without its PIN, by the newest recovery key that fits, and then gives it a new one. The accounts stay,
 * and the person chooses a new PIN. Asks for a hold of the button, but not again after a reset whose answer was lost.
 * Inside an open session.
 * @throws FobError `old-firmware`, `refused` (wrong-recovery, press-denied, press-timeout …), those of the link
 */
export async function resetPin(
  tools: OwnerTools,
  client: Client,
  keys: RecoveryKeys,
  { onOpen, ...presses }: ResetActs,
): Promise<PinReset> {
  const { signal } = tools;
  const status = statusOf(await client.call('status', {}, { signal }));
  const wasReset = !isOpenWithoutPin(status);
  if (wasReset) await open(tools, client, await keys.held(), presses);
  client.check('escrow');
  await onOpen();
  try {
    await renewRecoveryKey(tools, client, keys);
    return { wasReset, notRenewed: undefined };
  } catch (error) {
    if (!isRefusal(error, 'locked', 'storage-failed')) throw error;
    return { wasReset, notRenewed: error };
  }
}

/**
 * Gives an open fob the next recovery key. The earlier ones open its vault no more. Can be repeated after a cut.
 * Inside an open session.
 * @throws FobError `old-firmware`, `refused` (locked, storage-failed), those of the link
 */
export async function renewRecoveryKey(
  { signal }: OwnerTools,
  client: Client,
  keys: RecoveryKeys,
): Promise<void> {
  client.check('escrow');
  await client.call('escrow', { recoveryKey: await keys.next() }, { signal });
  await keys.confirm();
}

/** Whether no PIN protects the vault: then there is nothing to reset. */
export function isOpenWithoutPin({ isLocked, iterations }: FobStatus): boolean {
  return !isLocked && iterations === 0;
}

/** The fob checks a key before it asks its person, so a wrong key costs no hold. */
async function open(
  { signal }: OwnerTools,
  client: Client,
  keys: readonly Uint8Array[],
  presses: Pick<ResetActs, 'onPressNeeded' | 'onPressAwaited'>,
): Promise<void> {
  let refused = refusalError(REFUSED_WRONG_RECOVERY);
  for (const recoveryKey of keys) {
    try {
      await client.call('resetPin', { recoveryKey }, { signal, ...presses });
      return;
    } catch (error) {
      if (!isRefusal(error, 'wrong-recovery')) throw error;
      refused = error;
    }
  }
  throw refused;
}
