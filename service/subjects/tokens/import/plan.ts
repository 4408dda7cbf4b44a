import { Work } from 'passfob/formats/base/work';
import { texts } from '../../../base/texts/texts.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { makeAlikeFinder } from '../../users/look-alikes.ts';
import { prepareUserName } from '../../users/users.ts';
import { fobNamed, isElsewhere, problemOfFob } from '../fobs.ts';
import type { TokenRow } from '../rows.ts';
import { secretOf } from '../tokens.ts';
import { fobOf, problemOfItem } from './import-item.ts';
import { bytesOf, type FobItem, type ImportDraft, type ImportItem, type TokenItem } from './items.ts';

/** What an import does with a row. present: it is already there. */
export type ImportRowState = 'ok' | 'present' | 'skipped' | 'refused';

/** A row of an import as an operator sees it, without secrets. */
export interface PlannedRow {
  readonly place: string;
  /** Serial number in the service; null if nothing would be created. */
  readonly serial: string | null;
  readonly user: string | null;
  readonly issuer: string;
  readonly label: string;
  readonly state: ImportRowState;
  /** Why it cannot be imported, and what to do about it: sentences, or empty. */
  readonly reason: string;
  readonly next: string;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/** The effects that an import would have. */
export interface ImportPlan {
  readonly counts: Readonly<Record<ImportRowState, number>>;
  readonly rows: readonly PlannedRow[];
}

/** A plan with the items for a job. The items are secrets: they leave the service's memory only encrypted. */
export interface PreparedImport extends ImportPlan {
  readonly items: readonly { readonly subject: string; readonly item: ImportItem }[];
}

type Judgement = Pick<PlannedRow, 'state' | 'reason' | 'next'>;

const OK: Judgement = { state: 'ok', reason: '', next: '' };

/**
 * Returns the effects on every row, with a reason for each that cannot be imported. A dry run: nothing is written.
 */
export async function planImport(db: Db, keys: Keys, drafts: readonly ImportDraft[]): Promise<ImportPlan> {
  const { counts, rows } = await prepareImport(db, keys, drafts);
  return { counts, rows };
}

/** The same, with the items of the importable rows. */
export async function prepareImport(
  db: Db,
  keys: Keys,
  drafts: readonly ImportDraft[],
): Promise<PreparedImport> {
  const counts = { ok: 0, present: 0, skipped: 0, refused: 0 };
  const rows: PlannedRow[] = [];
  const items: { subject: string; item: ImportItem }[] = [];
  const seen: Seen = { marks: new Set(), isAlike: makeAlikeFinder() };
  const work = new Work();
  for (const draft of drafts) {
    // SQLite responds synchronously, so only this pause lets log-ins in between.
    if (work.isDue) await work.pause();
    const { place, issuer, label, warnings, outcome } = draft;
    const item = outcome.state === 'ok' ? outcome.item : undefined;
    const judgement = outcome.state === 'ok' ? await checkRow(db, keys, outcome.item, seen) : pick(outcome);
    const user = item?.what === 'token' ? item.user : null;
    rows.push({ place, serial: item?.serial ?? null, user, issuer, label, ...judgement, warnings });
    counts[judgement.state]++;
    if (judgement.state === 'ok' && item !== undefined) items.push({ subject: item.serial, item });
  }
  return { counts, rows, items };
}

/** Facts from earlier rows of the same import. */
interface Seen {
  readonly marks: Set<string>;
  readonly isAlike: (name: string) => boolean;
}

function pick({ state, reason, next }: Judgement): Judgement {
  return { state, reason, next };
}

async function checkRow(db: Db, keys: Keys, item: ImportItem, seen: Seen): Promise<Judgement> {
  const mark = `${item.what} ${item.serial}`;
  if (seen.marks.has(mark)) return { state: 'skipped', reason: tokenTexts.imports.repeated, next: '' };
  seen.marks.add(mark);
  if (item.what === 'fob') return checkFob(db, keys, item);
  const judgement = await checkToken(db, keys, item);
  const name = item.user === null ? undefined : prepareUserName(item.user);
  if (judgement.state !== 'ok' || name === undefined || !seen.isAlike(name)) return judgement;
  return {
    state: 'refused',
    reason: texts.refusals.name_looks_alike,
    next: tokenTexts.imports.correct,
  };
}

async function checkFob(db: Db, keys: Keys, item: FobItem): Promise<Judgement> {
  const fob = fobOf(item);
  const problem = await problemOfFob({ db, keys }, fob);
  for (const bytes of Object.values(fob.secrets)) bytes.fill(0);
  if (problem !== undefined)
    return { state: 'refused', reason: texts.refusals[problem], next: tokenTexts.imports.correct };
  const present = await fobNamed(db, item.serial);
  const isKnown = present !== undefined && !isElsewhere(present);
  return isKnown ? { state: 'present', reason: tokenTexts.imports.present, next: '' } : OK;
}

async function checkToken(db: Db, keys: Keys, item: TokenItem): Promise<Judgement> {
  const row = await db.selectFrom('tokens').selectAll().where('serial', '=', item.serial).executeTakeFirst();
  if (row !== undefined && isSame(keys, row, item))
    return { state: 'present', reason: tokenTexts.imports.present, next: '' };
  if (row !== undefined)
    return { state: 'refused', reason: tokenTexts.imports.serialTaken, next: tokenTexts.imports.correct };
  const problem = await problemOfItem(db, item);
  if (problem === undefined) return OK;
  return { state: 'refused', reason: texts.refusals[problem], next: tokenTexts.imports.correct };
}

/** Whether an existing token has this seed. For a revoked token this is unknown, and it is not re-added. */
function isSame(keys: Keys, row: TokenRow, item: TokenItem): boolean {
  const kept = secretOf(keys, row);
  const given = bytesOf(item.secret);
  const isEqual = kept !== undefined && Buffer.compare(kept, given) === 0;
  kept?.fill(0);
  given.fill(0);
  return isEqual;
}
