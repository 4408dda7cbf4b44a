import { sql } from 'kysely';
import { withAcceptance } from '../../base/recent.ts';
import { type TokenState, usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { forEachRow, valuesAsList } from '../../storage/queries/rows.ts';
import type { PasscodeToken } from '../tokens/rows.ts';

/** A passcode that is right and newer than what was read of its token. */
export interface Candidate {
  readonly token: PasscodeToken;
  readonly step: number;
  readonly driftSteps: number;
  readonly atMs: number;
  readonly source: string;
  /** Whether it is used up for something else than a log-in (`recent.ts`). */
  readonly letNobodyIn?: boolean;
}

/**
 * The only place that may say yes to a fob's passcode. It moves the high-water marks and looks at which of them it was
 * this call that moved: of all requests for one step, on all nodes, one wins. A token that has gone to another user since
 * it was read is nobody's proof.
 *
 * @param candidates at most one for each token
 * @returns the ids of the tokens whose mark was moved
 */
export async function acceptSteps(db: Db, candidates: readonly Candidate[]): Promise<ReadonlySet<string>> {
  if (candidates.length === 0) return new Set();
  const rows = candidates.map(({ token, step, driftSteps, atMs, source, letNobodyIn }) => [
    token.id,
    token.user_id,
    step,
    driftSteps,
    atMs,
    withAcceptance(token.recent, { step, atMs, source, letNobodyIn }),
  ]);
  const columns = {
    id: 'text',
    user_id: 'text',
    step: 'bigint',
    drift_steps: 'integer',
    at_ms: 'bigint',
    recent: 'text',
  } as const;
  // As expressions user and state are no reason to go through their indexes, which some planners would.
  const moved = await forEachRow(
    db,
    columns,
    rows,
    table => sql<{ id: string; state: TokenState }>`update tokens
      set last_step = moved.step, drift_steps = moved.drift_steps, last_used_ms = moved.at_ms, recent = moved.recent
      from ${table} as moved
      where tokens.id = moved.id and tokens.last_step < moved.step and (tokens.user_id || '') = moved.user_id
        and (tokens.state || '') in (${sql.join(usableStates)})
      returning tokens.id, tokens.state`,
  );
  const first = moved.filter(({ state }) => state !== 'active').map(({ id }) => id);
  await makeActive(db, first);
  return new Set(moved.map(({ id }) => id));
}

/** Once in a token's life: a state that is written is written in its index, too, even if it is the same. */
async function makeActive(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.updateTable('tokens').set({ state: 'active' }).where('id', 'in', valuesAsList(db, ids)).execute();
}
