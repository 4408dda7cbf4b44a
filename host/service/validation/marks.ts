import { sql } from 'kysely';
import type { Db } from '../data/database.ts';
import { limits } from '../limits.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { usableStates } from '../tokens/states.ts';

/** A passcode that is right and newer than what was read of its token. */
export interface Candidate {
  readonly token: TokenRow;
  readonly step: number;
  readonly driftSteps: number;
  readonly codeMac: string;
  readonly atMs: number;
  readonly source: string;
  readonly applicationId: string;
}

/**
 * The only place that may say yes to a fob's passcode. It moves the high-water marks and looks at which of them it was
 * this call that moved: of all requests for one step, on all nodes, one wins (R7).
 *
 * @param candidates at most one for each token
 * @returns the ids of the tokens whose mark was moved
 */
export async function moveMarks(db: Db, candidates: readonly Candidate[]): Promise<ReadonlySet<string>> {
  if (candidates.length === 0) return new Set();
  const rows = candidates.map(
    ({ token, step, driftSteps, atMs }) =>
      sql`(${token.id}, cast(${step} as bigint), cast(${driftSteps} as integer), cast(${atMs} as bigint))`,
  );
  const moved = await sql<{ id: string }>`update tokens
    set last_step = moved.column2, drift_steps = moved.column3, last_used_ms = moved.column4,
      state = 'active', uses = tokens.uses + 1
    from (values ${sql.join(rows)}) as moved
    where tokens.id = moved.column1 and tokens.last_step < moved.column2
      and tokens.state in (${sql.join(usableStates)})
    returning tokens.id`.execute(db);
  const won = new Set(moved.rows.map(({ id }) => id));
  await remember(
    db,
    candidates.filter(({ token }) => won.has(token.id)),
  );
  return won;
}

/** Keeps the MACs of accepted passcodes, each in the place of the oldest of its token. */
async function remember(db: Db, accepted: readonly Candidate[]): Promise<void> {
  if (accepted.length === 0) return;
  await db
    .insertInto('spent')
    .values(
      accepted.map(({ token, step, codeMac, atMs, source, applicationId }) => ({
        token_id: token.id,
        place: token.uses % limits.spentPerTokenKept,
        step,
        code_mac: codeMac,
        accepted_ms: atMs,
        source,
        application_id: applicationId,
      })),
    )
    .onConflict(conflict =>
      conflict.columns(['token_id', 'place']).doUpdateSet(excluded => ({
        step: excluded.ref('excluded.step'),
        code_mac: excluded.ref('excluded.code_mac'),
        accepted_ms: excluded.ref('excluded.accepted_ms'),
        source: excluded.ref('excluded.source'),
        application_id: excluded.ref('excluded.application_id'),
      })),
    )
    .execute();
}

/** Uses up temporary codes. @returns the ids of those that this call used up */
export async function useTemporaryCodes(
  db: Db,
  ids: readonly string[],
  nowMs: number,
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const used = await db
    .updateTable('temporary_codes')
    .set({ used_ms: nowMs })
    .where('id', 'in', ids)
    .where('used_ms', 'is', null)
    .returning('id')
    .execute();
  return new Set(used.map(({ id }) => id));
}
