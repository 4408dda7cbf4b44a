import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { mailLimits } from '../../../base/limits/mail.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { pushConsoleTexts } from '../../../base/texts/push.ts';
import { audit, auditOf } from '../../../subjects/alerts/audit-list.ts';
import { fobsOfUser } from '../../../subjects/care/views.ts';
import { activations as activationList } from '../../../subjects/enrolment/list.ts';
import { activationsOf, outcomesOfActivations } from '../../../subjects/enrolment/views.ts';
import { firstItems } from '../../../subjects/kit/read-list.ts';
import { mailList } from '../../../subjects/mail/list.ts';
import { listOperators } from '../../../subjects/operators/acts.ts';
import {
  makeTemporaryCode,
  temporaryCodeEnd,
  withdrawTemporaryCode,
} from '../../../subjects/tokens/codes/temporary-codes.ts';
import { listTokensOf } from '../../../subjects/tokens/views.ts';
import { changeUser, disableUser, enableUser, unlockUser } from '../../../subjects/users/acts.ts';
import { resetPin, setPassword } from '../../../subjects/users/credentials/acts.ts';
import { userStateOf } from '../../../subjects/users/list.ts';
import { readSettings } from '../../../subjects/users/settings.ts';
import { type UserDetail, userDetail } from '../../../subjects/users/user-views.ts';
import { listUserEvents } from '../../../subjects/validation/event-pages.ts';
import { actionLink, actions, badge, facts, moment, section } from '../../web/parts.ts';
import { actionsOn } from '../kit/acts.ts';
import { allOf, tableOf } from '../kit/lists.ts';
import { actButton, fobLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { eventTable, tokenTable } from '../overview/tables.ts';

const text = consoleTexts.users;

/** Serves one user: facts, possible actions, tokens, the last outcomes with their real reasons, history. */
export function serveUserDetail(router: ConsoleRouter): void {
  router.page('/user', 'read', async visit => {
    const user = await userOf(visit);
    if (user === undefined) return missingPage('unknown_user');
    const { db } = visit.management;
    const codeEndMs = await temporaryCodeEnd(db, user.id, router.context.clock());
    const events = await listUserEvents(db, user.id);
    return {
      title: user.name,
      heading: user.name,
      main: html`${userActions(visit, user, codeEndMs)}
${section('facts', text.facts, facts(await factsOf(visit, user, codeEndMs)))}
${section(
  'tokens',
  text.tokens,
  html`${tokenTable(await listTokensOf(db, user))}${actions([
    visit.may('token.assign') && user.disabledMs === null
      ? actionLink(at('/user/assign', { user: user.name }), text.assign)
      : nothing,
    visit.may('token.issue') && user.disabledMs === null
      ? actionLink(at('/tokens/issue', { user: user.name }), text.issue)
      : nothing,
  ])}`,
)}
${section('activations', consoleTexts.activations.title, await activations(visit, user))}
${section(
  'outcomes',
  text.outcomes,
  html`${eventTable(events, await outcomesOfActivations(db, events))}${allOf('/log-ins', { user: user.name })}`,
)}
${section('mails', consoleTexts.mails.title, html`${await mailsOf(visit, user)}${allOf('/mails', { user: user.name })}`)}
${visit.may('audit.read') ? await history(visit, user) : nothing}`,
    };
  });
}

/** Returns the user of a request. */
export async function userOf(visit: ConsoleContext): Promise<UserDetail | undefined> {
  const { db, clock } = visit.management;
  return userDetail(db, visit.value('user'), { lock: (await readSettings(db)).lock, nowMs: clock() });
}

function userActions(
  visit: ConsoleContext,
  { name, ...user }: UserDetail,
  codeEndMs: number | undefined,
): Markup {
  const isDisabled = user.disabledMs !== null;
  const hasCode = codeEndMs !== undefined;
  return actions([
    ...actionsOn(visit, name, [
      [unlockUser, user.failures > 0 || user.lockedUntilMs !== null],
      [enableUser, isDisabled],
      [changeUser, true, text.change],
      [setPassword, true],
      [resetPin, true],
      [makeTemporaryCode, !isDisabled, text.code],
    ]),
    !isDisabled && visit.may('user.check-caller')
      ? actButton(visit, '/user/caller', { user: name }, pushConsoleTexts.check)
      : nothing,
    ...actionsOn(visit, name, [
      [withdrawTemporaryCode, hasCode],
      [disableUser, !isDisabled],
    ]),
  ]);
}

async function factsOf(
  { management }: ConsoleContext,
  user: UserDetail,
  codeEndMs: number | undefined,
): Promise<[string, string | number | Markup][]> {
  const { db } = management;
  const fobs = await fobsOfUser(db, user.id);
  const operator = (await listOperators(db)).find(one => one.user === user.name);
  return [
    [text.state, badge(...userStateOf(user))],
    [text.displayName, user.displayName || consoleTexts.nothing],
    [text.email, user.email ?? consoleTexts.nothing],
    [text.failures, user.failures],
    [text.password, user.hasPassword ? text.passwordSet : text.passwordNone],
    [text.pin, text.pins[user.pin]],
    [
      text.fobs,
      fobs.length === 0 ? consoleTexts.nothing : html`${fobs.map(serial => html`${fobLink(serial)} `)}`,
    ],
    [text.usable, `${user.usableTokens} / ${user.tokens}`],
    [text.codeUntil, codeEndMs === undefined ? consoleTexts.nothing : moment(codeEndMs)],
    [
      text.operator,
      operator === undefined ? consoleTexts.nothing : badge('plain', consoleTexts.roles[operator.role]),
    ],
    [text.created, moment(user.createdMs)],
  ];
}

async function activations(visit: ConsoleContext, { id, name, disabledMs }: UserDetail): Promise<Markup> {
  const { db, clock } = visit.management;
  const texts = consoleTexts.activations;
  const found = await activationsOf(db, id, clock());
  const mayCreate = visit.may('activation.start') && disabledMs === null;
  return html`${tableOf(activationList, visit, found, { without: ['user'], none: texts.noneOfUser })}${actions(
    [
      mayCreate ? actionLink(at('/user/activate', { user: name }), texts.create) : nothing,
      visit.may('activation.ask') && disabledMs === null
        ? actionLink(at('/user/ask-fob', { user: name }), texts.ask)
        : nothing,
    ],
  )}`;
}

async function mailsOf(visit: ConsoleContext, { name }: UserDetail): Promise<Markup> {
  const asked = { filters: { user: name }, nowMs: 0, limit: mailLimits.mailsOfUserListed };
  const items = await firstItems(visit.management.db, mailList, asked);
  return tableOf(mailList, visit, items, { without: ['user'] });
}

async function history(visit: ConsoleContext, user: UserDetail): Promise<Markup> {
  const about = { subjectKind: 'user', subjectId: user.id } as const;
  const rows = await auditOf(visit.management.db, about, consoleLimits.recentRows);
  const table = tableOf(audit, visit, rows, { caption: text.history });
  return section('history', text.history, html`${table}${allOf('/audit', about)}`);
}
