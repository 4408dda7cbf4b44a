import { recordLimits } from '@passfob/service/base/limits/records';
import { validationLimits } from '@passfob/service/base/limits/validation';
import type { Outcome } from '@passfob/service/base/outcomes';
import { openStore } from '@passfob/service/storage/database/database';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import { recordEvents } from '@passfob/service/subjects/validation/events';
import { sweepEvents } from '@passfob/service/subjects/validation/sweep';
import { expect } from 'vitest';
import { killedAtEachWrite } from '../kit/killed.ts';
import { codeNow, isOnPostgres } from '../kit.ts';
import { Office, testOfOffice as test } from '../users/kit.ts';

const DAY_MS = 24 * 3_600_000;
const { sweepRows, keptDays } = recordLimits;

/** Rows that are written in one statement. */
const CHUNK = 5_000;

/** The first millisecond of the oldest day that is kept. */
function keptFrom({ nowMs }: Office): number {
  return (Math.floor(nowMs / DAY_MS) - keptDays.events.initial) * DAY_MS;
}

/** Returns what adds outcomes at a time, of a user or of nobody, and what counts those that are left. */
async function logOf(office: Office) {
  const { db } = office.store;
  const userId = await office.userId('ada');
  const { application } = await ensureApplication(db, office.nowMs);
  const shared = { tokenId: null, applicationId: application.id, source: '192.0.2.1', requestId: 'r' };
  const add = async (outcome: Outcome, atMs: number, count: number, isStranger = false) => {
    const event = { ...shared, outcome, atMs, userId: isStranger ? null : userId };
    for (let left = count; left > 0; left -= CHUNK)
      await recordEvents(
        db,
        Array.from({ length: Math.min(left, CHUNK) }, () => event),
      );
  };
  const left = async () => {
    const rows = await db
      .selectFrom('events')
      .select(query => ['outcome', 'at_ms', 'user_id', query.fn.countAll<number>().as('count')])
      .groupBy(['outcome', 'at_ms', 'user_id'])
      .execute();
    return rows
      .map(({ outcome, at_ms, user_id, count }) => {
        const age = at_ms < keptFrom(office) ? 'older' : 'younger';
        return `${user_id === null ? 'stranger' : 'user'} ${outcome} ${age} ${count}`;
      })
      .sort();
  };
  return { add, left };
}

const { unseen, strangers } = validationLimits.eventRows;

test.each([
  // what happened, whether the user is unknown, older rows, younger rows, and the younger rows that stay
  ['accepted', false, 2, unseen + 5, unseen + 5],
  ['wrong', false, 2, unseen + 5, unseen + 5],
  ['push_reported', false, 2, 3, 3],
  ['locked', false, 2, unseen + 5, unseen],
  ['locked', false, 0, unseen, unseen],
  ['unknown_user', true, 2, strangers + 5, strangers],
  ['malformed', true, sweepRows + 1, 3, 3],
] as const)(
  'of %s (unknown user: %s) %i older and %i younger ones, %i stay',
  async (outcome, isStranger, older, younger, kept) => {
    await using office = await Office.open();
    const { add, left } = await logOf(office);
    // A row of another part, which no flood of this one deletes.
    await add('disabled', keptFrom(office), 1);
    await add(outcome, keptFrom(office) - 1, older, isStranger);
    await add(outcome, keptFrom(office), younger, isStranger);
    await sweepEvents(office.store.db, office.nowMs);
    const who = isStranger ? 'stranger' : 'user';
    expect(await left()).toEqual([`${who} ${outcome} younger ${kept}`, 'user disabled younger 1'].sort());
  },
);

test('while old log-ins go in small steps, another one is accepted', async office => {
  const { db } = office.store;
  const { add, left } = await logOf(office);
  const token = await office.token('bob');
  const logIn = await office.logIns();
  await add('accepted', keptFrom(office) - 1, sweepRows * 20);
  const stopping = new AbortController();
  let isSwept = false;
  const sweeping = sweepEvents(db, office.nowMs, stopping.signal).then(() => {
    isSwept = true;
  });
  const outcome = await logIn({ user: 'bob', passcode: codeNow(token, office.nowMs) });
  expect([outcome, isSwept]).toEqual(['accepted', false]);
  stopping.abort();
  await sweeping;
  const [rest = ''] = (await left()).filter(row => row.includes('older'));
  // Whole steps are done, and not all of them.
  expect(Number(rest.split(' ').at(-1)) % sweepRows).toBe(0);
  await sweepEvents(db, office.nowMs);
  expect(await left()).toEqual(['user accepted younger 1']);
});

test('two nodes that delete old log-ins at once delete all of them, and no others', async office => {
  const { add, left } = await logOf(office);
  await add('accepted', keptFrom(office) - 1, sweepRows * 5 + 7);
  await add('locked', keptFrom(office), unseen + sweepRows * 2 + 7);
  const other = await openStore(office);
  await Promise.all([office.store.db, other.db].map(db => sweepEvents(db, office.nowMs)));
  await other.close();
  expect(await left()).toEqual([`user locked younger ${unseen}`]);
});

test.runIf(!isOnPostgres)(
  'a sweep killed before any of its writes goes on from there (only on SQLite)',
  async office => {
    const { add, left } = await logOf(office);
    await add('wrong', keptFrom(office) - 1, sweepRows * 4 + 1);
    await add('wrong', keptFrom(office), 2);
    const { kills, changed } = await killedAtEachWrite(office.store.db, () =>
      sweepEvents(office.store.db, office.nowMs).then(
        () => true,
        () => false,
      ),
    );
    // Each kill leaves a whole number of steps done.
    expect([kills > 4, changed]).toEqual([true, ['events']]);
    expect(await left()).toEqual(['user wrong younger 2']);
  },
);
