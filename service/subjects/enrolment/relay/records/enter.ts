import { createHash } from 'node:crypto';
import type { Actor } from '../../../../base/actor.ts';
import { type Db, writing } from '../../../../storage/database/database.ts';
import type { Management } from '../../../../storage/management.ts';
import type { User } from '../../../users/users.ts';
import { hashOfCode } from '../../code.ts';
import { Claim, type ClaimedActivation, leaseFrom } from './claim.ts';
import { type Finished, finishedAlready } from './finish.ts';
import { recordRefusal } from './refuse.ts';

/** Where a relay calls from. */
export interface Caller {
  readonly source: string;
  readonly requestId: string;
}

/** The result of entering a code. */
export type CodeEntry =
  | {
      readonly kind: 'claimed';
      readonly claim: Claim;
      readonly user: User;
      /** The serial of the expected fob, if it is known. */
      readonly serial: string | null;
      readonly activation: ClaimedActivation;
    }
  /** The same relay was disconnected before it received the result. */
  | { readonly kind: 'finished'; readonly finished: Finished }
  | { readonly kind: 'refused'; readonly code: 'not_valid' | 'in_use' };

/**
 * Claims an activation by its code for one relay. If several try at once, one gets it; the same relay may come back
 * at any time, another once the lease has expired.
 * @param code 16 bytes
 * @param relay 16 random bytes that identify the relay
 */
export function enterActivation(
  management: Management,
  caller: Caller,
  { code, relay }: { readonly code: Uint8Array; readonly relay: Uint8Array },
): Promise<CodeEntry> {
  const relayHash = createHash('sha256').update(relay).digest('hex');
  return writing(management.db, async (db): Promise<CodeEntry> => {
    const atMs = management.clock();
    const row = await db
      .selectFrom('activations')
      .selectAll()
      .where('code_hash', '=', hashOfCode(code))
      .executeTakeFirst();
    const user = await userOf(db, row);
    if (row === undefined || user === undefined) return { kind: 'refused', code: 'not_valid' };
    const actor: Actor = { name: user.name, role: 'user', ...caller };
    const acting = { db, keys: management.keys, actor, atMs };
    const finished = await finishedAlready(acting, row, relayHash);
    if (finished !== undefined) return { kind: 'finished', finished };
    const why = problemOf(row, user, relayHash, atMs) ?? (await problemOfToken(db, row));
    if (why !== undefined) {
      // Only a caller with a real code gets here: strangers cannot fill the audit.
      await recordRefusal(acting, { user, activationId: row.id, why });
      return { kind: 'refused', code: why === 'in use' ? 'in_use' : 'not_valid' };
    }
    const untilMs = leaseFrom(atMs, row.claimed_until_ms);
    const step = row.step === 'waiting' ? 'connected' : row.step;
    await db
      .updateTable('activations')
      .set({ claim: relayHash, claimed_until_ms: untilMs, step })
      .where('id', '=', row.id)
      .execute();
    const claim = new Claim(management, actor, { activationId: row.id, relayHash, untilMs });
    return { kind: 'claimed', claim, user, serial: await serialOf(db, row), activation: row };
  });
}

/** Returns why an activation cannot be entered, in words for the help desk; undefined if it can. */
function problemOf(row: ClaimedActivation, user: User, relayHash: string, atMs: number): string | undefined {
  if (row.state === 'used') return 'used';
  if (row.state === 'revoked') return `revoked: ${row.reason ?? ''}`;
  if (row.expires_ms <= atMs) return 'expired';
  if (user.disabled_ms !== null) return 'user disabled';
  const isHeld = row.claim !== null && row.claim !== relayHash && (row.claimed_until_ms ?? 0) > atMs;
  return isHeld ? 'in use' : undefined;
}

/** A token that is no longer reserved cannot be activated: no fob needs to be asked first. */
async function problemOfToken(db: Db, { token_id, user_id }: ClaimedActivation): Promise<string | undefined> {
  if (token_id === null) return undefined;
  const token = await db
    .selectFrom('tokens')
    .select('id')
    .where('id', '=', token_id)
    .where('user_id', '=', user_id)
    .where('state', '=', 'reserved')
    .executeTakeFirst();
  return token === undefined ? 'token not reserved' : undefined;
}

async function userOf(db: Db, row: ClaimedActivation | undefined): Promise<User | undefined> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('id', '=', row?.user_id ?? '')
    .executeTakeFirst();
}

/** Returns the serial of the fob whose token the activation was issued for, if any. */
async function serialOf(db: Db, { token_id, fob_id }: ClaimedActivation): Promise<string | null> {
  if (token_id === null || fob_id !== null) return null;
  const fob = await db
    .selectFrom('tokens')
    .innerJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select('fobs.serial')
    .where('tokens.id', '=', token_id)
    .executeTakeFirst();
  return fob?.serial ?? null;
}
