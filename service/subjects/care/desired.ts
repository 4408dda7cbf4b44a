import type { FobLifeState } from '../../base/kinds.ts';
import type { CareCause } from '../../base/texts/care.ts';
import { tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { accountIdOf } from '../tokens/account-id.ts';
import type { FobRow } from '../tokens/fobs.ts';
import type { TokenRow } from '../tokens/rows.ts';

/** How a fob should be, by the present state of the database. Accounts by their ids in hexadecimal. */
export interface DesiredFob {
  readonly state: FobLifeState;
  /** The accounts that must go, and why. */
  readonly removals: ReadonlyMap<string, CareCause>;
  /** The accounts of tokens that have a user, and stay. */
  readonly held: ReadonlySet<string>;
  /** Fewest digits of its PIN; 0 if no token needs one. */
  readonly pinDigits: number;
  /** Whether a recovery key waits for the fob's confirmation. */
  readonly hasNextRecovery: boolean;
}

/** The part of a token that decides about its account. */
export interface AccountToken {
  readonly account: string;
  readonly state: TokenRow['state'];
  readonly userId: string | null;
  /** The user who had it before, if any; undefined if nobody ever had it, or its first user still has it. */
  readonly formerUserId: string | undefined;
  /** Since when its present user has it; undefined if nobody has it. */
  readonly sinceMs: number | undefined;
}

/** Reads it inside the caller's transaction. */
export async function readDesired(db: Db, fob: FobRow): Promise<DesiredFob> {
  const tokens = await db
    .selectFrom('tokens')
    .leftJoin('policies', 'policies.id', 'tokens.policy_id')
    .selectAll('tokens')
    .select(['policies.pin_place as policy_pin_place', 'policies.pin_min_digits as policy_pin_digits'])
    .where('tokens.fob_id', '=', fob.id)
    .execute();
  const next = await db
    .selectFrom('fob_recovery')
    .select('fob_id')
    .where('fob_id', '=', fob.id)
    .executeTakeFirst();
  const accounts = await accountTokens(db, fob.serial, tokens);
  const removals = removalsOf(accounts, fob.state);
  const held = accounts.filter(({ account, userId }) => userId !== null && !removals.has(account));
  const digits = tokens
    .filter(({ state }) => tokenStates[state].user === 'one')
    .map(token => {
      const place = token.policy_pin_place ?? token.pin_place;
      return place === 'fob' ? (token.policy_pin_digits ?? token.pin_min_digits) : 0;
    });
  return {
    state: fob.state,
    removals,
    held: new Set(held.map(({ account }) => account)),
    pinDigits: Math.max(0, ...digits),
    hasNextRecovery: next !== undefined,
  };
}

async function accountTokens(
  db: Db,
  fobSerial: string,
  tokens: readonly TokenRow[],
): Promise<AccountToken[]> {
  const assignments =
    tokens.length === 0
      ? []
      : await db
          .selectFrom('assignments')
          .select(['token_id', 'user_id', 'from_ms', 'to_ms'])
          .where(
            'token_id',
            'in',
            tokens.map(({ id }) => id),
          )
          .orderBy('from_ms')
          .execute();
  return tokens.map(token => {
    const own = assignments.filter(({ token_id }) => token_id === token.id);
    const former = own.filter(({ to_ms }) => to_ms !== null).at(-1);
    return {
      account: Buffer.from(accountIdOf(token, fobSerial)).toString('hex'),
      state: token.state,
      userId: token.state === 'revoked' ? null : token.user_id,
      formerUserId: former?.user_id,
      sinceMs: own.find(({ to_ms }) => to_ms === null)?.from_ms,
    };
  });
}

/**
 * Returns the accounts that must go from a fob: those of revoked tokens; those of tokens that were taken from their
 * user; those of tokens that another person has now than the fob's user, who is the one with the longest assignment;
 * and all of them if the fob was lost. The account of a token that nobody ever had stays: it was put there for
 * somebody.
 */
export function removalsOf(tokens: readonly AccountToken[], state: FobLifeState): Map<string, CareCause> {
  const [first] = tokens
    .filter(({ sinceMs, userId }) => sinceMs !== undefined && userId !== null)
    .sort((one, other) => (one.sinceMs ?? 0) - (other.sinceMs ?? 0));
  const removals = new Map<string, CareCause>();
  for (const token of tokens) {
    const cause = removalCause(token, state, first?.userId ?? undefined);
    if (cause !== undefined) removals.set(token.account, cause);
  }
  return removals;
}

function removalCause(
  { state: tokenState, userId, formerUserId }: AccountToken,
  state: FobLifeState,
  fobUserId: string | undefined,
): CareCause | undefined {
  if (tokenState === 'revoked') return 'revoked';
  if (state === 'lost' || state === 'found') return 'lost';
  if (formerUserId === undefined || formerUserId === userId) return undefined;
  if (userId === null) return 'unassigned';
  return fobUserId !== undefined && fobUserId !== userId ? 'reassigned' : undefined;
}
