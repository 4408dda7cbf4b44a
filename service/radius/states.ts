import { hash, randomBytes } from 'node:crypto';
import { radiusLimits } from '../base/limits/radius.ts';
import { type Db, validating } from '../storage/database/database.ts';
import { seal, unseal } from '../storage/encryption-at-rest/seal.ts';
import type { Management } from '../storage/management.ts';
import { latestEnd } from '../storage/queries/latest.ts';

/** The step that an Access-Challenge waits for. */
export type AwaitedStep =
  /** The passcode after a refused one. */
  | { readonly kind: 'next_code'; readonly userId: string; readonly first: string }
  /** A new log-in. */
  | { readonly kind: 'log_in' }
  /** A PIN, of a user who has typed a right passcode, with the proof of that. */
  | { readonly kind: 'new_pin'; readonly proof: string }
  /** An approval on the fob: the request, its session, its number, its expiry. */
  | {
      readonly kind: 'press';
      readonly id: string;
      readonly session: string;
      readonly number: number;
      readonly expiresMs: number;
    }
  /** The same PIN a second time, compared by its keyed digest. */
  | { readonly kind: 'same_pin'; readonly mac: string; readonly proof: string };

/** The owner of a challenge. */
export interface StateOwner {
  readonly clientId: string;
  /** As sent. */
  readonly user: string;
}

/** A redeemed challenge. A repeat of the same packet may redeem it again, with `isRepeat` set. */
export interface RedeemedState {
  readonly awaited: AwaitedStep;
  readonly isRepeat: boolean;
}

/** Opens a challenge that any node can redeem. @returns its State: random, valid for one packet */
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
 * Redeems a challenge for one packet: of all packets with its State, on all nodes, only the first succeeds. A packet
 * of another client or user uses it up.
 *
 * @param packet all of its bytes
 * @returns undefined if it is over, redeemed or another's
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

/** Deletes expired challenges, and above the limit those that expire first. */
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

/** The database stores a hash, so a reader of it learns no open State. */
function idOf(state: Uint8Array): string {
  return hash('sha256', state, 'base64url');
}
