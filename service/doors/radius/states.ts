import { hash, randomBytes } from 'node:crypto';
import { radiusLimits } from '../../base/limits/radius.ts';
import { type Db, validating } from '../../storage/database/database.ts';
import { seal, unseal } from '../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../storage/management.ts';
import { latestEnd } from '../../storage/queries/latest.ts';

/** What an Access-Challenge waits for. */
export type AwaitedStep =
  /** The passcode after one that was refused. */
  | { readonly kind: 'next_code'; readonly userId: string; readonly first: string }
  /** A log-in anew. */
  | { readonly kind: 'log_in' }
  /** A PIN, of a user who has shown a right passcode, with what proves that. */
  | { readonly kind: 'new_pin'; readonly proof: string }
  /** A press on the fob: what was asked there, by which session, with which number, until when. */
  | {
      readonly kind: 'press';
      readonly id: string;
      readonly session: string;
      readonly number: number;
      readonly expiresMs: number;
    }
  /** The same PIN once more: its keyed digest. */
  | { readonly kind: 'same_pin'; readonly mac: string; readonly proof: string };

/** Whose challenge it is. */
export interface StateOwner {
  readonly clientId: string;
  /** As it was sent. */
  readonly user: string;
}

/** What a challenge waited for that was taken; by the same packet it may be taken again, which came again then. */
export interface RedeemedState {
  readonly awaited: AwaitedStep;
  readonly isRepeat: boolean;
}

/** Opens a challenge for whichever node its answer comes to. @returns its State: chosen by chance, good for one packet */
export async function openState(
  { db, keys, clock }: Management,
  bound: StateOwner,
  awaited: AwaitedStep,
): Promise<Buffer> {
  const state = randomBytes(radiusLimits.radiusStateBytes);
  const id = idOf(state);
  const sealed = seal(keys, { table: 'radius_challenges', id }, Buffer.from(JSON.stringify(awaited)));
  const row = {
    id,
    client_id: bound.clientId,
    user_name: bound.user,
    sealed_awaited: sealed.box,
    key_id: sealed.keyId,
    taken_by: null,
    expires_ms: clock() + radiusLimits.radiusChallengeMs,
  };
  await validating(db, transaction => transaction.insertInto('radius_challenges').values(row).execute());
  return state;
}

/**
 * Takes a challenge: of all packets that show its State, on all nodes, one is given it. What is shown by another client, or
 * for another user, ends it.
 *
 * @param packet all of its bytes
 * @returns undefined where it is over, taken or another's
 */
export async function redeemState(
  { db, keys, clock }: Management,
  state: Uint8Array,
  { clientId, user }: StateOwner,
  packet: Uint8Array,
): Promise<RedeemedState | undefined> {
  const id = idOf(state);
  const takenBy = hash('sha256', packet, 'base64url');
  const { row, isRepeat } = await validating(db, async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('radius_challenges')
      .set({ taken_by: takenBy })
      .where('id', '=', id)
      .where('taken_by', 'is', null)
      .executeTakeFirst();
    const query = transaction.selectFrom('radius_challenges').selectAll().where('id', '=', id);
    return { row: await query.executeTakeFirst(), isRepeat: numUpdatedRows === 0n };
  });
  const nowMs = clock();
  if (row === undefined || row.taken_by !== takenBy || row.expires_ms <= nowMs) return undefined;
  if (row.expires_ms > latestEnd(nowMs, radiusLimits.radiusChallengeMs)) return undefined;
  if (row.client_id !== clientId || row.user_name !== user) return undefined;
  const place = { table: 'radius_challenges', id };
  const plain = unseal(keys, place, { box: row.sealed_awaited, keyId: row.key_id });
  if (plain === undefined) return undefined;
  return { awaited: JSON.parse(Buffer.from(plain).toString()) as AwaitedStep, isRepeat };
}

/** Drops what is over, and where there are too many those that are over first. */
export async function sweepStates(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom('radius_challenges').where('expires_ms', '<=', nowMs).execute();
  await db
    .deleteFrom('radius_challenges')
    .where('expires_ms', '<=', query =>
      query
        .selectFrom('radius_challenges')
        .select('expires_ms')
        .orderBy('expires_ms', 'desc')
        .limit(1)
        .offset(radiusLimits.radiusChallengesKept),
    )
    .execute();
}

/** A database that was read gives no State that is still open. */
function idOf(state: Uint8Array): string {
  return hash('sha256', state, 'base64url');
}
