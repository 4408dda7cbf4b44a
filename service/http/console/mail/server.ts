import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { mailLimits } from '../../../base/limits/mail.ts';
import { recordLimits } from '../../../base/limits/records.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { removeMailServer, saveMailServer, testMailServer } from '../../../subjects/mail/acts.ts';
import { type MailServer, readMailServer } from '../../../subjects/mail/server.ts';
import { actionLink, actions, facts } from '../../web/parts.ts';
import { actionsOn } from '../kit/acts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { authorityField, smtpFields, smtpOf } from '../service/channel-targets.ts';

const text = consoleTexts.mailServer;
const { channels } = consoleTexts;
const PLACE = '/mails/server';

/** Serves the form of the mail server for mail to users. */
export function serveMailServer(router: ConsoleRouter): void {
  router.page(PLACE, 'read', async visit => {
    const server = await readMailServer(visit.management.db);
    const has = server !== undefined;
    const links = [
      visit.may(saveMailServer.row.permission)
        ? actionLink(at(`${PLACE}/change`), has ? consoleTexts.change : text.set)
        : nothing,
      ...actionsOn(visit, '', [
        [testMailServer, has],
        [removeMailServer, has, consoleTexts.remove],
      ]),
    ];
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${server === undefined ? html`<p class="empty">${text.none}</p>` : factsOf(server)}
${actions(links)}`,
    };
  });
  serveForm(router, changeForm);
}

function factsOf({ host, port, security, from, user, contact }: MailServer): Markup {
  const words = channels.securities.find(([value]) => value === security)?.[1] ?? security;
  return facts([
    [channels.host, `${host}:${port}`],
    [channels.security, words],
    [channels.from, from],
    [channels.login, user ?? consoleTexts.nothing],
    [text.contact, contact ?? consoleTexts.nothing],
  ]);
}

const changeForm: FormPage<MailServer> = {
  path: `${PLACE}/change`,
  action: saveMailServer.row.permission,
  // The certificate of an authority may be part of it.
  bodyLimit: consoleLimits.channelBodyMaxBytes,
  async view({ management }) {
    const server = await readMailServer(management.db);
    return {
      title: text.set,
      submit: consoleTexts.save,
      back: at(PLACE),
      fields: [
        ...smtpFields(server),
        {
          name: 'password',
          label: text.password,
          hint: text.passwordHint,
          kind: 'password',
          optional: true,
          autocomplete: 'new-password',
          max: recordLimits.channelSecretMax,
          faults: ['bad_mail_password'],
        },
        {
          name: 'contact',
          label: text.contact,
          hint: text.contactHint,
          value: server?.contact ?? '',
          optional: true,
          max: mailLimits.mailContactMax,
        },
        authorityField(server?.authority),
      ],
    };
  },
  run({ management, actor, value }) {
    const password = value('password') || undefined;
    return saveMailServer(management, actor, { ...smtpOf(value), contact: value('contact'), password });
  },
  done: () => ({ to: at(PLACE, { done: 'saved' }) }),
};
