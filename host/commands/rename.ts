import { badInput, checkName } from '../enrol/enrolment.ts';
import { FobError, isOutcomeUnknown } from '../errors.ts';
import { accountIdText, accountsOf, type Names, proposeNames, settleNames } from '../inventory/accounts.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { isProved } from '../owner/account.ts';
import { accountName } from './account-name.ts';
import type { Context, FobAtHand } from './context.ts';
import { type AccountOnFob, idBytes, listAccounts, selectAccount } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { settlePending } from './verify.ts';

/** Names left out stay as they are. */
export interface NewNames {
  readonly issuer?: string | undefined;
  readonly label?: string | undefined;
}

export interface RenameResult {
  readonly serial: string;
  /** With its new names. */
  readonly account: AccountOnFob;
}

/**
 * Renames an account, on the fob and in the inventory, and lets the fob prove the new names. The inventory keeps both
 * until then, so that the next command can settle an interrupted one.
 * @param wanted the account, as `selectAccount` takes it
 * @throws FobError `old-firmware`, `bad-input`, `refused` (locked, too-long, storage-failed …),
 * `verification-failed`, as
 *   `openOwnerSession`
 */
export async function rename(
  context: Context,
  fob: FobAtHand,
  wanted: string,
  names: NewNames,
): Promise<RenameResult> {
  const pairing = await openOwnerSession(context, fob);
  await settlePending(context, fob, pairing);
  const before = selectAccount(await listAccounts(context, fob, pairing), wanted, 'rename');
  const { issuer = before.issuer, label = before.label } = names;
  if (issuer === '' && label === '') {
    throw badInput('An account without any name cannot be told from others.', 'Give --issuer or --label.');
  }
  checkName('issuer', issuer);
  checkName('label', label);
  const account = { ...before, issuer, label };
  await write(context, fob, pairing, account);
  return { serial: fob.hello.serial, account };
}

async function write(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  account: AccountOnFob,
): Promise<void> {
  const { inventory, signal } = context;
  const { serial } = fob.hello;
  const id = idBytes(account);
  const text = new TextEncoder();
  const names: Names = { issuer: text.encode(account.issuer), label: text.encode(account.label) };
  await proposeNames(inventory, pairing.id, id, names);
  try {
    await fob.client.call('rename', { id, ...names }, { signal });
  } catch (error) {
    if (!isOutcomeUnknown(error)) await settleNames(inventory, pairing.id, id, false);
    throw error;
  }
  const all = await accountsOf(inventory, pairing.id);
  const kept = all.find(({ settings }) => accountIdText(settings.id) === account.id);
  // An account enrolled by another inventory has its names only on the fob.
  if (kept === undefined) return;
  if (!(await isProved(context, fob.client, { ...kept, settings: { ...kept.settings, ...names } }))) {
    throw new FobError('verification-failed', {
      sentence: `The fob ${serial} did not prove the account under its new names.`,
      next: 'Run: passfob verify',
    });
  }
  await settleNames(inventory, pairing.id, id, true);
  context.report({ event: 'account-proved', serial, account: accountName(account) });
}
