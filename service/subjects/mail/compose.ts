import type { SendMailOptions } from 'nodemailer';
import { inGroups } from 'passfob/activation/activation-string';
import { mailLimits } from '../../base/limits/mail.ts';
import type { NewMail } from '../../base/mail-kinds.ts';
import { mailTexts as text } from '../../base/texts/mail.ts';
import { plain } from '../notify/notice.ts';
import { type Block, htmlOf, textOf } from './layout.ts';
import { stepPictures } from './pictures/drawings.ts';
import type { MailServer } from './server.ts';

/** A mail as its reader sees it. */
export interface Written {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Returns the texts of a mail. @param contact for questions; undefined for the help desk */
export function write(mail: NewMail, contact?: string): Written {
  const service = plain(mail.serviceName);
  const subject = text.subjects[mail.kind](service);
  const name = plain(mail.displayName).trim() || plain(mail.user);
  const blocks: Block[] = [
    { kind: 'words', words: text.greeting(name) },
    { kind: 'words', words: text.leads[mail.kind](service, plain(mail.user)) },
    ...bodyOf(mail),
    { kind: 'words', words: text.unexpected(contact ?? text.helpDesk) },
    { kind: 'small', words: text.signature(service, mail.publicUrl) },
  ];
  return { subject, text: textOf(blocks), html: htmlOf(subject, blocks) };
}

function bodyOf(mail: NewMail): Block[] {
  switch (mail.kind) {
    case 'expired':
      return [];
    case 'reminder':
      return [
        { kind: 'words', words: text.lookFor(formatMoment(mail.mailedMs)) },
        { kind: 'strong', words: text.expires(formatMoment(mail.expiresMs)) },
      ];
    case 'activated': {
      const fob = mail.fob === null ? [] : [text.activeFob(fobName(mail.fob))];
      return [...fob, text.lost].map(words => ({ kind: 'words', words }));
    }
    default: {
      const { link, activationString, expiresMs, fob, blankAllowed } = mail;
      const [first, second, third] = text.steps;
      const ordinary = blankAllowed ? text.plugIn.blank : text.plugIn.owned;
      const plugIn = fob === null ? ordinary : text.plugIn.reserved(fobName(fob));
      // A fob that the service owns already shows no pairing code.
      const hold = blankAllowed ? `${text.pairingCode} ${text.hold}` : text.hold;
      return [
        { kind: 'step', number: 1, ...first, words: plugIn },
        { kind: 'step', number: 2, ...second, words: text.open, link },
        { kind: 'step', number: 3, ...third, words: hold },
        { kind: 'heading', words: text.otherwise.title },
        { kind: 'words', words: text.otherwise.text },
        { kind: 'code', lines: [text.command] },
        { kind: 'code', lines: groupsOf(activationString) },
        { kind: 'words', words: text.warning },
        { kind: 'strong', words: text.expires(formatMoment(expiresMs)) },
      ];
    }
  }
}

function fobName({ serial, name }: { readonly serial: string; readonly name: string | null }): string {
  return text.fob(plain(serial), name === null || name.trim() === '' ? null : plain(name));
}

/** Returns an activation string in short groups, some in a line, for reading aloud. */
export function groupsOf(activationString: string): string[] {
  const groups = inGroups(activationString).split(' ');
  const lines: string[] = [];
  for (let at = 0; at < groups.length; at += mailLimits.mailGroupsInLine)
    lines.push(groups.slice(at, at + mailLimits.mailGroupsInLine).join(' '));
  return lines;
}

/** Formats a moment to the minute with its time zone. */
export function formatMoment(ms: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }).formatToParts(ms);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find(one => one.type === type)?.value ?? '';
  // The separators differ between versions of Node.
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')} UTC`;
}

/**
 * Returns the Message-ID of a mail (RFC 5322 §3.6.4): the same for every attempt, and identifies the mail in a
 * bounce.
 */
function messageIdOf(id: string, publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  // The part after the @ must be a host name, and not every service has a public one.
  return `<${id}@${/^[a-z\d-]+(\.[a-z\d-]+)*\.[a-z][a-z\d-]*$/.test(hostname) ? hostname : 'passfob.invalid'}>`;
}

/** Returns a mail in the form for the mail server. */
export function compose(id: string, mail: NewMail, server: MailServer): SendMailOptions {
  const written = write(mail, server.contact);
  const isIllustrated = mail.kind === 'activation';
  return {
    ...envelopeOf({ id, to: mail.to, serviceName: mail.serviceName, server, atMs: mail.atMs }),
    messageId: messageIdOf(id, mail.publicUrl),
    ...written,
    attachments: isIllustrated ? picturesOf() : [],
  };
}

/** Returns a mail that only tests delivery. */
export function testMail(given: Parameters<typeof envelopeOf>[0]): SendMailOptions {
  const service = plain(given.serviceName);
  const subject = text.subjects.test(service);
  const blocks: Block[] = [{ kind: 'words', words: text.leads.test(service) }];
  return {
    ...envelopeOf(given),
    messageId: `<${given.id}@passfob.invalid>`,
    subject,
    text: textOf(blocks),
    html: htmlOf(subject, blocks),
  };
}

function envelopeOf({
  id,
  to,
  serviceName,
  server,
  atMs,
}: {
  readonly id: string;
  readonly to: string;
  readonly serviceName: string;
  readonly server: MailServer;
  readonly atMs: number;
}): SendMailOptions {
  return {
    from: { name: plain(serviceName), address: server.from },
    to: { name: '', address: to },
    date: new Date(atMs),
    headers: { 'Auto-Submitted': 'auto-generated' },
    // RFC 3461: a bounce returns only the mail's header, and not the link in it.
    dsn: { id, return: 'headers', notify: ['failure'], recipient: server.from },
  };
}

function picturesOf(): SendMailOptions['attachments'] {
  return stepPictures().map((png, at) => ({
    filename: `step-${at + 1}.png`,
    content: Buffer.from(png),
    contentType: 'image/png',
    contentDisposition: 'inline',
    cid: `step-${at + 1}@passfob.invalid`,
  }));
}
