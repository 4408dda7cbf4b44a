import { createTransport, type SendMailOptions } from 'nodemailer';
import { systemCode } from '../../base/errors.ts';
import { recordLimits } from '../../base/limits/records.ts';
import type { MailChannel } from './channels.ts';
import { SendError } from './notice.ts';

/** A mail server that accepts mail by SMTP. */
export type SmtpServer = Pick<MailChannel, 'host' | 'port' | 'security' | 'user' | 'authority'>;

/** Why a mail was not sent, and whether the server rejected it for good (RFC 5321 §4.2.1). */
export class SmtpError extends SendError {
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

/**
 * Sends one mail.
 *
 * @param password of the log-in at the mail server; undefined if it needs none
 * @throws SmtpError
 */
export async function sendBySmtp(
  server: SmtpServer,
  password: string | undefined,
  message: SendMailOptions,
  signal: AbortSignal,
): Promise<void> {
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: password ?? '' } }),
    tls: { minVersion: 'TLSv1.2', ...(server.authority === undefined ? {} : { ca: server.authority }) },
    connectionTimeout: recordLimits.deliveryTimeoutMs,
    greetingTimeout: recordLimits.deliveryTimeoutMs,
    socketTimeout: recordLimits.deliveryTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const stop = () => transport.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await transport.sendMail(message);
  } catch (error) {
    throw smtpError(error);
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
}

/** Uses only error names and reply codes; the server's own text may repeat a secret. */
function smtpError(error: unknown): SmtpError {
  const { responseCode, command } =
    typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const isAnswered = typeof responseCode === 'number' && Number.isInteger(responseCode);
  const answered = isAnswered ? ` ${responseCode}` : '';
  // An error at the log-in or for the sender is about the settings, which an administrator can correct.
  const isAboutMail = command === 'RCPT TO' || command === 'DATA';
  const isFinal = isAnswered && responseCode >= 500 && responseCode < 600 && isAboutMail;
  return new SmtpError(`SMTP ${systemCode(error) || 'error'}${answered}`, isFinal);
}
