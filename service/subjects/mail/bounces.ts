import PostalMime, { type Attachment } from 'postal-mime';
import type { Actor } from '../../base/actor.ts';
import { mailLimits } from '../../base/limits/mail.ts';
import { done, refused } from '../../base/results.ts';
import { writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import { destroyed } from './content.ts';
import { raiseUndelivered } from './deliver.ts';
import { findMail } from './list.ts';

/** The relevant parts of a delivery status notification. */
export interface Bounce {
  /** Identifiers of the messages that it may be about. */
  readonly ids: readonly string[];
  /** Whether the mail failed for good, and is not only delayed. */
  readonly isFailed: boolean;
  /** The enhanced status code (RFC 3463), such as 5.1.1; empty if there is none. */
  readonly status: string;
}

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g;

/**
 * Reads a delivery status notification (RFC 3464).
 *
 * @returns undefined if the message is none
 */
export async function readBounce(message: string | Uint8Array): Promise<Bounce | undefined> {
  if (Buffer.byteLength(message) > mailLimits.bounceMaxBytes) return undefined;
  try {
    const { attachments } = await PostalMime.parse(message, {
      forceRfc822Attachments: true,
      maxNestingDepth: mailLimits.bounceNestingMax,
      maxHeadersSize: mailLimits.bounceHeadersMaxBytes,
      attachmentEncoding: 'arraybuffer',
    });
    const report = attachments.find(({ mimeType }) => mimeType === 'message/delivery-status');
    if (report === undefined) return undefined;
    const status = textIn(report, mailLimits.bounceStatusMaxBytes);
    const original = attachments.find(({ mimeType }) =>
      ['message/rfc822', 'text/rfc822-headers', 'message/global', 'message/global-headers'].includes(
        mimeType,
      ),
    );
    const messageId =
      original && field(headOf(textIn(original, mailLimits.bounceHeadersMaxBytes)), 'message-id');
    return {
      ids: [`${messageId ?? ''} ${field(status, 'original-envelope-id') ?? ''}`.match(UUID) ?? []].flat(),
      isFailed: /^action:\s*failed\s*$/im.test(status),
      status: /^status:\s*([245]\.\d{1,3}\.\d{1,3})\b/im.exec(status)?.[1] ?? '',
    };
  } catch {
    // Its size is limited: a mail server does not send a larger message.
    return undefined;
  }
}

function textIn({ content }: Attachment, most: number): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
  return bytes.subarray(0, most).toString('latin1');
}

function headOf(message: string): string {
  return message.split(/\r?\n\r?\n/, 1)[0] ?? '';
}

/** Returns the value of a header field (RFC 5322 §2.2), unfolded. */
function field(head: string, name: string): string | undefined {
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ');
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(unfolded)?.[1];
}

/**
 * Processes a delivery status notification: marks a mail that did not arrive, and raises an alert. A delayed mail
 * changes nothing, and neither does a repeat.
 *
 * @throws ServiceError `busy`
 */
export async function recordBounce(
  { db, keys, clock }: Management,
  actor: Actor,
  { message }: { readonly message: string | Uint8Array },
) {
  const bounce = await readBounce(message);
  if (bounce === undefined) return refused('bad_bounce');
  return writing(db, async transaction => {
    const [id] = bounce.ids;
    // A mail that was never given to a mail server cannot bounce: the sender guesses identifiers.
    const mail = id === undefined ? undefined : await findMail(transaction, id);
    if (mail === undefined || mail.attempts === 0 || mail.state === 'local') return refused('unknown_mail');
    const atMs = clock();
    const error = ['DSN', bounce.status].filter(Boolean).join(' ');
    const isNews = bounce.isFailed && mail.state !== 'bounced';
    if (isNews) {
      const { user_id } = await transaction
        .updateTable('mails')
        .set({ ...destroyed, state: 'bounced', error, leased_until_ms: null })
        .where('id', '=', mail.id)
        .returning('user_id')
        .executeTakeFirstOrThrow();
      await raiseUndelivered(transaction, { id: mail.id, user_id }, { atMs, source: error });
    }
    await recordAudit(transaction, keys, {
      atMs,
      actor,
      action: 'mail.bounce',
      subjectKind: 'mail',
      subjectId: mail.id,
      subject: mail.user,
      detail: { kind: mail.kind, status: bounce.status, isFailed: bounce.isFailed, isNews },
    });
    return done(isNews ? { ...mail, state: 'bounced', error, isKept: false } : mail);
  });
}
