import type { TokenState } from '@passfob/service/base/token-states';
import type { FoundList } from '@passfob/service/subjects/kit/list';
import { pagedLists } from '@passfob/service/subjects/lists';
import { expect } from 'vitest';
import { insertIn } from '../kit/insert.ts';
import { rowsIn, setIn } from '../kit/rows.ts';
import { allFoundIn } from '../search/kit.ts';
import { type Office, testOfOffice as test } from '../users/kit.ts';

const FROM_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const of = <T>(values: readonly T[], nth: number): T => values[nth % values.length] as T;

/** Users and tokens of every kind that a filter tells apart, by what each row says. */
async function everyKind(office: Office): Promise<void> {
  const { db } = office.store;
  const names = Array.from({ length: 24 }, (_, nth) => `user-${nth}`);
  await office.users(...names);
  const ids = new Map((await rowsIn(db, 'users')).map(({ id, name }) => [name, id]));
  for (const [nth, name] of names.entries()) {
    const id = ids.get(name) ?? '';
    for (let token = 0; token < nth % 3; token++) {
      const serial = `FOB-${nth}-${token}`;
      await office.issue(serial, { user: name });
      const last_used_ms = nth % 2 === 0 ? FROM_MS - (nth + token) * 1_000 : null;
      const isRevoked = nth % 7 === 2;
      const state = isRevoked ? 'revoked' : of<TokenState>(['assigned', 'active', 'suspended'], nth);
      const gone = { revoked_reason: 'lost', sealed_secret: null, key_id: null };
      await setIn(
        db,
        'tokens',
        { last_used_ms, state, drift_steps: (nth % 6) - 3, ...(isRevoked && gone) },
        { serial },
      );
    }
    if (nth % 4 === 1) await setIn(db, 'users', { disabled_ms: 1 }, { id });
    if (nth % 5 === 1) await setIn(db, 'users', { failures: 10, last_failure_ms: FROM_MS - 1 }, { id });
    if (nth % 3 === 0)
      await insertIn(db, 'activations', {
        ...{
          id: `one-${nth}`,
          user_id: id,
          code_hash: `hash-${nth}`,
          fobs: 'any',
          reason: null,
          attempts: 0,
        },
        ...{ state: of(['open', 'used'] as const, nth), step: 'waiting', actor: 'grace' },
        ...{ created_ms: FROM_MS - nth * DAY_MS, expires_ms: nth % 2 === 0 ? 0 : 9e12 },
      });
  }
}

type Rows = Awaited<ReturnType<typeof rowsFor>>;

async function rowsFor({ store: { db } }: Office) {
  const [users, tokens] = [await rowsIn(db, 'users'), await rowsIn(db, 'tokens')];
  return { users, tokens, activations: await rowsIn(db, 'activations') };
}

/** What filters of searched lists leave, said by other means: whether a row of this key is left. */
const left: Readonly<
  Record<
    string,
    Readonly<
      Record<
        string,
        readonly [values: readonly unknown[], (rows: Rows, key: string, value: never) => boolean]
      >
    >
  >
> = {
  users: {
    state: [
      ['locked', 'disabled'],
      ({ users }, key, value) => {
        const user = users.find(({ name }) => name === key);
        return value === 'locked' ? user?.failures === 10 : user?.disabled_ms === 1;
      },
    ],
    noToken: [[true], (rows, key) => ownedBy(rows, key).length === 0],
    neverUsed: [
      [true],
      (rows, key) => {
        const all = tokensOf(rows, key);
        return (
          all.every(token => token.last_used_ms === null) && all.some(token => token.state !== 'revoked')
        );
      },
    ],
    notActivatedDays: [
      [0, 7],
      ({ users, activations }, key, days: number) =>
        activations.some(
          ({ user_id, state, created_ms }) =>
            user_id === users.find(({ name }) => name === key)?.id &&
            state === 'open' &&
            created_ms <= FROM_MS - days * DAY_MS,
        ),
    ],
    unusedSinceMs: [
      [FROM_MS - 10_000],
      (rows, key, ms: number) => {
        const owned = ownedBy(rows, key);
        return owned.length > 0 && owned.every(({ last_used_ms }) => (last_used_ms ?? 0) < ms);
      },
    ],
  },
  tokens: {
    state: [
      ['active', 'revoked'],
      ({ tokens }, key, value) => tokens.find(({ serial }) => serial === key)?.state === value,
    ],
    neverUsed: [
      [true],
      ({ tokens }, key) =>
        tokens.some(
          ({ serial, state, last_used_ms }) => serial === key && state !== 'revoked' && last_used_ms === null,
        ),
    ],
    usedBeforeMs: [
      [FROM_MS - 10_000],
      ({ tokens }, key, ms: number) =>
        tokens.some(
          ({ serial, last_used_ms }) => serial === key && last_used_ms !== null && last_used_ms < ms,
        ),
    ],
    driftOver: [
      [0, 2],
      ({ tokens }, key, steps: number) =>
        tokens.some(({ serial, drift_steps }) => serial === key && Math.abs(drift_steps) > steps),
    ],
  },
};

const tokensOf = ({ users, tokens }: Rows, name: string) =>
  tokens.filter(({ user_id }) => user_id === users.find(user => user.name === name)?.id);
const ownedBy = (rows: Rows, name: string) => tokensOf(rows, name).filter(({ state }) => state !== 'revoked');

for (const list of pagedLists.filter(one => !('rows' in one)))
  test(`${list.name}: each filter and each two leave what they say, with words and without`, async office => {
    await everyKind(office);
    const rows = await rowsFor(office);
    const stated = left[list.as] ?? {};
    const narrowing = Object.entries(list.filters).filter(([, one]) => 'narrow' in one);
    expect(Object.keys(stated)).toEqual(narrowing.map(([name]) => name));
    const keys = await allFoundIn(office.store.db, list as FoundList, {});
    const single = Object.entries(stated).flatMap(([name, [values]]) =>
      values.map(value => [name, value] as const),
    );
    const pairs = single.flatMap((one, at) => single.slice(at + 1).map(other => [one, other]));
    let some = 0;
    for (const given of [...single.map(one => [one]), ...pairs])
      for (const words of ['', '1']) {
        const filters = Object.fromEntries(given);
        const expected = keys.filter(
          key =>
            key.includes(words) &&
            Object.entries(filters).every(([name, value]) => stated[name]?.[1](rows, key, value as never)),
        );
        const asked = {
          ...filters,
          limit: 7,
          nowMs: FROM_MS,
          [list.as === 'users' ? 'search' : 'text']: words,
        };
        const found = await allFoundIn(office.store.db, list as FoundList, asked);
        expect([...found].sort(), JSON.stringify(asked)).toEqual(expected.sort());
        some += Number(found.length > 0);
      }
    expect(some).toBeGreaterThan(pairs.length / 2);
  });
