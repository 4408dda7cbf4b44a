import { mailLimits } from '../../base/limits/mail.ts';
import { recordLimits } from '../../base/limits/records.ts';
import type { Management } from '../../storage/management.ts';
import { SmtpError, sendBySmtp } from '../notify/smtp.ts';
import { type MailServer, readMailPassword } from './server.ts';

/** Why a mail was not sent, in a few words without secrets or text of the server. */
export interface Unsent {
  readonly error: string;
  /** Whether another attempt is useless. */
  readonly isFinal: boolean;
}

/** Gives one mail to the server, within the time for a delivery; undefined if the server accepted it. */
export async function sendMail(
  { db, keys }: Pick<Management, 'db' | 'keys'>,
  server: MailServer,
  message: Parameters<typeof sendBySmtp>[2],
): Promise<Unsent | undefined> {
  const password = server.user === undefined ? undefined : await readMailPassword(db, keys);
  if (server.user !== undefined && password === undefined) return { error: 'no password', isFinal: false };
  const signal = AbortSignal.timeout(recordLimits.deliveryTimeoutMs);
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new SmtpError('too slow', false)), { once: true }),
  );
  try {
    await Promise.race([sendBySmtp(server, password, message, signal), late]);
    return undefined;
  } catch (error) {
    if (!(error instanceof SmtpError)) return { error: 'failed', isFinal: false };
    return { error: error.message.slice(0, mailLimits.mailErrorMax), isFinal: error.isFinal };
  }
}
