import { boardsText } from '../enrol/algorithms.ts';
import type { Enrolment } from '../enrol/enrolment.ts';
import { amended, FobError, isFobError, isRefusal } from '../errors.ts';
import type { ImportRow } from '../formats/base/row.ts';
import { accountsOf, type KeptAccount } from '../inventory/accounts.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { isProved } from '../owner/account.ts';
import type { Context, FobAtHand } from './context.ts';
import { checkSupport, enrollInSession } from './enroll.ts';
import { type AccountForm, formOf } from './list.ts';
import { openOwnerSession } from './owner-session.ts';
import { settlePending } from './verify.ts';
import { isSame } from './write-account.ts';

/**
 * The result of a row. ok: a dry run found no problem. present: the fob already held and proved it. failed: the import
 * ended at it. untried: the import ended before it.
 */
export type ImportState = 'ok' | 'enrolled' | 'present' | 'skipped' | 'refused' | 'failed' | 'untried';

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

/** Predicts the result of an import, as far as possible without a fob; a warning says which boards can take a row. */
export function dryRun(rows: readonly ImportRow[]): ImportResult {
  return counted(
    rows.map(row => {
      const said = judged(row);
      const boards = row.outcome.state === 'ok' ? boardsText(row.outcome.enrolment.algorithm) : '';
      return boards === '' ? said : { ...said, warnings: [...said.warnings, boards] };
    }),
  );
}

/**
 * Predicts the result of an import into a fob, and asks it: for what it supports, what it holds already, and its free
 * places. A fob that this inventory does not own tells only the first, and `asked` is false.
 * @throws FobError `refused` (full), as `openOwnerSession`
 */
export async function dryRunWith(
  context: Context,
  fob: FobAtHand,
  rows: readonly ImportRow[],
): Promise<ImportResult & { readonly asked: boolean }> {
  const run = begun(context, fob, rows);
  const asked = await compareWithFob(run).then(
    () => true,
    error => {
      if (isFobError(error, 'not-paired', 'not-in-inventory')) return false;
      throw isFobError(error) ? withCounts(error, fob.hello.serial, run.imported) : error;
    },
  );
  const expected = run.imported.map(row =>
    row.state === 'untried' ? { ...row, state: 'ok' as const } : row,
  );
  return { serial: fob.hello.serial, asked, ...counted(expected) };
}

/**
 * Writes every row that a fob can hold to the fob and lets the fob prove it. Accounts that the fob already holds are
 * not written again, so an interrupted import can be repeated.
 * @throws FobError `bad-input` if rows were refused; `refused` (full, before the first row is written …), as `enroll`.
 * Each has the result so far as `details`
 */
