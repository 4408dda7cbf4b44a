import type { Tone } from '../../base/html.ts';
import { administrationLimits } from '../../base/limits/administration.ts';
import { oneOf, text } from '../../base/shapes.ts';
import { searchTexts } from '../../base/texts/api.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { listTexts } from '../../base/texts/lists.ts';
import { searchedList } from '../kit/list.ts';
import { readLockPolicy } from './settings.ts';
import { listUsers, type UserView, userShape } from './user-views.ts';

const words = consoleTexts.users;

/** All users, found by words in their names and addresses. */
export const users = searchedList<UserView>({
  name: 'users.list',
  summary: 'List users by name, or find them by words in the name, the display name or the e-mail address.',
  at: 'GET /v1/users',
  permission: 'read',
  item: userShape,
  as: 'users',
  key: 'name',
  title: 'name',
  columns: {
    name: { label: words.name, as: 'user' },
    lockedUntilMs: { label: words.state, as: (_, user) => userStateOf(user) },
    displayName: { label: words.displayName },
    email: { label: words.email },
    createdMs: { label: words.created, as: 'time' },
  },
  page: {
    at: '/users',
    title: words.title,
    none: words.none,
    over: [{ at: '/users/create', words: words.create, permission: 'user.create' }],
  },
  filters: {
    search: {
      shape: text(administrationLimits.searchTextMax, { description: searchTexts.users }),
      control: { label: words.search },
    },
    state: {
      shape: oneOf('locked', 'disabled'),
      control: {
        label: words.state,
        options: [
          ['', listTexts.any],
          ['locked', words.locked],
          ['disabled', words.disabled],
        ],
      },
    },
  },
  async find(db, { filters, ...asked }) {
    const found = await listUsers(db, { ...asked, ...filters, lock: await readLockPolicy(db) });
    if (found === undefined) return undefined;
    const { users: items, ...page } = found;
    return { ...page, items };
  },
});

/** Returns the state of an account, in words. */
export function userStateOf({ disabledMs, lockedUntilMs }: UserView): readonly [Tone, string] {
  if (disabledMs !== null) return ['plain', words.isDisabled];
  if (lockedUntilMs === null) return ['good', words.isEnabled];
  return [
    'warn',
    `${words.isLocked} ${new Date(lockedUntilMs).toISOString().slice(0, 19).replace('T', ' ')}`,
  ];
}
