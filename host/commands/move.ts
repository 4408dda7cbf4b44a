import { FobError } from '../errors.ts';
import type { Context, FobAtHand } from './context.ts';
import { type AccountOnFob, idBytes, listAccounts, selectAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';

export interface MoveResult {
  readonly serial: string;
  readonly account: AccountOnFob;
  /** Position in the list, from 1. */
  readonly position: number;
}

/**
 * Moves an account to another position in the fob's list; the others close up.
 * @param wanted the account, as `selectAccount` takes it
 * @param position from 1 to the number of accounts
 * @throws FobError `old-firmware`, `bad-input`, `refused` (locked, storage-failed …), as `openOwnerSession`
 */
export async function move(
  context: Context,
  fob: FobAtHand,
  wanted: string,
  position: number,
): Promise<MoveResult> {
  const { serial } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  const accounts = await listAccounts(context, fob, pairing);
  const account = selectAccount(accounts, wanted, 'move');
  if (position > accounts.length) {
    throw new FobError('bad-input', {
      sentence: `The fob holds ${accounts.length === 1 ? 'one account' : `${accounts.length} accounts`} only.`,
      next: `Name a position from 1 to ${accounts.length}.`,
    });
  }
  await fob.client.call('move', { id: idBytes(account), place: position - 1 }, { signal: context.signal });
  return { serial, account, position };
}
