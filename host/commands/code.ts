import type { Context, FobAtHand } from './context.ts';
import { described, type ListedAccount, readAccounts, selectAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';

export interface CodeResult {
  readonly serial: string;
  readonly account: ListedAccount;
  /** The passcode, with its leading zeros. The person pressed for it to be shown here. */
  readonly code: string;
  /** HOTP counter or time step. */
  readonly counter: number;
  /** TOTP only: for how long it is the current one. */
  readonly secondsLeft?: number;
}

/**
 * A passcode, after a press on the fob for this very one.
 * @param wanted the account, as `selectAccount` takes it
 * @throws FobError `bad-input`, `refused` (clock-unset, press-denied, press-timeout …), as `openOwnerSession`
 */
export async function code(context: Context, fob: FobAtHand, wanted?: string): Promise<CodeResult> {
  const { signal } = context;
  const { serial } = fob.hello;
  await openOwnerSession(context, fob);
  const { accounts: count } = await fob.client.call('info', {}, { signal });
  const listed = await readAccounts(context, fob, count);
  const account = selectAccount(listed.map(described), wanted);
  const id = new Uint8Array(Buffer.from(account.id, 'hex'));
  const onPressNeeded = () => context.report({ event: 'press-needed', serial, purpose: 'code' });
  const passcode = await fob.client.call('code', { id }, { signal, onPressNeeded });
  return {
    serial,
    account,
    code: String.fromCharCode(...passcode.code),
    counter: passcode.counter,
    ...(account.kind === 'totp' && { secondsLeft: passcode.secondsLeft }),
  };
}
