import { type Options, parse } from 'csv-parse/sync';
import type { Actor } from '../../base/actor.ts';
import { jobLimits } from '../../base/limits/jobs.ts';
import { refused } from '../../base/results.ts';
import { type RevokedReason, revokedReasons } from '../../base/token-states.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Management } from '../../storage/management.ts';
import type { ActivationFobs } from '../../storage/schema/schema.ts';
import { type CaredFobQuery, serialsForCare } from '../care/views.ts';
import type { PreparedImport } from '../tokens/import/plan.ts';
import { type NewJob, start } from './jobs.ts';
import type { JobKind } from './kinds.ts';

/** The act of a job on a selection of tokens. */
export type BulkInput =
  | { readonly kind: 'suspend' | 'unassign'; readonly serials: readonly string[]; readonly title?: string }
  | {
      readonly kind: 'revoke';
      readonly serials: readonly string[];
      readonly reason: RevokedReason;
      readonly title?: string;
    };

/** Starts a job over a selection of tokens. */
export function startBulk(management: Management, actor: Actor, input: BulkInput) {
  const serials = [...new Set(input.serials)];
  const title = input.title === undefined ? {} : { title: input.title };
  if (input.kind !== 'revoke') {
    const items = serials.map(serial => ({ subject: serial, payload: { serial } }));
    return startTitledJob(management, actor, { kind: input.kind, items, ...title });
  }
  const { reason } = input;
  if (!revokedReasons.includes(reason)) return Promise.resolve(refused('bad_reason'));
  const items = serials.map(serial => ({ subject: serial, payload: { serial, reason } }));
  return startTitledJob(management, actor, { kind: 'revoke', items, ...title });
}

/** The kinds of jobs over fobs. */
export const fobJobKinds = ['clock', 'require-pin'] as const satisfies readonly JobKind[];
export type FobJobKind = (typeof fobJobKinds)[number];

/** The fobs of a job: a list of serial numbers, or all that a query selects. */
export interface FobJobInput {
  readonly kind: FobJobKind;
  readonly fobs: readonly string[] | CaredFobQuery;
  readonly title?: string | undefined;
}

/** Starts a job that stores a task for each of many fobs, which is done when the fob is next reached. */
export async function startFobJob(management: Management, actor: Actor, { kind, fobs, title }: FobJobInput) {
  const serials = isList(fobs)
    ? [...new Set(fobs)]
    : await serialsForCare(management.db, fobs, jobLimits.jobItemsMax + 1);
  const items = serials.map(serial => ({ subject: serial, payload: { serial } }));
  return startTitledJob(management, actor, { kind, items, ...(title !== undefined && { title }) });
}

function isList(fobs: FobJobInput['fobs']): fobs is readonly string[] {
  return Array.isArray(fobs);
}

/** Starts a job that gives tokens to users. */
export function startAssigning(
  management: Management,
  actor: Actor,
  { table, title }: { readonly table: string; readonly title?: string },
) {
  const rows = readAssignments(table);
  if (rows === undefined) return Promise.resolve(refused('bad_table'));
  const items = rows.map(row => ({ subject: row.serial, payload: row }));
  return startTitledJob(management, actor, { kind: 'assign', items, ...(title !== undefined && { title }) });
}

/** The users who get activations. */
export interface ActivatingInput {
  /** Rows of a user, and a serial number if the activation is for one token. */
  readonly table: string;
  /** For rows without a serial number. Default `owned`. */
  readonly fobs?: ActivationFobs | undefined;
  readonly policy?: string | undefined;
  readonly title?: string | undefined;
}

/** Starts a job that mails activations. */
export function startActivating(
  management: Management,
  actor: Actor,
  { table, fobs = 'owned', policy, title }: ActivatingInput,
) {
  const rows = readUsers(table);
  if (rows === undefined) return Promise.resolve(refused('bad_table'));
  const items = rows.map(row => ({ subject: row.user, payload: { ...row, fobs, policy: policy ?? null } }));
  return startTitledJob(management, actor, {
    kind: 'activate',
    items,
    ...(title !== undefined && { title }),
  });
}

/** Starts a job that imports the importable rows of a plan. */
export function startImport(management: Management, actor: Actor, { items }: Pick<PreparedImport, 'items'>) {
  const rows = items.map(({ subject, item }) => ({ subject, payload: item }));
  return startJob(management, actor, { kind: 'import', items: rows });
}

/** The same, paused: it starts when an operator has seen its effects and resumes it. Refused as `startImport`. */
export function holdImport(management: Management, actor: Actor, { items }: Pick<PreparedImport, 'items'>) {
  const rows = items.map(({ subject, item }) => ({ subject, payload: item }));
  return startJob(management, actor, { kind: 'import', items: rows, isHeld: true });
}

function startJob<Kind extends JobKind>(management: Management, actor: Actor, job: NewJob<Kind>) {
  return actOf((acting: Acting) => start(acting, job))(management, actor, undefined);
}

function startTitledJob<Kind extends JobKind>(management: Management, actor: Actor, job: NewJob<Kind>) {
  return actOf(async (acting: Acting) => {
    const { items, title = '' } = job;
    const isFit = title.length <= jobLimits.jobTitleMax && !/\p{C}/u.test(title);
    if (!isFit && items.length > 0 && items.length <= jobLimits.jobItemsMax) return refused('bad_title');
    return start(acting, job);
  })(management, actor, undefined);
}

/**
 * Reads rows `user,serial` as spreadsheets save them, with or without the heading `user,serial`.
 *
 * @returns undefined if a row does not have exactly these two cells
 */
export function readAssignments(table: string): { user: string; serial: string }[] | undefined {
  const rows = readUsers(table);
  const pairs = rows?.flatMap(({ user, serial }) => (serial === null ? [] : [{ user, serial }]));
  return pairs?.length === rows?.length ? pairs : undefined;
}

/** The same with an optional serial number. */
function readUsers(table: string): { user: string; serial: string | null }[] | undefined {
  const options: Options = {
    bom: true,
    delimiter: [',', ';', '\t'],
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    // The heading, and one row more than allowed, to detect too many rows.
    to: jobLimits.jobItemsMax + 2,
  };
  if (cellsIn(table) > 3 * jobLimits.jobItemsMax) return undefined;
  let rows: string[][];
  try {
    rows = parse(table, options);
  } catch {
    return undefined;
  }
  const isHeading = rows[0]?.map(cell => cell.toLowerCase()).join() === 'user,serial';
  const body = isHeading ? rows.slice(1) : rows;
  if (body.some(([user = '', , ...rest]) => user === '' || rest.length > 0)) return undefined;
  return body.map(([user = '', serial = '']) => ({ user, serial: serial || null }));
}

/**
 * Returns an upper bound of the number of cells in a table, empty ones included: counted before any cell is created.
 */
function cellsIn(table: string): number {
  let cells = 1;
  for (let at = 0; at < table.length; at++) if (MARKS.includes(table.charCodeAt(at))) cells++;
  return cells;
}

const MARKS: readonly number[] = [0x2c, 0x3b, 0x09];
