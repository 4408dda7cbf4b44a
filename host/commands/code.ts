import { FobError } from '../errors.ts';
import type { Context, FobAtHand } from './context.ts';
import { idBytes, type ListedAccount, listAccounts, selectAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { passcodeText } from './passcode.ts';

export interface CodeResult {
  readonly serial: string;
  readonly account: ListedAccount;
  /** The passcode, with its leading zeros. The person approved on the fob that it is shown here. */
  readonly code: string;
  /** HOTP counter or time step. */
  readonly counter: number;
  /** TOTP only: how long it is still the current one. */
  readonly secondsLeft?: number;
}

/**
 * Returns a passcode, after approval on the fob for this account.
 * @param wanted the account, as `selectAccount` takes it
 * @throws FobError `bad-input`, `verification-failed`, `refused` (clock-unset, press-denied, press-timeout …), as
 * `openOwnerSession`
 */
export async function code(context: Context, fob: FobAtHand, wanted?: string): Promise<CodeResult> {
  const { signal } = context;
  const { serial } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  const account = selectAccount(await listAccounts(context, fob, pairing), wanted);
  if (account.kind === 'ocra') {
    throw new FobError('bad-input', {
      sentence: 'This account answers questions; it has no passcode without one.',
      next: 'Run: passfob respond ACCOUNT QUESTION',
    });
  }
  const id = idBytes(account);
  const onPressNeeded = () => context.report({ event: 'press-needed', serial, purpose: 'code' });
  const passcode = await fob.client.call('code', { id }, { signal, onPressNeeded });
  return {
    serial,
    account,
    code: passcodeText(serial, account, passcode.code),
    counter: passcode.counter,
    ...(account.kind === 'totp' && { secondsLeft: passcode.secondsLeft }),
  };
}
