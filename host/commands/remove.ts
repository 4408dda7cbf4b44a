import { dropAccount } from '../inventory/accounts.ts';
import type { Context, FobAtHand } from './context.ts';
import { type AccountOnFob, idBytes, listAccounts, selectAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';

export interface RemoveResult {
  readonly serial: string;
  readonly account: AccountOnFob;
}

/**
 * Removes one account from a fob, damaged or not, and then from the inventory: its key is deleted only after the fob
 * has confirmed the removal.
 * @param wanted the account, as `selectAccount` takes it
 * @param confirm asked with the account found; throws to leave everything as it is
 * @throws FobError `bad-input`, `refused` (storage-failed …), as `openOwnerSession`
 */
export async function remove(
  context: Context,
  fob: FobAtHand,
  wanted: string,
  confirm: (account: AccountOnFob) => Promise<void>,
): Promise<RemoveResult> {
  const { signal } = context;
  const pairing = await openOwnerSession(context, fob);
  const account = selectAccount(await listAccounts(context, fob, pairing), wanted, 'remove');
  await confirm(account);
  const id = idBytes(account);
  await fob.client.call('remove', { id }, { signal });
  await dropAccount(context.inventory, pairing.id, id);
  return { serial: fob.hello.serial, account };
}
