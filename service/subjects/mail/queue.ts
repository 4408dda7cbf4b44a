import { randomUUID } from 'node:crypto';
import { STRING_CHARS_MAX } from 'passfob/activation/limits';
import { prepareEmail } from '../../base/email-address.ts';
import { mailLimits } from '../../base/limits/mail.ts';
import type { NewMail } from '../../base/mail-kinds.ts';
import { mailTexts } from '../../base/texts/mail.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { destroyed, sealContent } from './content.ts';
import { readMailServer } from './server.ts';

/**
 * Queues a mail, to be sent once the caller's transaction is committed: the act and its mail are committed or rolled
 * back together. Without a mail server it stays in the local outbox.
 *
 * @throws Error if no mail may be made of the caller's facts
 */
export async function queueMail(tx: Db, keys: Keys, mail: NewMail): Promise<void> {
  checkFacts(mail);
  const id = randomUUID();
  const { keyId, box } = sealContent(keys, id, mail);
  const hasServer = (await readMailServer(tx)) !== undefined;
  await tx
    .insertInto('mails')
    .values({
      id,
      kind: mail.kind,
      user_id: mail.userId,
      activation_id: mail.activationId,
      address: mail.to,
      sealed_content: box,
      key_id: keyId,
      created_ms: mail.atMs,
      expires_ms: 'expiresMs' in mail ? mail.expiresMs : mail.atMs + mailLimits.mailLifeMs,
      due_ms: mail.atMs,
      attempts: 0,
      leased_until_ms: null,
      state: hasServer ? 'waiting' : 'local',
      error: null,
      sent_ms: null,
    })
    .execute();
}

/** Drops the unsent mail of an activation, in the caller's transaction, and destroys its content. */
export async function dropMailOf(tx: Db, activationId: string, atMs: number): Promise<void> {
  await tx
    .updateTable('mails')
    .set({ ...destroyed, state: 'dropped', error: mailTexts.reasons.replaced, due_ms: atMs })
    .where('activation_id', '=', activationId)
    .where('state', 'in', ['waiting', 'local'])
    .execute();
}

/**
 * Catches mistakes of our own before they reach anybody: a link to another site, or an address that is not a single
 * one.
 */
function checkFacts(mail: NewMail): void {
  if (prepareEmail(mail.to) !== mail.to) throw new Error('a mail needs one prepared address');
  if (!URL.canParse(mail.publicUrl) || new URL(mail.publicUrl).origin !== mail.publicUrl)
    throw new Error('the public URL of a mail must be an origin');
  if (mail.kind !== 'activation') return;
  const isVisible = /^[\x21-\x7e]+$/.test(mail.activationString);
  if (!isVisible || mail.activationString.length > STRING_CHARS_MAX)
    throw new Error('the activation string of a mail is not one');
  if (!mail.link.startsWith(`${mail.publicUrl}/`) || mail.link.length > mailLimits.mailLinkMax)
    throw new Error('the link of a mail must lead to the service');
  if (!/^[\x21-\x7e]+$/.test(mail.link)) throw new Error('the link of a mail is not one');
}
