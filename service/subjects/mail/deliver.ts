import type { Selectable } from 'kysely';
import { mailLimits } from '../../base/limits/mail.ts';
import { mailTexts } from '../../base/texts/mail.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { raiseAlert } from '../alerts/alerts.ts';
import { backOffMs } from '../alerts/deliver.ts';
import { compose } from './compose.ts';
import { destroyed, openContent } from './content.ts';
import { sendMail } from './send.ts';
import { type MailServer, readMailServer } from './server.ts';

type Mail = Selectable<Schema['mails']>;

/** The outcome of an attempt. */
type Outcome =
  | { readonly state: 'sent' | 'local' }
  | { readonly state: 'waiting' | 'failed' | 'dropped'; readonly error: string };

/** The result of one turn. */
export interface MailTurn {
  readonly leased: number;
  readonly sent: number;
}

/**
 * Sends the due mails, each at least once and always under the same Message-ID. A mail is leased first, so that no
 * other node sends it meanwhile, and marked sent only once the mail server accepted it; the lease of a node that dies
 * expires.
 *
 * @throws ServiceError `busy`
 */
export async function deliverMail(management: Management): Promise<MailTurn> {
  const { db, clock } = management;
  const leased = await leaseMail(db, clock());
  if (leased.length === 0) return { leased: 0, sent: 0 };
  const server = await readMailServer(db);
  const outcomes = await Promise.all(
    leased.map(async mail => {
      const outcome = await attempt(management, server, mail);
      await finish(management, mail, outcome);
      return outcome;
    }),
  );
  return { leased: leased.length, sent: outcomes.filter(({ state }) => state === 'sent').length };
}

/** Leases a few due messages to this node. */
export async function leaseMail(db: Db, nowMs: number): Promise<Mail[]> {
  if ((await dueMails(db, nowMs).limit(1).execute()).length === 0) return [];
  return writing(db, async transaction => {
    const due = await dueMails(transaction, nowMs).limit(mailLimits.mailsAtOnce).execute();
    if (due.length === 0) return [];
    const leased_until_ms = nowMs + mailLimits.mailLeaseMs;
    await transaction
      .updateTable('mails')
      .set(update => ({ leased_until_ms, attempts: update('attempts', '+', 1) }))
      .where(
        'id',
        'in',
        due.map(({ id }) => id),
      )
      .execute();
    return due.map(row => ({ ...row, leased_until_ms, attempts: row.attempts + 1 }));
  });
}

function dueMails(db: Db, nowMs: number) {
  return db
    .selectFrom('mails')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('due_ms', '<=', nowMs)
    .where(query => query.or([query('leased_until_ms', 'is', null), query('leased_until_ms', '<=', nowMs)]))
    .orderBy('due_ms')
    .orderBy('id');
}

async function attempt(management: Management, server: MailServer | undefined, mail: Mail): Promise<Outcome> {
  if (mail.expires_ms <= management.clock()) return { state: 'dropped', error: mailTexts.reasons.expired };
  if (server === undefined) return { state: 'local' };
  const content = openContent(management.keys, mail);
  if (content === undefined) return { state: 'failed', error: mailTexts.reasons.unreadable };
  const unsent = await sendMail(management, server, compose(mail.id, content, server));
  if (unsent === undefined) return { state: 'sent' };
  const isOver = unsent.isFinal || mail.attempts >= mailLimits.mailAttempts;
  return { state: isOver ? 'failed' : 'waiting', error: unsent.error };
}

/** Stores the result of an attempt, unless the lease expired and another node has taken over. */
async function finish({ db, clock }: Management, mail: Mail, outcome: Outcome): Promise<void> {
  const nowMs = clock();
  await writing(db, async transaction => {
    const own = transaction
      .updateTable('mails')
      .where('id', '=', mail.id)
      .where('attempts', '=', mail.attempts);
    // A mail that was dropped meanwhile stays dropped, but the time it was sent is stored.
    if (outcome.state === 'sent')
      await own.set({ sent_ms: nowMs }).where('state', 'in', ['waiting', 'dropped']).execute();
    const ended = await own
      .set({
        state: outcome.state,
        leased_until_ms: null,
        error: 'error' in outcome ? outcome.error : null,
        ...(outcome.state === 'waiting' ? { due_ms: nowMs + backOffMs(mail.attempts) } : {}),
        ...(outcome.state === 'waiting' || outcome.state === 'local' ? {} : destroyed),
      })
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    if (outcome.state === 'failed' && ended.numUpdatedRows > 0n)
      await raiseUndelivered(transaction, mail, { atMs: nowMs, source: outcome.error });
  });
}

/** Alerts the help desk, in the caller's transaction, that a user does not get a mail. */
export function raiseUndelivered(
  tx: Db,
  mail: Pick<Mail, 'id' | 'user_id'>,
  { atMs, source }: { readonly atMs: number; readonly source: string },
): Promise<void> {
  return raiseAlert(tx, {
    kind: 'undelivered',
    dedupe: `undelivered:${mail.id}`,
    userId: mail.user_id,
    tokenId: null,
    atMs,
    source,
  });
}
