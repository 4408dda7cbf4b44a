import { done, type Result, refused } from '../../base/results.ts';
import { mayBecome } from '../../base/token-states.ts';
import type { ActivationFobs } from '../../storage/schema/schema.ts';
import type { Acting } from '../tokens/acting.ts';
import { hasEnough } from '../tokens/issue.ts';
import { policyNamed } from '../tokens/policies.ts';
import { lockToken } from '../tokens/tokens.ts';
import type { User } from '../users/users.ts';

/** What an activation is to be for: one token, or any fob. */
export interface TargetInput {
  /** A token whose fob the service owns. */
  readonly serial?: string | undefined;
  /** Where no token is named: whether a blank fob will do, too. Default `owned`. */
  readonly fobs?: ActivationFobs | undefined;
  /** Where no token is named: what the new one is like. */
  readonly policy?: string | undefined;
}

/** What it comes to. */
export interface ActivationTarget {
  readonly tokenId: string | null;
  readonly policyId: string | null;
  readonly fobs: ActivationFobs;
  /** The token that has yet to be set aside. */
  readonly toReserve: string | null;
}

/** Looks up what an activation is to be for, and changes nothing. Refused: `bad_target`, `unknown_serial`,
 * `not_enrolable`, `bad_transition`, `reserved_for_another`, `unknown_policy`, `too_many_tokens`. */
export async function targetOf(
  acting: Acting,
  user: User,
  input: TargetInput,
): Promise<Result<ActivationTarget>> {
  const { serial, fobs = 'owned', policy } = input;
  if (serial !== undefined) {
    if (fobs === 'any' || policy !== undefined) return refused('bad_target');
    return ofToken(acting, user, serial);
  }
  const named = policy === undefined ? undefined : await policyNamed(acting.db, policy);
  if (policy !== undefined && named === undefined) return refused('unknown_policy');
  if (await hasEnough(acting.db, user)) return refused('too_many_tokens');
  return done({ tokenId: null, policyId: named?.id ?? null, fobs, toReserve: null });
}

async function ofToken(acting: Acting, user: User, serial: string): Promise<Result<ActivationTarget>> {
  const row = await lockToken(acting.db, serial);
  if (row === undefined) return refused('unknown_serial');
  if (row.fob_id === null || row.kind === 'ocra') return refused('not_enrolable');
  const target = { tokenId: row.id, policyId: row.policy_id, fobs: 'owned' } as const;
  if (row.state === 'reserved')
    return row.user_id === user.id ? done({ ...target, toReserve: null }) : refused('reserved_for_another');
  if (!mayBecome(row.state, 'reserved')) return refused('bad_transition');
  if (await hasEnough(acting.db, user)) return refused('too_many_tokens');
  return done({ ...target, toReserve: serial });
}
