import type { LocalMail } from '@passfob/service/subjects/mail/outbox';
import { htmlEscape } from 'escape-goat';
import { MAIL_SHOWN } from '../play/limits.ts';
import { pageTexts } from './texts.ts';

const { outbox: texts } = pageTexts;

/** The page of the user's mail, newest first, as plain text. */
export function outboxHtml(mails: readonly LocalMail[]): string {
  const items = mails.slice(0, MAIL_SHOWN).map(mailItem).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlEscape(texts.name)}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body class="mailbox">
<h1>${htmlEscape(texts.name)}</h1>
${mails.length === 0 ? `<p>${htmlEscape(texts.none)}</p>` : `<ol class="mails" role="list">\n${items}\n</ol>`}
</body>
</html>
`;
}

function mailItem({ to, createdMs, subject, text }: LocalMail): string {
  const time = new Date(createdMs).toISOString();
  return `<li><details>
<summary>${htmlEscape(subject)}</summary>
<p class="facts">${texts.to} ${htmlEscape(to)}. ${texts.sent} <time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time></p>
<pre tabindex="0">${htmlEscape(text)}</pre>
</details></li>`;
}
