import { html, type Markup } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { mailLimits } from '../../../base/limits/mail.ts';
import { recordLimits } from '../../../base/limits/records.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { testMailServer } from '../../../subjects/mail/send.ts';
import {
  type MailServer,
  type MailServerInput,
  readMailServer,
  removeMailServer,
  saveMailServer,
} from '../../../subjects/mail/server.ts';
import { actionLink, actions, facts } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { authorityField, smtpFields, smtpOf } from '../service/channel-targets.ts';

const text = consoleTexts.mailServer;
const { channels } = consoleTexts;
const PLACE = '/mails/server';

/** Serves the form of the mail server for mail to users. */
export function serveMailServer(router: ConsoleRouter): void {
  router.page(PLACE, 'read', async visit => {
    const server = await readMailServer(visit.management.db);
    const links = [
      actionLink(at(`${PLACE}/change`), server === undefined ? text.set : consoleTexts.change),
      ...(server === undefined
        ? []
        : [
            actionLink(at(`${PLACE}/test`), text.test),
            actionLink(at(`${PLACE}/remove`), consoleTexts.remove),
          ]),
    ];
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${server === undefined ? html`<p class="empty">${text.none}</p>` : factsOf(server)}
${actions(visit.may('settings.change') ? links : [])}`,
    };
  });
  serveForm(router, changeForm);
  serveForm(router, testForm);
  serveForm(router, removeForm);
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
  action: 'settings.change',
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
    const password = value('password');
    const given: MailServerInput = {
      ...smtpOf(value),
      contact: value('contact'),
      password: password === '' ? undefined : password,
    };
    return saveMailServer(management, actor, given);
  },
  done: () => ({ to: at(PLACE, { done: 'saved' }) }),
};

const testForm: FormPage<unknown> = {
  path: `${PLACE}/test`,
  action: 'settings.change',
  async view({ management }) {
    if ((await readMailServer(management.db)) === undefined)
      return { instead: missingPage('no_mail_server') };
    return {
      title: text.test,
      submit: text.test,
      back: at(PLACE),
      fields: [
        {
          name: 'to',
          label: text.testTo,
          kind: 'email',
          max: recordLimits.mailAddressMax,
          faults: ['bad_email'],
        },
      ],
    };
  },
  run: ({ management, actor, value }) => testMailServer(management, actor, { to: value('to').trim() }),
  done: () => ({ to: at(PLACE, { done: 'channelTested' }) }),
};

const removeForm: FormPage<MailServer> = {
  path: `${PLACE}/remove`,
  action: 'settings.change',
  async view({ management }) {
    if ((await readMailServer(management.db)) === undefined)
      return { instead: missingPage('no_mail_server') };
    return {
      title: text.removeTitle,
      lead: text.removeLead,
      fields: [],
      submit: consoleTexts.remove,
      back: at(PLACE),
      isFinal: true,
    };
  },
  run: ({ management, actor }) => removeMailServer(management, actor),
  done: () => ({ to: at(PLACE, { done: 'removed' }) }),
};
