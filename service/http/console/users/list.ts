import { html, type Markup, nothing } from '../../../base/html.ts';
import { administrationLimits } from '../../../base/limits/administration.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { readSettings } from '../../../subjects/users/settings.ts';
import { listUsers, type UserView } from '../../../subjects/users/user-views.ts';
import { actionLink, actions, badge, moment } from '../../web/parts.ts';
import { userLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { searchForm } from '../kit/search.ts';
import { type Cell, pager, table } from '../kit/table.ts';

const text = consoleTexts.users;

const states = [
  ['', text.anyState],
  ['locked', text.locked],
  ['disabled', text.disabled],
] as const;

/** Serves the list of users: search by any part of name, display name and e-mail address, by state, in pages. */
export function serveUserList(router: ConsoleRouter): void {
  router.page('/users', 'read', async visit => {
    const { db } = visit.management;
    const [search, state, after] = [visit.value('search').trim(), visit.value('state'), visit.value('after')];
    const { users, next } = await listUsers(db, {
      lock: (await readSettings(db)).lock,
      nowMs: router.context.clock(),
      search,
      after: after === '' ? undefined : after,
      state: state === 'locked' || state === 'disabled' ? state : undefined,
      limit: administrationLimits.pageRowsDefault,
    });
    const here = (more: Record<string, string>) => at('/users', { search, state, ...more });
    return {
      title: text.title,
      main: html`${actions([visit.may('user.create') ? actionLink(at('/users/create'), text.create) : nothing])}
${searchForm({
  path: '/users',
  fields: [
    {
      name: 'search',
      label: text.search,
      value: search,
      optional: true,
      max: administrationLimits.searchTextMax,
    },
    { name: 'state', label: text.state, kind: 'select', options: states, value: state },
  ],
})}
${table(text.title, users.map(row), text.none)}
${pager(next === null ? undefined : here({ after: next }), after === '' ? undefined : here({}))}`,
    };
  });
}

function row(user: UserView): readonly Cell[] {
  return [
    [text.name, html`<strong>${userLink(user.name)}</strong>`, 'bare'],
    [text.state, userBadge(user), 'bare'],
    [text.displayName, user.displayName],
    [text.email, user.email],
    [text.created, moment(user.createdMs)],
  ];
}

/** Returns the state of an account. */
export function userBadge(user: UserView): Markup {
  if (user.disabledMs !== null) return badge('plain', text.isDisabled);
  if (user.lockedUntilMs !== null) return badge('warn', html`${text.isLocked} ${moment(user.lockedUntilMs)}`);
  return badge('good', text.isEnabled);
}
