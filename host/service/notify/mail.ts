import { createTransport } from 'nodemailer';
import { systemCode } from '../errors.ts';
import { limits } from '../limits.ts';
import { texts } from '../texts.ts';
import type { MailChannel } from './channels.ts';
import { factsOf, type Notice, type Send, SendError, titleOf } from './notice.ts';

/**
 * Sends by SMTP, text and HTML.
 *
 * @param password of the log-in at the mail server; undefined where it needs none
 */
export function mailSender(channel: MailChannel, password: string | undefined): Send {
  return async (notice, signal) => {
    const transport = createTransport({
      host: channel.host,
      port: channel.port,
      secure: channel.security === 'tls',
      requireTLS: channel.security === 'starttls',
      ignoreTLS: channel.security === 'none',
      ...(channel.user === undefined ? {} : { auth: { user: channel.user, pass: password ?? '' } }),
      tls: { minVersion: 'TLSv1.2', ...(channel.authority === undefined ? {} : { ca: channel.authority }) },
      connectionTimeout: limits.deliveryTimeoutMs,
      greetingTimeout: limits.deliveryTimeoutMs,
      socketTimeout: limits.deliveryTimeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const stop = () => transport.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await transport.sendMail(messageOf(channel, notice));
    } catch (error) {
      throw new SendError(reasonOf(error));
    } finally {
      signal.removeEventListener('abort', stop);
      transport.close();
    }
  };
}

function messageOf(channel: MailChannel, notice: Notice) {
  const title = titleOf(notice);
  const facts = factsOf(notice);
  const rows = facts.map(
    ([label, value]) => `<tr><th align="left">${escaped(label)}</th><td>${escaped(value)}</td></tr>`,
  );
  return {
    from: { name: texts.product, address: channel.from },
    to: channel.to.map(address => ({ name: '', address })),
    subject: title,
    messageId: `<${notice.id}@passfob>`,
    date: new Date(notice.atMs),
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: `${title}\n\n${facts.map(([label, value]) => `${label}: ${value}`).join('\n')}\n`,
    html: `<!doctype html><title>${escaped(title)}</title><h1>${escaped(title)}</h1><table>${rows.join('')}</table>`,
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

/** Names of errors and numbers of answers; a server's own words may repeat what it was sent. */
function reasonOf(error: unknown): string {
  const answered =
    typeof error === 'object' &&
    error !== null &&
    'responseCode' in error &&
    Number.isInteger(error.responseCode)
      ? ` ${error.responseCode}`
      : '';
  return `SMTP ${systemCode(error) || 'error'}${answered}`;
}
