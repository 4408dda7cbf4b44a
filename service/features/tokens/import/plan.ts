import { Work } from 'passfob/formats/base/work';
import { texts } from '../../../base/texts/texts.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { makeAlikeFinder } from '../../users/look-alikes.ts';
import { prepareUserName } from '../../users/users.ts';
import { fobNamed, problemOfFob } from '../fobs.ts';
import type { TokenRow } from '../rows.ts';
import { secretOf } from '../tokens.ts';
import { fobOf, problemOfItem } from './import-item.ts';
import { bytesOf, type FobItem, type ImportDraft, type ImportItem, type TokenItem } from './items.ts';

/** What would become of a row. present: what it says is so already. */
export type ImportRowState = 'ok' | 'present' | 'skipped' | 'refused';

/** A row of an import as an operator sees it. It holds no secret. */
export interface PlannedRow {
  readonly place: string;
  /** Serial number in the service; null where nothing would be made. */
  readonly serial: string | null;
  readonly user: string | null;
  readonly issuer: string;
  readonly label: string;
  readonly state: ImportRowState;
  /** Why it would not be taken, and what to do about it: sentences, or empty. */
  readonly reason: string;
  readonly next: string;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/** What an import would do. */
export interface ImportPlan {
  readonly counts: Readonly<Record<ImportRowState, number>>;
  readonly rows: readonly PlannedRow[];
}

/** A plan with what a job needs to do it. The items are secrets: this leaves the service's memory only sealed. */
export interface PreparedImport extends ImportPlan {
  readonly items: readonly { readonly subject: string; readonly item: ImportItem }[];
}

type Judgement = Pick<PlannedRow, 'state' | 'reason' | 'next'>;

const OK: Judgement = { state: 'ok', reason: '', next: '' };

/** A dry run: what would become of every row, with a reason for each that is not taken. Nothing is written. */
export async function planImport(db: Db, keys: Keys, drafts: readonly ImportDraft[]): Promise<ImportPlan> {
  const { counts, rows } = await prepareImport(db, keys, drafts);
  return { counts, rows };
}

/** The same, with the items of the rows that would be taken. */
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
    // SQLite answers at once, so that only this lets log-ins in between.
    if (work.isDue) await work.pause();
    const { place, issuer, label, warnings, outcome } = draft;
    const item = outcome.state === 'ok' ? outcome.item : undefined;
    const judgement = outcome.state === 'ok' ? await judge(db, keys, outcome.item, seen) : pick(outcome);
    const user = item?.what === 'token' ? item.user : null;
    rows.push({ place, serial: item?.serial ?? null, user, issuer, label, ...judgement, warnings });
    counts[judgement.state]++;
    if (judgement.state === 'ok' && item !== undefined) items.push({ subject: item.serial, item });
  }
  return { counts, rows, items };
}

/** What earlier rows of the same import said. */
interface Seen {
  readonly marks: Set<string>;
  readonly isAlike: (name: string) => boolean;
}

function pick({ state, reason, next }: Judgement): Judgement {
  return { state, reason, next };
}

async function judge(db: Db, keys: Keys, item: ImportItem, seen: Seen): Promise<Judgement> {
  const mark = `${item.what} ${item.serial}`;
  if (seen.marks.has(mark)) return { state: 'skipped', reason: tokenTexts.imports.repeated, next: '' };
  seen.marks.add(mark);
  if (item.what === 'fob') return judgeFob(db, keys, item);
  const judgement = await judgeToken(db, keys, item);
  const name = item.user === null ? undefined : prepareUserName(item.user);
  if (judgement.state !== 'ok' || name === undefined || !seen.isAlike(name)) return judgement;
  return {
    state: 'refused',
    reason: texts.refusals.name_looks_alike,
    next: tokenTexts.imports.correct,
  };
}

async function judgeFob(db: Db, keys: Keys, item: FobItem): Promise<Judgement> {
  const fob = fobOf(item);
  const problem = await problemOfFob({ db, keys }, fob);
  for (const bytes of Object.values(fob.secrets)) bytes.fill(0);
  if (problem !== undefined)
    return { state: 'refused', reason: texts.refusals[problem], next: tokenTexts.imports.correct };
  const isKnown = (await fobNamed(db, item.serial)) !== undefined;
  return isKnown ? { state: 'present', reason: tokenTexts.imports.present, next: '' } : OK;
}

async function judgeToken(db: Db, keys: Keys, item: TokenItem): Promise<Judgement> {
  const row = await db.selectFrom('tokens').selectAll().where('serial', '=', item.serial).executeTakeFirst();
  if (row !== undefined && isSame(keys, row, item))
    return { state: 'present', reason: tokenTexts.imports.present, next: '' };
  if (row !== undefined)
    return { state: 'refused', reason: tokenTexts.imports.serialTaken, next: tokenTexts.imports.correct };
  const problem = await problemOfItem(db, item);
  if (problem === undefined) return OK;
  return { state: 'refused', reason: texts.refusals[problem], next: tokenTexts.imports.correct };
}

/** Whether a token that is here has this seed. Of a revoked one that cannot be said, and it does not come back. */
function isSame(keys: Keys, row: TokenRow, item: TokenItem): boolean {
  const kept = secretOf(keys, row);
  const given = bytesOf(item.secret);
  const isEqual = kept !== undefined && Buffer.compare(kept, given) === 0;
  kept?.fill(0);
  given.fill(0);
  return isEqual;
}
