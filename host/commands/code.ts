import { unfit } from '../client/answers.ts';
import { amended, FobError, isFobError, isRefusal } from '../errors.ts';
import { accountName } from './account-name.ts';
import type { Context, FobAtHand } from './context.ts';
import { type AccountOnFob, idBytes, listAccounts, selectAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { passcodeText } from './passcode.ts';
import { withPress } from './press.ts';

export interface Passcode {
  readonly account: AccountOnFob;
  /** The passcode, with its leading zeros. The person approved on the fob that it is shown here. */
  readonly code: string;
  /** HOTP counter or time step. */
  readonly counter: number;
  /** TOTP only: how long it is still the current one. */
  readonly secondsLeft?: number;
}

export interface CodeResult extends Passcode {
  readonly serial: string;
}

/**
 * Returns a passcode, after approval on the fob for this account.
 * @param wanted the account, as `selectAccount` takes it
 * @throws FobError `bad-input`, `verification-failed`, `refused` (clock-unset, press-denied, press-timeout …), as
 * `openOwnerSession`
 */
export async function code(context: Context, fob: FobAtHand, wanted?: string): Promise<CodeResult> {
  const pairing = await openOwnerSession(context, fob);
  const account = selectAccount(await listAccounts(context, fob, pairing), wanted);
  if (account.kind === 'ocra') throw answersQuestions();
  return { serial: fob.hello.serial, ...(await askPasscode(context, fob, account)) };
}

export interface CodesResult {
  readonly serial: string;
  readonly codes: readonly Passcode[];
  /** Accounts that gave no passcode, and why. */
  readonly skipped: readonly { readonly account: AccountOnFob; readonly error: FobError }[];
}

/**
 * Returns a passcode of each account, one after the other. The fob asks for a hold for each: an approval is for one
 * passcode, whatever program asks. A declined account is skipped; nobody at the button ends the command.
 * @param onCode receives each passcode at once, because it may be valid for seconds only
 * @throws FobError of the first account if none gives a passcode; otherwise as `code`. No error holds a passcode.
 */
export async function codes(
  context: Context,
  fob: FobAtHand,
  onCode: (passcode: Passcode) => void,
): Promise<CodesResult> {
  const { serial } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  const accounts = await listAccounts(context, fob, pairing);
  const done: Passcode[] = [];
  const skipped: { account: AccountOnFob; error: FobError }[] = [];
  for (const [index, account] of accounts.entries()) {
    if (account.kind === 'ocra') {
      skipped.push({ account, error: answersQuestions() });
      continue;
    }
    const name = accountName(account);
    context.report({
      event: 'account-next',
      serial,
      account: name,
      number: index + 1,
      count: accounts.length,
    });
    try {
      const passcode = await askPasscode(context, fob, account);
      done.push(passcode);
      onCode(passcode);
    } catch (error) {
      if (!isFobError(error)) throw error;
      if (!isOfOneAccount(error)) throw withGiven(error, serial, { accounts, done, skipped, at: index });
      skipped.push({ account, error });
    }
  }
  const [first] = skipped;
  if (done.length === 0 && first !== undefined) throw first.error;
  return { serial, codes: done, skipped };
}

interface CodesSoFar {
  readonly accounts: readonly AccountOnFob[];
  readonly done: readonly Passcode[];
  readonly skipped: CodesResult['skipped'];
  /** The account at which they ended. */
  readonly at: number;
}

/** Adds which accounts gave a passcode, since HOTP counted them; the passcodes themselves are in no error. */
function withGiven(error: FobError, serial: string, { accounts, done, skipped, at }: CodesSoFar): FobError {
  const given = done.map(({ account }) => account);
  return amended(error, {
    sentence: `${given.length} of ${accounts.length} accounts gave a passcode before.`,
    details: {
      serial,
      given,
      skipped: skipped.map(({ account }) => account),
      untried: accounts.slice(at + 1),
    },
  });
}

/** Whether the other accounts may still give a passcode. */
function isOfOneAccount(error: FobError): boolean {
  return isRefusal(error, 'press-denied', 'clock-unset', 'counter-ended', 'damaged', 'no-such-account');
}

async function askPasscode(context: Context, fob: FobAtHand, account: AccountOnFob): Promise<Passcode> {
  const { serial } = fob.hello;
  const id = idBytes(account);
  const passcode = await fob.client.call('code', { id }, withPress(context, serial, 'code'));
  const { secondsLeft } = passcode;
  if (account.kind === 'totp' && (secondsLeft < 1 || secondsLeft > (account.periodSeconds ?? 0)))
    throw unfit('code', 'secondsLeft', secondsLeft);
  return {
    account,
    code: passcodeText(serial, account, passcode.code),
    counter: passcode.counter,
    ...(account.kind === 'totp' && { secondsLeft }),
  };
}

function answersQuestions(): FobError {
  return new FobError('bad-input', {
    sentence: 'This account answers questions; it has no passcode without one.',
    next: 'Run: passfob respond ACCOUNT QUESTION',
  });
}
