import { sql } from 'kysely';
import { serviceActor } from '../../base/actor.ts';
import { enrolmentLimits } from '../../base/limits/enrolment.ts';
import { type Acting, actingOf } from '../../storage/acting.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { raiseAlert } from '../alerts/alerts.ts';
import { type Addressee, hasAddress, mailExpiry, mailReminder } from './mailing.ts';
import { publicUrlOf } from './public-url.ts';
import type { ActivationRow } from './views.ts';

/** How many activations one turn reminded of and expired. */
export interface ExpiryCounts {
  readonly reminded: number;
  readonly expired: number;
}

/**
 * Reminds users of activations whose time is half over, and tells the help desk of activations that expired unused.
 * Each happens once, on whichever node is first: the transaction that writes the mail or the alert also marks the
 * activation.
 *
 * @throws ServiceError `busy`
 */
export async function expireActivations(management: Management): Promise<ExpiryCounts> {
  const { db, clock } = management;
  // Usually there is nothing to do; this check takes no write lock, so log-ins do not wait for it.
  const [due, over] = await Promise.all([reminders(db, clock()), expiries(db, clock())]);
  if (due.length === 0 && over.length === 0) return { reminded: 0, expired: 0 };
  return writing(db, async transaction => {
    const acting = actingOf({ ...management, db: transaction }, serviceActor);
    const publicUrl = await publicUrlOf(acting);
    const expired = await tellOfExpiry(acting, publicUrl);
    // If this node does not know the public URL, another node sends the reminders.
    const reminded = publicUrl === undefined ? 0 : await remind(acting, publicUrl);
    return { reminded, expired };
  });
}

/** Deletes activations that ended long ago; their outcome is in the audit. */
export async function forgetActivations(db: Db, nowMs: number): Promise<void> {
  await db
    .deleteFrom('activations')
    .where('expires_ms', '<', nowMs - enrolmentLimits.activationsKeptMs)
    .execute();
}

async function remind(acting: Acting, publicUrl: string): Promise<number> {
  const { db, atMs } = acting;
  const due = await reminders(db, atMs);
  for (const { mailedMs, ...activation } of due) {
    await db.updateTable('activations').set({ reminded_ms: atMs }).where('id', '=', activation.id).execute();
    const user = await addresseeOf(db, activation);
    if (user !== undefined) await mailReminder(acting, user, activation, { publicUrl, mailedMs });
  }
  return due.length;
}

async function tellOfExpiry(acting: Acting, publicUrl: string | undefined): Promise<number> {
  const { db, atMs } = acting;
  const over = await expiries(db, atMs);
  for (const activation of over) {
    const { id, user_id: userId, token_id: tokenId, actor } = activation;
    await db.updateTable('activations').set({ expiry_told_ms: atMs }).where('id', '=', id).execute();
    await raiseAlert(db, {
      kind: 'activation_expired',
      dedupe: `activation_expired:${id}`,
      userId,
      tokenId,
      atMs,
      source: actor,
    });
    const user = (await wasMailed(db, id)) ? await addresseeOf(db, activation) : undefined;
    if (user !== undefined && publicUrl !== undefined)
      await mailExpiry(acting, user, { activationId: id, publicUrl });
  }
  return over.length;
}

/** Returns open activations whose mail was sent and whose time is half over, with the time that mail was written. */
async function reminders(db: Db, nowMs: number): Promise<(ActivationRow & { mailedMs: number })[]> {
  return (
    db
      .selectFrom('activations')
      .innerJoin('mails', 'mails.activation_id', 'activations.id')
      .innerJoin('users', 'users.id', 'activations.user_id')
      .selectAll('activations')
      .select('mails.created_ms as mailedMs')
      .where('mails.kind', '=', 'activation')
      // The user cannot look for a mail that never arrived.
      .where('mails.state', 'in', ['sent', 'local'])
      .where('users.email', 'is not', null)
      .where('users.disabled_ms', 'is', null)
      .where('activations.state', '=', 'open')
      .where('activations.reminded_ms', 'is', null)
      .where('activations.expires_ms', '>', nowMs)
      .where(sql<boolean>`activations.created_ms + activations.expires_ms <= ${2 * nowMs}`)
      .orderBy('activations.expires_ms')
      .limit(enrolmentLimits.remindersAtOnce)
      .execute()
  );
}

function expiries(db: Db, nowMs: number): Promise<ActivationRow[]> {
  return db
    .selectFrom('activations')
    .selectAll()
    .where('state', '=', 'open')
    .where('expiry_told_ms', 'is', null)
    .where('expires_ms', '<=', nowMs)
    .orderBy('expires_ms')
    .limit(enrolmentLimits.remindersAtOnce)
    .execute();
}

async function wasMailed(db: Db, activationId: string): Promise<boolean> {
  const mail = await db
    .selectFrom('mails')
    .select('id')
    .where('activation_id', '=', activationId)
    .where('kind', '=', 'activation')
    .limit(1)
    .executeTakeFirst();
  return mail !== undefined;
}

async function addresseeOf(db: Db, { user_id }: ActivationRow): Promise<Addressee | undefined> {
  const user = await db.selectFrom('users').selectAll().where('id', '=', user_id).executeTakeFirst();
  return user !== undefined && user.disabled_ms === null && hasAddress(user) ? user : undefined;
}