export async function importRows(
  context: Context,
  fob: FobAtHand,
  rows: readonly ImportRow[],
): Promise<ImportResult> {
  const run = begun(context, fob, rows);
  const { serial } = fob.hello;
  const { imported } = run;
  try {
    await writeNew(run, await compareWithFob(run));
  } catch (error) {
    throw isFobError(error) ? withCounts(error, serial, imported) : error;
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

interface ImportRun {
  readonly context: Context;
  readonly fob: FobAtHand;
  readonly rows: readonly ImportRow[];
  /** A result for each row. */
  readonly imported: readonly ImportedRow[];
  /** Replaces a result, and reports the progress. */
  set(at: number, row: ImportedRow): void;
}

/** Begins with what the hello of the fob tells of each row. */
function begun(context: Context, fob: FobAtHand, rows: readonly ImportRow[]): ImportRun {
  const imported = rows.map(row => judgedFor(fob, row));
  const advanced = () => {
    const done = imported.filter(({ state }) => state !== 'untried').length;
    context.report({ event: 'advanced', serial: fob.hello.serial, done, total: rows.length, unit: 'rows' });
  };
  const set = (at: number, row: ImportedRow) => {
    imported[at] = row;
    advanced();
  };
  advanced();
  return { context, fob, rows, imported, set };
}

function judgedFor(fob: FobAtHand, row: ImportRow): ImportedRow {
  const said = judged(row);
  if (row.outcome.state !== 'ok') return said;
  try {
    checkSupport(fob, row.outcome.enrolment);
    return { ...said, state: 'untried' };
  } catch (error) {
    if (!isFobError(error)) throw error;
    return { ...said, state: 'refused', reason: error.message, next: error.next };
  }
}

/** Opens the session, and compares the rows with the fob. @throws FobError `refused` (full), as `openOwnerSession` */
async function compareWithFob(run: ImportRun): Promise<Pairing> {
  const pairing = await openOwnerSession(run.context, run.fob);
  await settlePending(run.context, run.fob, pairing);
  await findPresent(run, pairing);
  await checkRoom(run);
  return pairing;
}

/** The rows that are still to be tried. */
function* untried({ rows, imported }: ImportRun) {
  for (const [at, row] of rows.entries()) {
    const said = imported[at];
    if (said?.state === 'untried' && row.outcome.state === 'ok')
      yield { at, row, said, enrolment: row.outcome.enrolment };
  }
}

/** Marks the accounts that the fob already holds. */
async function findPresent(run: ImportRun, pairing: Pairing): Promise<void> {
  const { context, fob } = run;
  const kept = await accountsOf(context.inventory, pairing.id);
  for (const { at, row, said, enrolment } of untried(run)) {
    const same = kept.filter(account => isSame(account, enrolment));
    if (!(await isPresent(context, fob, same))) continue;
    context.report({ event: 'account-kept', serial: fob.hello.serial, account: nameOf(row) });
    run.set(at, { ...said, state: 'present' });
  }
}

/** A fob that fills up in the middle would leave a person with a part of the accounts. @throws FobError `refused` */
async function checkRoom(run: ImportRun): Promise<void> {
  const { context, fob } = run;
  const wanted = [...untried(run)].length;
  if (wanted === 0) return;
  const { freeRecords } = await fob.client.call('info', {}, { signal: context.signal });
  if (wanted <= freeRecords) return;
  const room = freeRecords === 1 ? 'has room for 1 account' : `has room for ${freeRecords} accounts`;
  throw new FobError('refused', {
    refusal: 'full',
    sentence: `The fob ${fob.hello.serial} ${room}, and ${wanted} are to be written.`,
    next: 'Choose some with --only NAME, or remove accounts from the fob first. Nothing was written.',
  });
}

async function writeNew(run: ImportRun, pairing: Pairing): Promise<void> {
  const { context, imported } = run;
  for (const [at, row] of run.rows.entries()) {
    const said = imported[at];
    if (said?.state === 'untried' && row.outcome.state === 'ok')
      run.set(at, await written(run, pairing, { at, said, enrolment: row.outcome.enrolment }));
    const done = imported[at];
    if (done?.state !== 'refused') continue;
    const { place, reason = '', next = '' } = done;
    context.report({ event: 'row-refused', place, name: nameOf(done), reason, next });
  }
}

async function written(
  { context, fob, set }: ImportRun,
  pairing: Pairing,
  { at, said, enrolment }: { readonly at: number; readonly said: ImportedRow; readonly enrolment: Enrolment },
): Promise<ImportedRow> {
  try {
    const { account, warnings } = await enrollInSession(context, fob, pairing, enrolment);
    return { ...said, state: 'enrolled', id: account.id, warnings };
  } catch (error) {
    if (!isFobError(error)) throw error;
    const { message: reason, next } = error;
    // These refusals concern only this account; any other would affect the next one too.
    if (isRefusal(error, 'unsupported', 'out-of-range', 'too-long') || isFobError(error, 'old-firmware'))
      return { ...said, state: 'refused', reason, next };
    set(at, { ...said, state: 'failed', reason, next });
    throw error;
  }
}

/** Adds what was written and what not. */
function withCounts(error: FobError, serial: string, imported: readonly ImportedRow[]): FobError {
  const result = { serial, ...counted(imported) };
  const { enrolled, present, untried: left } = result.counts;
  const rest = left === 1 ? '1 row was not tried' : `${left} rows were not tried`;
  const again = enrolled > 0 ? ' Then import again: accounts on the fob are not written twice.' : '';
  return amended(error, {
    sentence: `${enrolled} enrolled on the fob ${serial}, and ${present} had been there; ${rest}.`,
    next: `${error.next}${again}`,
    details: { ...result },
  });
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
  const counts = { ok: 0, enrolled: 0, present: 0, skipped: 0, refused: 0, failed: 0, untried: 0 };
  for (const { state } of rows) counts[state]++;
  return { counts, rows };
}

function nameOf({ issuer, label }: Pick<ImportRow, 'issuer' | 'label'>): string {
  return [issuer, label].filter(part => part !== '').join(': ');
}
