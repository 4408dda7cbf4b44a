import { html, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { findMail } from '../../../subjects/mail/list.ts';
import { type LocalMail, openMail } from '../../../subjects/mail/outbox.ts';
import { actionLink, actions, facts } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';

const text = consoleTexts.mails;

/** Serves a mail of the local outbox as it would have been sent. */
export function serveMailOpening(router: ConsoleRouter): void {
  serveForm(router, openForm);
}

const openForm: FormPage<LocalMail> = {
  path: '/mail/open',
  action: 'mail.open',
  async view({ management, value }) {
    const mail = await findMail(management.db, value('id'));
    if (mail === undefined) return { instead: missingPage('unknown_mail') };
    if (!mail.isKept) return { instead: missingPage('mail_destroyed') };
    return {
      title: text.openTitle,
      lead: text.openLead(mail.user),
      fields: [{ name: 'id', label: '', kind: 'hidden', value: mail.id }],
      submit: text.openSubmit,
      back: at('/mails'),
    };
  },
  run: ({ management, actor, value }) => openMail(management, actor, { id: value('id') }),
  done: (_context, mail) => ({
    title: text.openTitle,
    main: html`${facts([
      [text.to, mail.to],
      [text.subject, mail.subject],
    ])}
<div class="mail" role="group" aria-label="${text.textLabel}"><pre>${mail.text}</pre></div>
${actions([
  mail.link === null ? nothing : actionLink(mail.link, text.follow),
  actionLink(at('/mails'), consoleTexts.back),
])}`,
  }),
};
