import type { AccountSettings, OwnedAccount } from '@passfob/protocol/account';
import { equal } from '@passfob/protocol/hmac';
import { ocraSuiteText } from '@passfob/protocol/ocra';
import { REFUSED_ACCOUNT_EXISTS } from '@passfob/protocol/refusals';
import type { Enrolment } from '../enrol/enrolment.ts';
import { FobError, isOutcomeUnknown, isRefusal, refusalError } from '../errors.ts';
import { addPendingAccount, confirmAccount, dropAccount } from '../inventory/accounts.ts';
import { type Inventory, together } from '../inventory/inventory.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { ID_ATTEMPTS_MAX } from '../limits.ts';
import { accountOf, isProved, putAccount, randomId } from '../owner/account.ts';
import { accountName } from './account-name.ts';
import type { Context, FobAtHand } from './context.ts';
import { type AccountOnFob, described } from './list.ts';

const NUMBERS = ['kind', 'algorithm', 'digits', 'period', 'question', 'length', 'inputs', 'step'] as const;

/** Whether an account equals the one that an enrolment makes: names, settings and key must agree. */
export function isSame({ settings, key }: OwnedAccount, enrolment: Enrolment): boolean {
  const wanted = accountOf(enrolment, settings.id);
  return (
    NUMBERS.every(name => settings[name] === wanted.settings[name]) &&
    equal(settings.issuer, wanted.settings.issuer) &&
    equal(settings.label, wanted.settings.label) &&
    equal(key, wanted.key)
  );
}

/** Returns the account in the form of `list`. */
export function listedAs(settings: AccountSettings, { counter, suite }: Enrolment): AccountOnFob {
  const text = suite === undefined ? undefined : ocraSuiteText(suite);
  return described({ ...settings, counter, health: 0 }, text);
}

/** Changes to store in the same transaction as a step of an enrolment. */
export interface Besides {
  /** Called when the account is stored as pending, before the fob receives it. */
  readonly kept?: (inventory: Inventory, id: Uint8Array) => Promise<void>;
  /** Called when the fob has proved it. */
  readonly proved?: (inventory: Inventory) => Promise<void>;
}

/**
 * Writes an account to a fob inside an open session and lets the fob prove it. Stores it before the fob receives it,
 * so that no fob holds an account whose key is lost; marks it active once it is proved.
 * @throws FobError `refused` (full, unsupported, too-long, out-of-range …), `verification-failed`, those of the link
 */
export async function writeAccount(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  enrolment: Enrolment,
  besides: Besides = {},
): Promise<OwnedAccount> {
  const { inventory } = context;
  const { serial } = fob.hello;
  for (let attempts = 0; attempts < ID_ATTEMPTS_MAX; attempts++) {
    const account = accountOf(enrolment, randomId(context.random));
    const { settings, key } = account;
    await together(inventory, async within => {
      await addPendingAccount(within, pairing.id, settings, key, context.now());
      await besides.kept?.(within, settings.id);
    });
    const name = accountName(listedAs(settings, enrolment));
    let isRight: boolean | undefined;
    try {
      isRight = await putAccount(context, fob.client, account, enrolment);
    } catch (error) {
      if (!isOutcomeUnknown(error)) await dropAccount(inventory, pairing.id, settings.id);
      if (isRefusal(error, 'account-exists')) continue;
      throw error;
    }
    context.report({ event: 'account-written', serial, account: name });
    if (!(isRight ?? (await isProved(context, fob.client, account))))
      await undo(context, fob, pairing, settings.id);
    await together(inventory, async within => {
      await confirmAccount(within, pairing.id, settings.id);
      await besides.proved?.(within);
    });
    context.report({ event: 'account-proved', serial, account: name });
    return account;
  }
  throw refusalError(REFUSED_ACCOUNT_EXISTS);
}

/** The fob holds something else than it was given; having no account is better than an untrustworthy token. */
async function undo(context: Context, fob: FobAtHand, pairing: Pairing, id: Uint8Array): Promise<never> {
  await fob.client.call('remove', { id }, { signal: context.signal });
  await dropAccount(context.inventory, pairing.id, id);
  throw new FobError('verification-failed', {
    sentence: `The fob ${fob.hello.serial} did not prove the account that was written; it was removed again.`,
  });
}
