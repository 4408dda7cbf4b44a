import { sql } from 'kysely';
import type { Tone } from '../../base/html.ts';
import { administrationLimits } from '../../base/limits/administration.ts';
import { oneOf, text, whole } from '../../base/shapes.ts';
import { searchTexts } from '../../base/texts/api.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { listTexts } from '../../base/texts/lists.ts';
import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import type { Filter } from '../../storage/search/candidates.ts';
import { findRows } from '../../storage/search/find.ts';
import { before, narrowed, narrowedBy } from '../kit/filters.ts';
import { searchedList } from '../kit/list.ts';
import { readLockPolicy } from './settings.ts';
import { type UserView, userShape, userViewOf } from './user-views.ts';

const words = consoleTexts.users;
const DAY_MS = 86_400_000;

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
      narrow: (state, at) => (state === 'locked' ? locked(at) : disabled),
    },
    noToken: narrowedBy(words.noToken, () => sql`not exists (select 1 from tokens where ${owned})`),
    neverUsed: narrowedBy(
      words.neverUsed,
      () => sql`exists (select 1 from tokens where ${owned} and last_used_ms is null)
        and not exists (select 1 from tokens where user_id = users.id and last_used_ms is not null)`,
    ),
    notActivatedDays: narrowed(
      whole(0, administrationLimits.daysAgoMax),
      { label: words.notActivatedDays },
      (days, nowMs) => sql`exists (select 1 from activations where user_id = users.id and state = 'open'
        and created_ms <= ${nowMs - days * DAY_MS})`,
    ),
    unusedSinceMs: before(
      words.unusedSinceMs,
      ms => sql`exists (select 1 from tokens where ${owned})
        and not exists (select 1 from tokens where ${owned} and last_used_ms >= ${ms})`,
    ),
  },
  async find(db, { filters: { search }, ...asked }) {
    const found = await findRows(db, {
      ...asked,
      kind: 'user',
      typed: typeof search === 'string' ? search : '',
    });
    if (found === undefined) return undefined;
    const { names, ...page } = found;
    const { nowMs } = asked;
    const lock = await readLockPolicy(db);
    const rows = await db
      .selectFrom('users')
      .selectAll()
      .where('name', 'in', valuesAsList(db, names))
      .execute();
    const byName = new Map(rows.map(row => [row.name, userViewOf(row, { lock, nowMs })]));
    return { ...page, items: names.flatMap(name => byName.get(name) ?? []) };
  },
});

/** The indexes are partial on exactly these conditions, written literally. */
const disabled: Filter = { carried: sql`users.disabled_ms is not null` };
async function locked({ db, nowMs }: { readonly db: Db; readonly nowMs: number }): Promise<Filter> {
  const { threshold, periodMs } = await readLockPolicy(db);
  // A threshold of 0 means none: no count reaches it.
  const checked = sql`users.failures >= ${threshold || FAILURES_NEVER_REACHED}
    and users.last_failure_ms > ${nowMs - periodMs}`;
  return { carried: sql`users.failures > 0`, checked };
}

/** The column is a 32-bit integer. */
const FAILURES_NEVER_REACHED = 2 ** 31 - 1;

/** The tokens that a user has now. */
const owned = sql`user_id = users.id and state <> 'revoked'`;

/** Returns the state of an account, in words. */
export function userStateOf({ disabledMs, lockedUntilMs }: UserView): readonly [Tone, string] {
  if (disabledMs !== null) return ['plain', words.isDisabled];
  if (lockedUntilMs === null) return ['good', words.isEnabled];
  return [
    'warn',
    `${words.isLocked} ${new Date(lockedUntilMs).toISOString().slice(0, 19).replace('T', ' ')}`,
  ];
}
