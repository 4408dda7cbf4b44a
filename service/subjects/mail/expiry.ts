import { recordLimits } from '../../base/limits/records.ts';
import { mailTexts } from '../../base/texts/mail.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { keptFromMs, readKeptDays } from '../../storage/kept-days.ts';
import { inSteps } from '../../storage/pace.ts';
import { destroyed } from './content.ts';

/**
 * Destroys the content of expired mail: waiting messages are dropped, messages in the local outbox stay in the list
 * without their text.
 *
 * @throws ServiceError `busy`
 */
export async function expireMail(db: Db, nowMs: number): Promise<void> {
  const isExpired = await db
    .selectFrom('mails')
    .select('id')
    .where('sealed_content', 'is not', null)
    .where('expires_ms', '<=', nowMs)
    .limit(1)
    .execute();
  if (isExpired.length === 0) return;
  await writing(db, async transaction => {
    const expired = transaction
      .updateTable('mails')
      .where('sealed_content', 'is not', null)
      .where('expires_ms', '<=', nowMs);
    await expired
      .set({ ...destroyed, state: 'dropped', error: mailTexts.reasons.expired })
      .where('state', '=', 'waiting')
      .execute();
    await expired.set(destroyed).execute();
  });
}

/** Deletes mail without content that is older than it is kept, a few rows at a time. */
export async function forgetMail(db: Db, nowMs: number, signal?: AbortSignal): Promise<void> {
  const { mailDays } = await readKeptDays(db, nowMs);
  await inSteps(async () => {
    const old = await writing(db, transaction =>
      transaction
        .deleteFrom('mails')
        .where('id', 'in', query =>
          query
            .selectFrom('mails')
            .select('id')
            .where('created_ms', '<', keptFromMs(mailDays, nowMs))
            .where('sealed_content', 'is', null)
            .orderBy('created_ms')
            .limit(recordLimits.sweepRows),
        )
        .executeTakeFirst(),
    );
    return Number(old.numDeletedRows) === recordLimits.sweepRows;
  }, signal);
}

/**
 * Drops, in the transaction of a restore, mail that was unsent when the backup was made: it may have been sent since,
 * and nothing is sent twice; and no backup contains its activations. The help desk sees the messages, and can start
 * again.
 */
export async function dropRestoredMail(tx: Db): Promise<void> {
  await tx
    .updateTable('mails')
    .set({ ...destroyed, state: 'dropped', error: mailTexts.reasons.restored, leased_until_ms: null })
    .where('state', 'in', ['waiting', 'local'])
    .execute();
}
