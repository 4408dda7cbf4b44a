import { done, type RefusalCode, type Result, refused } from '../../base/results.ts';
import type { RevokedReason } from '../../base/token-states.ts';
import type { Acting } from '../../storage/acting.ts';
import type { ActivationFobs } from '../../storage/schema/schema.ts';
import { requirePin, setClock } from '../care/task-acts.ts';
import { startActivation } from '../enrolment/activations.ts';
import { assignToken, revokeToken, suspendToken, unassignToken } from '../tokens/acts.ts';
import { importItem } from '../tokens/import/import-item.ts';
import type { ImportItem } from '../tokens/import/items.ts';

/** The payload of one row, for each kind of job. */
export interface JobPayloads {
  import: ImportItem;
  assign: { readonly serial: string; readonly user: string };
  suspend: { readonly serial: string };
  revoke: { readonly serial: string; readonly reason: RevokedReason };
  unassign: { readonly serial: string };
  activate: ActivationItem;
  clock: { readonly serial: string };
  'require-pin': { readonly serial: string };
}

/** A user who gets an activation. */
export interface ActivationItem {
  readonly user: string;
  /** The token, or null if any fob is accepted. */
  readonly serial: string | null;
  readonly fobs: ActivationFobs;
  readonly policy: string | null;
}

export type JobKind = keyof JobPayloads;

type Works = {
  readonly [Kind in JobKind]: (acting: Acting, payload: JobPayloads[Kind]) => Promise<Result<unknown>>;
};

/** The acts behind jobs: the same as for a single token, with the same refusals and the same audit rows. */
const works: Works = {
  import: importItem,
  assign: assignToken.work,
  suspend: suspendToken.work,
  revoke: revokeToken.work,
  unassign: unassignToken.work,
  activate,
  clock: setClock.work,
  'require-pin': requirePin.work,
};

/** By mail only: nobody watches a job, so it cannot show a code. */
function activate(acting: Acting, { user, serial, fobs, policy }: ActivationItem) {
  const target = serial === null ? { fobs, policy: policy ?? undefined } : { serial };
  return startActivation.work(acting, { user, ...target, delivery: 'mail' });
}

/** Whether this version knows a stored kind. */
function isJobKind(kind: string): kind is JobKind {
  return Object.hasOwn(works, kind);
}

/**
 * Does one row in the caller's transaction.
 *
 * @param payload decrypted JSON, or undefined if decryption failed
 */
export async function doRow(acting: Acting, kind: string, payload: string | undefined) {
  if (payload === undefined || !isJobKind(kind)) return refused('unreadable_row');
  const work = works[kind] as (acting: Acting, payload: unknown) => Promise<Result<unknown>>;
  const result = await work(acting, JSON.parse(payload));
  return result.ok ? done(null) : refused(result.refusal.code satisfies RefusalCode);
}
