import { html } from '../../base/html.ts';
import { texts } from '../../base/texts/texts.ts';
import type { MailChannel } from './channels.ts';
import { factsOf, type Notice, type Send, titleOf } from './notice.ts';
import { sendBySmtp } from './smtp.ts';

/**
 * Sends by SMTP, text and HTML.
 *
 * @param password of the log-in at the mail server; undefined where it needs none
 */
export function mailSender(channel: MailChannel, password: string | undefined): Send {
  return (notice, signal) => sendBySmtp(channel, password, messageOf(channel, notice), signal);
}

function messageOf(channel: MailChannel, notice: Notice) {
  const title = titleOf(notice);
  const facts = factsOf(notice);
  const rows = facts.map(([label, value]) => html`<tr><th align="left">${label}</th><td>${value}</td></tr>`);
  return {
    from: { name: texts.product, address: channel.from },
    to: channel.to.map(address => ({ name: '', address })),
    subject: title,
    messageId: `<${notice.id}@passfob>`,
    date: new Date(notice.atMs),
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: `${title}\n\n${facts.map(([label, value]) => `${label}: ${value}`).join('\n')}\n`,
    html: html`<!doctype html><title>${title}</title><h1>${title}</h1><table>${rows}</table>`.text,
  };
}
