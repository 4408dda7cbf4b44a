import { FobError, isRefusal } from '../errors.ts';
import {
  accountIdText,
  accountsOf,
  confirmAccount,
  dropAccount,
  type KeptAccount,
  settleNames,
} from '../inventory/accounts.ts';
import { addHistory } from '../inventory/history.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { isProved } from '../owner/account.ts';
import { readAccounts } from '../owner/listing.ts';
import { accountName } from './account-name.ts';
import type { AccountCheck, Context, FobAtHand } from './context.ts';
import { described, utf8 } from './list.ts';
import { openOwnerSession } from './owner-session.ts';

export interface VerifiedAccount {
  readonly id: string;
  readonly issuer: string;
  readonly label: string;
  readonly verdict: AccountCheck;
}

export interface VerifyResult {
  readonly serial: string;
  readonly accounts: readonly VerifiedAccount[];
}

/**
 * Checks every account by a proof against the inventory, and settles interrupted enrolments.
 * @throws FobError `verification-failed`, with the result as `details`, unless all are proved or undone; as
 *   `openOwnerSession`
 */
export async function verify(context: Context, fob: FobAtHand): Promise<VerifyResult> {
  const pairing = await openOwnerSession(context, fob);
  const kept = await accountsOf(context.inventory, pairing.id);
  const verified: VerifiedAccount[] = [];
  const advanced = () => {
    const { serial } = pairing;
    // An account that the inventory does not know adds to the total.
    const total = Math.max(kept.length, verified.length);
    context.report({ event: 'advanced', serial, done: verified.length, total, unit: 'accounts' });
  };
  advanced();
  const take = (account: VerifiedAccount) => {
    const { verdict } = account;
    const about = { serial: pairing.serial, account: accountName(account) };
    if (verdict === 'proved') context.report({ event: 'account-proved', ...about });
    else context.report({ event: 'account-doubtful', ...about, verdict });
    verified.push(account);
    advanced();
  };
  for (const found of kept) {
    const account = await settleRenaming(context, fob, pairing, found);
    const { id, issuer, label } = account.settings;
    const verdict = await settled(context, pairing, account, await checkOf(context, fob, account));
    take({ id: accountIdText(id), issuer: utf8(issuer), label: utf8(label), verdict });
  }
  const known = new Set(verified.map(({ id }) => id));
  const { accounts: count } = await fob.client.call('info', {}, { signal: context.signal });
  for (const { id, issuer, label } of (await readAccounts(fob.client, count, context.signal)).map(account =>
    described(account),
  )) {
    if (!known.has(id)) take({ id, issuer, label, verdict: 'unknown' });
  }
  const result = { serial: fob.hello.serial, accounts: verified };
  if (verified.every(({ verdict }) => verdict === 'proved' || verdict === 'undone')) {
    await addHistory(context.inventory, result.serial, 'verified', context.now());
    return result;
  }
  throw new FobError('verification-failed', {
    sentence: `The fob ${result.serial} does not hold exactly the accounts that the inventory says.`,
    next: 'Enrol those that are wrong, missing or damaged again.',
    details: { ...result },
  });
}

async function checkOf(context: Context, fob: FobAtHand, account: KeptAccount): Promise<AccountCheck> {
  try {
    return (await isProved(context, fob.client, account)) ? 'proved' : 'wrong';
  } catch (error) {
    if (isRefusal(error, 'no-such-account')) return 'missing';
    if (isRefusal(error, 'damaged')) return 'damaged';
    throw error;
  }
}

/** Settles a pending account, whose enrolment was interrupted: the check shows whether the fob took it. */
async function settled(
  context: Context,
  pairing: Pairing,
  { state, settings }: KeptAccount,
  verdict: AccountCheck,
): Promise<AccountCheck> {
  if (state !== 'pending') return verdict;
  if (verdict === 'proved') await confirmAccount(context.inventory, pairing.id, settings.id);
  if (verdict !== 'missing') return verdict;
  await dropAccount(context.inventory, pairing.id, settings.id);
  return 'undone';
}

/**
 * Settles an interrupted renaming: it happened if the fob proves the new names, and did not if it proves the old
 * ones.
 * @returns the account with its valid names
 */
async function settleRenaming(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  account: KeptAccount,
): Promise<KeptAccount> {
  const { nextNames, ...before } = account;
  if (nextNames === undefined) return account;
  const after = { ...before, settings: { ...before.settings, ...nextNames } };
  for (const one of [after, before]) {
    if ((await checkOf(context, fob, one)) !== 'proved') continue;
    await settleNames(context.inventory, pairing.id, one.settings.id, one === after);
    return one;
  }
  return account;
}

/**
 * Settles interrupted enrolments and renamings on this fob, inside an open session.
 * @returns the enrolments that the fob had taken and has now proved
 */
export async function settlePending(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
): Promise<KeptAccount[]> {
  const proved: KeptAccount[] = [];
  for (const account of await accountsOf(context.inventory, pairing.id)) {
    await settleRenaming(context, fob, pairing, account);
    if (account.state !== 'pending') continue;
    const verdict = await checkOf(context, fob, account);
    await settled(context, pairing, account, verdict);
    if (verdict === 'proved') proved.push(account);
  }
  return proved;
}
