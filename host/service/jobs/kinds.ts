import { done, type RefusalCode, type Result, refused } from '../management.ts';
import type { Acting } from '../tokens/acting.ts';
import type { ImportItem } from '../tokens/import/items.ts';
import { takeItem } from '../tokens/import/take.ts';
import { assign, revoke, suspend, unassign } from '../tokens/moves.ts';
import type { RevokedReason } from '../tokens/states.ts';

/** What each kind of job does in one of its rows. */
export interface JobPayloads {
  import: ImportItem;
  assign: { readonly serial: string; readonly user: string };
  suspend: { readonly serial: string };
  revoke: { readonly serial: string; readonly reason: RevokedReason };
  unassign: { readonly serial: string };
}

export type JobKind = keyof JobPayloads;

type Works = {
  readonly [Kind in JobKind]: (acting: Acting, payload: JobPayloads[Kind]) => Promise<Result<unknown>>;
};

/** The acts behind jobs: the same as for a single token, with the same refusals and the same audit rows. */
const works: Works = { import: takeItem, assign, suspend, revoke, unassign };

/** Whether a stored kind is one that this version knows. */
export function isJobKind(kind: string): kind is JobKind {
  return Object.hasOwn(works, kind);
}

/**
 * Does one row in the caller's transaction.
 *
 * @param payload JSON as it was sealed, or undefined where the seal did not open
 */
export async function doRow(
  acting: Acting,
  kind: string,
  payload: string | undefined,
): Promise<Result<null>> {
  if (payload === undefined || !isJobKind(kind)) return refused('unreadable_row');
  const work = works[kind] as (acting: Acting, payload: unknown) => Promise<Result<unknown>>;
  const result = await work(acting, JSON.parse(payload));
  return result.ok ? done(null) : refused(result.refusal.code satisfies RefusalCode);
}
