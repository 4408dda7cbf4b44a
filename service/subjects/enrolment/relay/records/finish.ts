import { relayLimits } from '../../../../base/limits/relay.ts';
import { heldStates } from '../../../../base/token-states.ts';
import type { Acting } from '../../../../storage/acting.ts';
import { recordAudit } from '../../../audit/record.ts';
import { dropMailOf } from '../../../mail/queue.ts';
import { revokeToken } from '../../../tokens/acts.ts';
import { openAssignment } from '../../../tokens/assignments.ts';
import type { TokenRow } from '../../../tokens/rows.ts';
import { makeSignInToken } from '../../../users/user-sessions.ts';
import type { User } from '../../../users/users.ts';
import { recordEvents } from '../../../validation/events.ts';
import { acceptSteps } from '../../../validation/replay-protection.ts';
import { hasAddress, mailActivated } from '../../mailing.ts';
import { publicUrlOf } from '../../public-url.ts';
import type { Claim, ClaimedActivation } from './claim.ts';
import { RelayRefusal } from './refusal.ts';

/** A completed enrolment. ticket: opens the user's page once; a secret. */
export interface Finished {
  readonly serial: string;
  readonly token: string;
  readonly ticket: string;
}

/** The proof of possession: a correct passcode that the fob made after a press. */
export interface PossessionProof {
  readonly token: TokenRow;
  readonly step: number;
  readonly driftSteps: number;
  /** The port by which the relay reached the fob: for the audit. */
  readonly port: string;
  readonly applicationId: string;
}

/**
 * Makes the token active in one transaction: the claim is valid, the passcode is new, the activation is used, the
 * token is the user's, and log, audit and mail are stored.
 * @throws RelayRefusal if any of that fails
 */
export function finish(
  claim: Claim,
  { token, step, driftSteps, port, applicationId }: PossessionProof,
): Promise<Finished> {
  return claim.usingUp(async (acting, activation) => {
    const { db, keys, actor, atMs } = acting;
    const user = await db
      .selectFrom('users')
      .selectAll()
      .where('id', '=', activation.user_id)
      .executeTakeFirst();
    if (user === undefined || user.disabled_ms !== null) throw new RelayRefusal('not_valid', 'user disabled');
    await becomeUsable(acting, token, user.id);
    const candidate = { token, step, driftSteps, atMs, source: actor.source, letNobodyIn: true };
    const moved = await acceptSteps(db, [candidate]);
    if (!moved.has(token.id)) throw new RelayRefusal('not_proved', 'the passcode was used before');
    await revokeReplaced(acting, activation);
    await recordEvents(db, [
      {
        atMs,
        userId: user.id,
        tokenId: token.id,
        applicationId,
        outcome: 'accepted',
        source: actor.source,
        requestId: actor.requestId,
      },
    ]);
    await db
      .updateTable('activations')
      .set({
        state: 'used',
        used_ms: atMs,
        step: 'done',
        token_id: token.id,
        fob_id: token.fob_id,
        claimed_until_ms: atMs,
      })
      .where('id', '=', activation.id)
      .execute();
    await recordAudit(db, keys, {
      atMs,
      actor,
      action: 'activation.finish',
      subjectKind: 'token',
      subjectId: token.id,
      subject: token.serial,
      detail: { user: user.name, port, activation: activation.id },
    });
    await tell(acting, user, { activationId: activation.id, tokenId: token.id });
    return signInTokenFor(acting, user.id, token.id);
  }, finishedAlready);
}

/** From now on the new token is in use: the one that it replaces ends, and its account leaves its fob. */
async function revokeReplaced(
  acting: Acting,
  { replaces_token_id, user_id }: ClaimedActivation,
): Promise<void> {
  // One that was revoked or given to another user since then is not the user's any more.
  const old = await acting.db
    .selectFrom('tokens')
    .select('serial')
    .where('id', '=', replaces_token_id ?? '')
    .where('user_id', '=', user_id)
    .where('state', 'in', heldStates)
    .executeTakeFirst();
  if (old === undefined) return;
  const revoked = await revokeToken.work(acting, { serial: old.serial, reason: 'retired' });
  if (!revoked.ok) throw new RelayRefusal('failed', `the replaced token stays: ${revoked.refusal.code}`);
}

/** The mail lets the user detect that another person read or used the activation. */
async function tell(
  acting: Acting,
  user: User,
  of: { readonly activationId: string; readonly tokenId: string },
): Promise<void> {
  await dropMailOf(acting.db, of.activationId, acting.atMs);
  const publicUrl = await publicUrlOf(acting);
  if (hasAddress(user) && publicUrl !== undefined) await mailActivated(acting, user, { ...of, publicUrl });
}

/** From now on its passcodes can be accepted; `acceptSteps` decides about the first one, as for any log-in. */
async function becomeUsable(acting: Acting, token: TokenRow, userId: string): Promise<void> {
  const { numUpdatedRows } = await acting.db
    .updateTable('tokens')
    .set({ state: 'assigned' })
    .where('id', '=', token.id)
    .where('state', '=', 'reserved')
    .where('user_id', '=', userId)
    .where('fob_id', '=', token.fob_id)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new RelayRefusal('not_valid', 'the token is not reserved');
  await openAssignment(acting, token.id, userId);
}

/**
 * Returns the result again, for a while, to the relay that finished an activation but did not receive the result,
 * because the relay or the database was disconnected.
 */
export async function finishedAlready(
  acting: Acting,
  row: ClaimedActivation,
  relayHash: string,
): Promise<Finished | undefined> {
  const isTheirs = row.state === 'used' && row.claim === relayHash && row.token_id !== null;
  if (!isTheirs || acting.atMs >= (row.used_ms ?? 0) + relayLimits.ticketMs) return undefined;
  // If the token was reported lost, suspended or unassigned meanwhile, the page might be opened by a thief.
  const token = await acting.db
    .selectFrom('tokens')
    .select('id')
    .where('id', '=', row.token_id)
    .where('user_id', '=', row.user_id)
    .where('state', '=', 'active')
    .executeTakeFirst();
  if (token === undefined) return undefined;
  return signInTokenFor(acting, row.user_id, row.token_id ?? '');
}

async function signInTokenFor({ db, atMs }: Acting, userId: string, tokenId: string): Promise<Finished> {
  const { value } = await makeSignInToken(db, userId, atMs);
  const { token, serial } = await db
    .selectFrom('tokens')
    .innerJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select(['tokens.serial as token', 'fobs.serial as serial'])
    .where('tokens.id', '=', tokenId)
    .executeTakeFirstOrThrow();
  return { serial, token, ticket: value };
}
