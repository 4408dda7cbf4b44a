import type { Actor } from '../../base/actor.ts';
import { mailLimits } from '../../base/limits/mail.ts';
import type { MailKind } from '../../base/mail-kinds.ts';
import { done, refused } from '../../base/results.ts';
import { writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import { write } from './compose.ts';
import { openContent } from './content.ts';

/** A mail in the local outbox, as it would have been sent. Its text may hold a secret. */
export interface LocalMail {
  readonly id: string;
  readonly kind: MailKind;
  readonly to: string;
  readonly createdMs: number;
  readonly subject: string;
  readonly text: string;
  /** Its link, if it asks the user to do something. A secret. */
  readonly link: string | null;
}

/** Returns the readable mail of the local outbox, newest first: for anybody who may start the service. */
export async function localMail({ db, keys }: Pick<Management, 'db' | 'keys'>): Promise<LocalMail[]> {
  const rows = await db
    .selectFrom('mails')
    .selectAll()
    .where('state', '=', 'local')
    .where('sealed_content', 'is not', null)
    .orderBy('created_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(mailLimits.outboxListed)
    .execute();
  return rows.flatMap(row => readLocal(keys, row) ?? []);
}

/**
 * Opens one mail of the local outbox, and audits who opened it: its link is as good as the user's own.
 *
 * @throws ServiceError `busy`
 */
export function openMail({ db, keys, clock }: Management, actor: Actor, { id }: { readonly id: string }) {
  return writing(db, async transaction => {
    const row = await transaction
      .selectFrom('mails')
      .innerJoin('users', 'users.id', 'mails.user_id')
      .selectAll('mails')
      .select('users.name')
      .where('mails.id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return refused('unknown_mail');
    const mail = row.state === 'local' ? readLocal(keys, row) : undefined;
    if (mail === undefined) return refused('mail_destroyed');
    await recordAudit(transaction, keys, {
      atMs: clock(),
      actor,
      action: 'mail.open',
      subjectKind: 'mail',
      subjectId: id,
      subject: row.name,
      detail: { kind: row.kind },
    });
    return done(mail);
  });
}

type OutboxRow = Parameters<typeof openContent>[1] & {
  readonly kind: MailKind;
  readonly address: string;
  readonly created_ms: number;
};

function readLocal(keys: Management['keys'], row: OutboxRow): LocalMail | undefined {
  const content = openContent(keys, row);
  if (content === undefined) return undefined;
  const { subject, text } = write(content);
  return {
    id: row.id,
    kind: row.kind,
    to: row.address,
    createdMs: row.created_ms,
    subject,
    text,
    link: 'link' in content ? content.link : null,
  };
}
