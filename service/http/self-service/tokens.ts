import type { TokenState } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';

/** A token as its own user sees it. Times in milliseconds since 1970. */
export interface TokenOfUser {
  readonly serial: string;
  readonly name: string;
  readonly state: TokenState;
  readonly lastUsedMs: number | null;
  /** The fob that holds it, if the service knows it. */
  readonly fob: string | null;
  /** The user's name for the fob; empty if there is none. */
  readonly nickname: string;
}

/** The states in which a token belongs to a user. */
export const userTokenStates: readonly TokenState[] = ['assigned', 'active', 'suspended'];

/** Returns the tokens of a user, the oldest first. */
export async function tokensOfUser(db: Db, userId: string): Promise<TokenOfUser[]> {
  const rows = await db
    .selectFrom('tokens')
    .leftJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select(['tokens.serial', 'tokens.issuer', 'tokens.label', 'tokens.state', 'tokens.last_used_ms'])
    .select(['fobs.serial as fob', 'fobs.nickname'])
    .where('tokens.user_id', '=', userId)
    .where('tokens.state', 'in', userTokenStates)
    .orderBy('tokens.created_ms')
    .orderBy('tokens.serial')
    .execute();
  return rows.map(row => ({
    serial: row.serial,
    name: [row.issuer, row.label].filter(Boolean).join(': '),
    state: row.state,
    lastUsedMs: row.last_used_ms,
    fob: row.fob,
    nickname: row.nickname ?? '',
  }));
}

/** Returns a fob's nickname, or else its serial number. */
export function fobName({ nickname, fob, serial }: TokenOfUser): string {
  return nickname || (fob ?? serial);
}
