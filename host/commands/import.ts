import { FobError, isRefusal } from '../errors.ts';
import type { ImportRow } from '../formats/base/row.ts';
import { accountsOf, type KeptAccount } from '../inventory/accounts.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { isProved } from '../owner/account.ts';
import type { Context, FobAtHand } from './context.ts';
import { enrollInSession } from './enroll.ts';
import { type AccountForm, formOf } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { settlePending } from './verify.ts';
import { isSame } from './write-account.ts';

/** The result of a row. ok: a dry run found no problem. present: the fob already held and proved it. */
export type ImportState = 'ok' | 'enrolled' | 'present' | 'skipped' | 'refused';

export interface ImportedRow extends Partial<AccountForm> {
  readonly place: string;
  readonly issuer: string;
  readonly label: string;
  /** The token's serial number, if the file has one. */
  readonly serial?: string;
  readonly state: ImportState;
  /** Why it was skipped or refused, and the next step: sentences. */
  readonly reason?: string;
  readonly next?: string;
  /** Id of the account on the fob: 8 hex digits. */
  readonly id?: string;
  readonly warnings: readonly string[];
}

export interface ImportResult {
  /** Absent in a dry run. */
  readonly serial?: string;
  readonly counts: Readonly<Record<ImportState, number>>;
  readonly rows: readonly ImportedRow[];
}

/** Predicts the result of an import, as far as possible without a fob. */
export function dryRun(rows: readonly ImportRow[]): ImportResult {
  return counted(rows.map(judged));
}

/**
 * Writes every row that a fob can hold to the fob and lets the fob prove it. Accounts that the fob already holds are
 * not written again, so an interrupted import can be repeated.
 * @throws FobError `bad-input` if rows were refused, with the result as `details`; `refused` (full …), as `enroll`
 */
export async function importRows(
  context: Context,
  fob: FobAtHand,
  rows: readonly ImportRow[],
): Promise<ImportResult> {
  const pairing = await openOwnerSession(context, fob);
  await settlePending(context, fob, pairing);
  const kept = await accountsOf(context.inventory, pairing.id);
  const imported: ImportedRow[] = [];
  const { serial } = fob.hello;
  const advanced = () =>
    context.report({ event: 'advanced', serial, done: imported.length, total: rows.length, unit: 'rows' });
  advanced();
  for (const row of rows) {
    const done = await importRow(context, fob, pairing, row, kept);
    imported.push(done);
    advanced();
    if (done.state === 'refused') {
      const { place, reason = '', next = '' } = done;
      context.report({ event: 'row-refused', place, name: nameOf(done), reason, next });
    }
  }
  const result = { serial, ...counted(imported) };
  const { refused, enrolled, present } = result.counts;
  if (refused === 0) return result;
  const were = refused === 1 ? '1 row was' : `${refused} rows were`;
  throw new FobError('bad-input', {
    sentence: `${were} refused; ${enrolled} enrolled on the fob ${result.serial}, and ${present} had been there.`,
    next: 'Each refused row says what to do. After a correction import again: accounts on the fob are not written twice.',
    details: { ...result },
  });
}

async function importRow(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  row: ImportRow,
  kept: readonly KeptAccount[],
): Promise<ImportedRow> {
  const { outcome } = row;
  const said = judged(row);
  if (outcome.state !== 'ok') return said;
  const same = kept.filter(account => isSame(account, outcome.enrolment));
  if (await isPresent(context, fob, same)) {
    context.report({ event: 'account-kept', serial: fob.hello.serial, account: nameOf(row) });
    return { ...said, state: 'present' };
  }
  try {
    const { account, warnings } = await enrollInSession(context, fob, pairing, outcome.enrolment);
    return { ...said, state: 'enrolled', id: account.id, warnings };
  } catch (error) {
    // These refusals concern only this account; any other would affect the next one too.
    if (!isRefusal(error, 'unsupported', 'out-of-range', 'too-long')) throw error;
    return { ...said, state: 'refused', reason: error.message, next: error.next };
  }
}

/** Whether the fob proves one of them; an account that the fob has lost is enrolled again. */
async function isPresent(context: Context, fob: FobAtHand, same: readonly KeptAccount[]): Promise<boolean> {
  for (const account of same) {
    try {
      if (await isProved(context, fob.client, account)) return true;
    } catch (error) {
      if (!isRefusal(error, 'no-such-account', 'damaged')) throw error;
    }
  }
  return false;
}

function judged({ place, issuer, label, serial, outcome }: ImportRow): ImportedRow {
  const about = { place, issuer, label, ...(serial !== undefined && { serial }), state: outcome.state };
  if (outcome.state === 'ok') {
    const { enrolment } = outcome;
    return { ...about, ...formOf(enrolment), warnings: enrolment.warnings };
  }
  const { reason, next } = outcome;
  return { ...about, reason, next, warnings: [] };
}

function counted(rows: readonly ImportedRow[]): ImportResult {
  const counts = { ok: 0, enrolled: 0, present: 0, skipped: 0, refused: 0 };
  for (const { state } of rows) counts[state]++;
  return { counts, rows };
}

function nameOf({ issuer, label }: Pick<ImportRow, 'issuer' | 'label'>): string {
  return [issuer, label].filter(part => part !== '').join(': ');
}
