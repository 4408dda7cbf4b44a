import { mailLimits } from '@passfob/service/base/limits/mail';
import type { ActivationMail, NewMail } from '@passfob/service/base/mail-kinds';
import { compose, formatMoment, groupsOf, write } from '@passfob/service/subjects/mail/compose';
import type { MailServer } from '@passfob/service/subjects/mail/server';
import fc from 'fast-check';
import { decode } from 'fast-png';
import { createTransport } from 'nodemailer';
import { readActivationString } from 'passfob/activation/activation-string';
import { STRING_CHARS_MAX } from 'passfob/activation/limits';
import { expect, test } from 'vitest';
import { NOON_MS } from '../kit.ts';
import { freshString, PUBLIC_URL, parsed, recipients } from './kit.ts';

const ID = '01234567-89ab-4cde-8f01-23456789abcd';
const server: MailServer = {
  host: '127.0.0.1',
  port: 25,
  security: 'none',
  from: 'passfob@example.test',
  contact: 'Hilda, extension 12',
};
const activationString = freshString();
const mail: ActivationMail = {
  kind: 'activation',
  userId: 'user-1',
  activationId: 'activation-1',
  to: 'ada@example.test',
  atMs: NOON_MS,
  user: 'ada',
  displayName: 'Ada Lovelace',
  serviceName: 'Example Ltd',
  publicUrl: PUBLIC_URL,
  link: `${PUBLIC_URL}/activate#${activationString}`,
  activationString,
  expiresMs: NOON_MS + 72 * 3_600_000,
  fob: { serial: 'PF-1', name: null },
  blankAllowed: false,
};

/** Returns the bytes of a mail on the wire. */
async function rawOf(given: NewMail): Promise<string> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const { message } = await transport.sendMail(compose(ID, given, server));
  return (message as Buffer).toString('latin1');
}

