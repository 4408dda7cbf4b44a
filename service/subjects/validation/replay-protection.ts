import { sql } from 'kysely';
import { withAcceptance } from '../../base/recent.ts';
import { type TokenState, usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { eachRowUpdate, valuesAsList } from '../../storage/queries/rows.ts';
import type { PasscodeToken } from '../tokens/rows.ts';

/** A right passcode that is newer than the step read with its token. */
export interface Candidate {
  readonly token: PasscodeToken;
  readonly step: number;
  readonly driftSteps: number;
  readonly atMs: number;
  readonly source: string;
  /** Whether it is used up for another purpose than a log-in (`recent.ts`). */
  readonly letNobodyIn?: boolean;
}

const columns = {
  id: 'text',
  user_id: 'text',
  step: 'bigint',
  drift_steps: 'integer',
  at_ms: 'bigint',
  recent: 'text',
} as const;

// Written as expressions, user and state do not make planners choose the indexes of these columns.
const moveSteps = eachRowUpdate(
  columns,
  ({ value, from }) => sql<{ id: string; state: TokenState }>`update tokens
      set last_step = ${value('step')}, drift_steps = ${value('drift_steps')}, last_used_ms = ${value('at_ms')},
        recent = ${value('recent')}
      ${from}
      where tokens.id = ${value('id')} and tokens.last_step < ${value('step')}
        and (tokens.user_id || '') = ${value('user_id')} and (tokens.state || '') in (${sql.join(usableStates)})
      returning tokens.id, tokens.state`,
);

/**
 * The only place that can accept a fob's passcode. It raises the last accepted steps and returns which of them this
 * call raised: of all requests for one step, on all nodes, one wins. A token that was given to another user since it
 * was read is not accepted.
 *
 * @param candidates at most one for each token
 * @returns the ids of the tokens whose last accepted step was raised
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
  const moved = await moveSteps(db, rows);
  const first = moved.filter(({ state }) => state !== 'active').map(({ id }) => id);
  await makeActive(db, first);
  return new Set(moved.map(({ id }) => id));
}

/** Written once in a token's life: writing a state also updates its index, even if the state is the same. */
async function makeActive(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.updateTable('tokens').set({ state: 'active' }).where('id', 'in', valuesAsList(db, ids)).execute();
}
