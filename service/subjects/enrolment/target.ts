import { done, refused } from '../../base/results.ts';
import { heldStates, mayBecome } from '../../base/token-states.ts';
import type { Acting } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import type { ActivationFobs } from '../../storage/schema/schema.ts';
import { hasEnough } from '../tokens/issue.ts';
import { policyNamed } from '../tokens/policies.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { lockToken } from '../tokens/tokens.ts';
import type { User } from '../users/users.ts';

/** The token or fob that an activation is for. */
interface TargetInput {
  /** A token whose fob the service owns. */
  readonly serial?: string | undefined;
  /** If no token is named: whether a blank fob is accepted too. Default `owned`. */
  readonly fobs?: ActivationFobs | undefined;
  /** If no token is named: the policy for a new one. */
  readonly policy?: string | undefined;
  /** A token of the user that is revoked in the transaction that makes the new one active. */
  readonly replaces?: string | undefined;
}

/** The resolved target of an activation. */
interface ActivationTarget {
  readonly tokenId: string | null;
  readonly policyId: string | null;
  readonly fobs: ActivationFobs;
  /** The token that still has to be reserved. */
  readonly toReserve: TokenRow | null;
  /** The token that the new one replaces. */
  readonly replacesId: string | null;
}

/** Resolves the target of an activation without changing anything. */
export async function targetOf(acting: Acting, user: User, input: TargetInput) {
  const { serial, fobs = 'owned', policy, replaces } = input;
  const old = replaces === undefined ? undefined : await heldToken(acting.db, user.id, replaces);
  if (replaces !== undefined && old === undefined) return refused('not_replaceable');
  const replacesId = old?.id ?? null;
  if (serial !== undefined) {
    if (fobs === 'any' || policy !== undefined) return refused('bad_target');
    return ofToken(acting, user, serial, replacesId);
  }
  const named = policy === undefined ? undefined : await policyNamed(acting.db, policy);
  if (policy !== undefined && named === undefined) return refused('unknown_policy');
  if (await hasEnough(acting.db, user, leavingFor(replacesId))) return refused('too_many_tokens');
  return done<ActivationTarget>({
    tokenId: null,
    policyId: named?.id ?? null,
    fobs,
    toReserve: null,
    replacesId,
  });
}

/** How many tokens leave the user when an activation is used. */
export function leavingFor(replacesId: string | null): number {
  return replacesId === null ? 0 : 1;
}

/** Returns a token that the user has, or undefined. */
export function heldToken(
  db: Db,
  userId: string,
  serial: string,
): Promise<{ readonly id: string; readonly serial: string } | undefined> {
  return db
    .selectFrom('tokens')
    .select(['id', 'serial'])
    .where('serial', '=', serial)
    .where('user_id', '=', userId)
    .where('state', 'in', heldStates)
    .executeTakeFirst();
}

async function ofToken(acting: Acting, user: User, serial: string, replacesId: string | null) {
  const row = await lockToken(acting.db, serial);
  if (row === undefined) return refused('unknown_serial');
  if (row.fob_id === null || row.kind === 'ocra') return refused('not_enrolable');
  const target = { tokenId: row.id, policyId: row.policy_id, fobs: 'owned', replacesId } as const;
  if (row.state === 'reserved')
    return row.user_id === user.id
      ? done<ActivationTarget>({ ...target, toReserve: null })
      : refused('reserved_for_another');
  if (!mayBecome(row.state, 'reserved')) return refused('bad_transition');
  if (await hasEnough(acting.db, user, leavingFor(replacesId))) return refused('too_many_tokens');
  return done<ActivationTarget>({ ...target, toReserve: row });
}