/** Returns the visible text of markup. The parser derives no text from the HTML: the two are separate parts. */
function visible(html: string): string {
  const text = html
    .replace(/<head>.*?<\/head>/s, '')
    .replace(/<br>/g, '\n')
    .replace(/<[^>]+>/g, '');
  return text
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

test('an invitation is a mail with text and HTML, three steps with pictures, and everything the user needs', async () => {
  const raw = await rawOf(mail);
  expect(raw.length).toBeLessThan(mailLimits.mailMaxBytes);
  const { subject, text = '', html, from, to, messageId, date, headers, attachments } = await parsed(raw);
  expect(subject).toBe('Activate your fob for Example Ltd');
  expect(recipients(from)).toEqual([['Example Ltd', 'passfob@example.test']]);
  expect(recipients(to)).toEqual([['', 'ada@example.test']]);
  expect(messageId).toBe(`<${ID}@otp.example.test>`);
  expect(date?.getTime()).toBe(NOON_MS);
  expect(headers.get('auto-submitted')).toBe('auto-generated');
  for (const said of [text, visible(String(html))]) {
    expect(said).toContain('Hello Ada Lovelace,');
    for (const step of ['1. Plug in', '2. Open the link', '3. Hold the button']) expect(said).toContain(step);
    expect(said).toContain('the fob PF-1');
    expect(said).toContain(mail.link);
    expect(said).toContain('passfob activate');
    expect(said.replace(/\s/g, '')).toContain(`activate${activationString}Thelink`);
    const [, pasted = ''] = /(pf1[\w ]{4}[\w\s]+?)\n+The link/.exec(said) ?? [];
    expect(readActivationString(pasted)).toEqual(readActivationString(mail.link));
    expect(said).toContain('All programs on a computer share the clipboard');
    expect(said).toContain('until Monday 18 January 2027, 08:00 UTC');
    expect(said).toContain('ask Hilda, extension 12.');
  }
  const cids = [...String(html).matchAll(/src="([^"]+)"/g)].map(([, src = '']) => src);
  // The parser embeds the pictures that the page references by cid.
  expect(cids).toHaveLength(3);
  for (const src of cids) expect(src).toMatch(/^data:image\/png;base64,/);
  expect(attachments.map(({ cid }) => cid)).toEqual([1, 2, 3].map(step => `step-${step}@passfob.invalid`));
  expect([...String(html).matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual([mail.link]);
  expect(String(html).match(/alt="[^"]{20,}"/g)).toHaveLength(3);
});

test('the pictures are PNG files of three different drawings', async () => {
  const { attachments } = await parsed(await rawOf(mail));
  const pictures = attachments.map(({ content }) => decode(content));
  for (const picture of pictures) {
    expect([picture.width, picture.height, picture.channels]).toEqual([280, 130, 3]);
    const colours = new Set<string>();
    for (let at = 0; at < picture.data.length; at += 3) colours.add(picture.data.slice(at, at + 3).join());
    expect(colours.size).toBeGreaterThan(8);
  }
  expect(new Set(attachments.map(({ checksum }) => checksum)).size).toBe(3);
});

test('the invitation says which fobs are accepted', () => {
  const said = (changes: Partial<ActivationMail>) => write({ ...mail, ...changes }).text;
  expect(said({ fob: { serial: 'PF-1', name: 'Blue one' } })).toContain('the fob Blue one (PF-1)');
  expect(said({ fob: null })).toContain('Use the fob that you were given, and its USB cable.');
  expect(said({ fob: null, blankAllowed: true })).toContain('Do not run the command that it shows');
  expect(said({})).toContain('ask your help desk.');
  expect(said({ displayName: '' })).toContain('Hello ada,');
});

test('the other kinds of mail state their subject, and contain neither link nor string', () => {
  const { link: _, activationString: __, expiresMs: ___, blankAllowed: ____, ...facts } = mail;
  const activated = write({ ...facts, kind: 'activated' });
  expect(activated.subject).toBe('Your fob for Example Ltd is active');
  expect(activated.text).toContain('Your fob: PF-1.');
  const expired = write({ ...facts, kind: 'expired' });
  expect(expired.subject).toBe('Your activation for Example Ltd has expired');
  const { fob: _____, ...others } = facts;
  const { atMs: mailedMs, expiresMs } = mail;
  const reminder = write({ ...others, kind: 'reminder', mailedMs, expiresMs });
  expect(reminder.subject).toMatch(/^Reminder: /);
  expect(reminder.text).toContain('ask for a new one');
  for (const { text, html } of [activated, expired, reminder]) {
    expect(text + html).not.toContain(activationString);
    expect(html).not.toContain('<a ');
  }
});

test('an activation string is printed in short groups, and equals the original without the spaces', () => {
  expect(groupsOf('abcdefghij')).toEqual(['abcde fghij']);
  const long = 'x'.repeat(STRING_CHARS_MAX);
  expect(groupsOf(long).join(' ').replaceAll(' ', '')).toBe(long);
  for (const line of groupsOf(long)) expect(line.length).toBeLessThanOrEqual(29);
  expect(formatMoment(0)).toBe('Thursday 1 January 1970, 00:00 UTC');
});

/** Characters with a meaning in headers, markup and terminals, among ordinary ones. */
const hostile = fc
  .array(
    fc.constantFrom(
      ...['\r\n', '\n', '\r', '\0', '\u2028', '\u202e', '\u2066', '\u200f', '\ud800', '\u0085'],
      ...[
        ...['<script>alert(1)</script>', '"><img src=x>', "'", '"', '&lt;', '<', '>', ';', ',', '@'],
        ...['<!--', ']]>'],
      ],
      ...[
        ...['Bcc: mallory@example.test', '=?utf-8?q?x?=', '\r\n\r\n--x', '%0d%0a', 'a', 'Ünï', '🔑'],
        ...[' ', 'javascript:'],
      ],
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map(parts => parts.join(''));

test('no name becomes a header, an address, markup or a link, and none changes the text direction', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, hostile, async (displayName, user, serviceName, fobName) => {
      const given = { ...mail, displayName, user, serviceName, fob: { serial: 'PF-1', name: fobName } };
      const raw = await rawOf(given);
      const { headerLines, from, to, cc, bcc, subject, text = '', html, attachments } = await parsed(raw);
      const names = [
        ...['from', 'to', 'subject', 'message-id', 'date', 'auto-submitted', 'mime-version', 'content-type'],
      ];
      expect(headerLines.map(({ key }) => key).sort()).toEqual([...names].sort());
      expect(recipients(from).map(([, address]) => address)).toEqual(['passfob@example.test']);
      expect(recipients(to).map(([, address]) => address)).toEqual(['ada@example.test']);
      expect([cc, bcc]).toEqual([undefined, undefined]);
      expect(attachments).toHaveLength(3);
      const markup = String(html);
      expect([...markup.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual([mail.link]);
      // Exactly the elements of a mail with ordinary names.
      expect(markup.match(/<[a-z!/][^\s>]*/gi)).toEqual(write(mail).html.match(/<[a-z!/][^\s>]*/gi));
      for (const said of [subject ?? '', text.replace(/\n/g, ''), markup.replace(/\n/g, '')])
        expect(said).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 60 },
  );
});
