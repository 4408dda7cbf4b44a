import { html, type Markup, nothing, type Tone } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import type { MailState } from '../../../base/mail-kinds.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type MailCursor, type MailView, pageMail } from '../../../subjects/mail/list.ts';
import { readMailServer } from '../../../subjects/mail/server.ts';
import { actionLink, actions, badge, moment, momentOr } from '../../web/parts.ts';
import { userLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { filterForm } from '../kit/search.ts';
import { type Cell, pager, table } from '../kit/table.ts';

const text = consoleTexts.mails;

const tones: Readonly<Record<MailState, Tone>> = {
  waiting: 'plain',
  sent: 'good',
  failed: 'bad',
  bounced: 'bad',
  dropped: 'plain',
  local: 'plain',
};

/** Serves the list of mail to users with its states, never with its text. */
export function serveMailList(router: ConsoleRouter): void {
  router.page('/mails', 'read', async visit => {
    const { db } = visit.management;
    const state = visit.value('state');
    const after = placeOf(visit.value('after'));
    const { mails, next } = await pageMail(db, {
      state: stateOf(state),
      after,
      limit: consoleLimits.recentRows,
    });
    const hasServer = (await readMailServer(db)) !== undefined;
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}${hasServer ? nothing : html` ${text.noServer}`}</p>
${actions([actionLink(at('/mails/server'), text.serverLink)])}
${filterForm({
  path: '/mails',
  fields: [{ name: 'state', label: text.show, kind: 'select', options: text.standings, value: state }],
})}
${mailTable(visit, mails)}
${pager(
  next === null ? undefined : at('/mails', { state, after: `${next.createdMs}.${next.id}` }),
  after === undefined ? undefined : at('/mails', { state }),
)}`,
    };
  });
}

/** Returns a table of mail. Messages in the local outbox have a link to read them, for roles that may. */
export function mailTable(visit: ConsoleContext, mails: readonly MailView[]): Markup {
  const mayOpen = visit.may('mail.open') && mails.some(({ isKept }) => isKept);
  return table(
    text.title,
    mails.map(mail => row(mail, mayOpen)),
    text.none,
  );
}

function row(mail: MailView, mayOpen: boolean): readonly Cell[] {
  const { id, kind, user, address, state, error, createdMs, sentMs, isKept } = mail;
  const open = html`<a href="${at('/mail/open', { id })}">${text.open}<span class="unseen"> ${text.kinds[kind]} ${user}</span></a>`;
  return [
    [text.created, moment(createdMs)],
    [text.kind, text.kinds[kind]],
    [text.user, userLink(user)],
    [text.address, address],
    [text.state, badge(tones[state], text.states[state]), 'bare'],
    [text.why, error],
    [text.sent, momentOr(sentMs, consoleTexts.nothing)],
    ...(mayOpen ? [[consoleTexts.actions, isKept ? open : null, 'bare'] as const] : []),
  ];
}

function stateOf(given: string): MailState | undefined {
  return Object.hasOwn(text.states, given) ? (given as MailState) : undefined;
}

function placeOf(given: string): MailCursor | undefined {
  const [, createdMs, id] = /^(\d{1,15})\.([\da-f-]{36})$/.exec(given) ?? [];
  return createdMs === undefined || id === undefined ? undefined : { createdMs: Number(createdMs), id };
}
