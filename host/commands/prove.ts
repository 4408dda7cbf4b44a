import { accountProof } from '../../protocol/account.ts';
import { equal } from '../../protocol/hmac.ts';
import { PROOF_NONCE_BYTES } from '../../protocol/limits.ts';
import { hostPrimitives } from '../client/primitives.ts';
import type { KeptAccount } from '../inventory/accounts.ts';
import type { Context, FobAtHand } from './context.ts';

/**
 * Has the fob prove, by a MAC over a fresh nonce, that it holds this very key under these very settings.
 * @throws FobError `refused` (no-such-account, damaged …), those of the link
 */
export async function isProved(
  context: Context,
  fob: FobAtHand,
  { settings, key }: Pick<KeptAccount, 'settings' | 'key'>,
): Promise<boolean> {
  const nonce = context.random(PROOF_NONCE_BYTES);
  const { mac } = await fob.client.call('prove', { id: settings.id, nonce }, { signal: context.signal });
  return equal(mac, accountProof(hostPrimitives, key, settings.id, settings, nonce));
}
