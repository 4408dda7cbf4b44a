import { pushLimits } from '@passfob/service/base/limits/push';
import { answerPush, claimPush, endPush, pushShown } from '@passfob/service/subjects/push/delivery';
import { sweepPushes } from '@passfob/service/subjects/push/expiry';
import type { Push } from '@passfob/service/subjects/push/pushes';
import { keyOfSource, trustedSourceKey } from '@passfob/service/subjects/push/trusted-source';
import { recordEvents } from '@passfob/service/subjects/validation/events';
import { expect, test } from 'vitest';
import { outcomes, SESSION } from './kit.ts';
import { db, fob, management, office, openEachScene, scene } from './scene.ts';

openEachScene();

const HOME = '192.0.2.10';
const OFFICE = '198.51.100.20';
const ELSEWHERE = '203.0.113.30';

const ask = (source: string, user = 'ada') => scene.ask(user, { source, isSourceKnown: true });
/** Tells whether a request from a source reaches the fob. */
const isAsked = async (source: string) => scene.isForFob(await ask(source));
/** Logs `ada` in from these sources. */
const logIn = async (...sources: readonly string[]) => {
  for (const source of sources) {
    const push = await ask(source);
    await fob.approve();
    expect(await scene.take(push, { source })).toBe('accepted');
  }
};

test('a cool-down for requests from elsewhere does not block requests from a trusted source', async () => {
  await logIn(HOME, OFFICE);
  const many = async (source: string) => {
    const asked: boolean[] = [];
    for (let turn = 0; turn <= pushLimits.pushesUnapproved; turn++) {
      asked.push(await isAsked(source));
      office.nowMs += 1000;
    }
    return asked;
  };
  const eight = [...Array(pushLimits.pushesUnapproved).fill(true), false];
  expect(await many(ELSEWHERE)).toEqual(eight);
  // An address that does not belong to the person is not trusted, even if it equals a trusted one.
  expect(await scene.isAsked({ source: HOME })).toBe(false);
  expect((await outcomes(office))[0]).toBe('push_quiet');
  expect(await many(HOME)).toEqual(eight);
  expect(await isAsked(OFFICE)).toBe(true);
  // A denial starts a cool-down for all sources.
  await endPush(management, await fob.show(), 'denied');
  expect([await isAsked(HOME), await isAsked(OFFICE), await isAsked(ELSEWHERE)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a request from elsewhere displaces none from a trusted source, and its response does not show that', async () => {
  await logIn(HOME);
  const link = fob.link ?? '';
  const steps = [
    async () => undefined,
    (id: string) => claimPush(management, id, link),
    (id: string) => pushShown(management, id, link),
  ];
  const hers = await ask(HOME);
  const theirs: Push[] = [];
  for (const [nth, step] of steps.entries()) {
    await step(hers.id);
    theirs.push(await ask(ELSEWHERE));
    expect(await scene.stateOf(hers)).toBe(['waiting', 'sent', 'shown'][nth]);
  }
  const { question } = await office.row('pushes', { id: hers.id });
  expect(await answerPush(management, { id: hers.id, link }, fob.answer(question))).toBe(true);
  expect(await scene.take(hers, { source: HOME })).toBe('accepted');
  // Requests that were superseded, reached no fob or have an unknown user look alike.
  const older = await ask(ELSEWHERE);
  await ask(HOME);
  theirs.push(older, await ask(ELSEWHERE, 'nobody'));
  const take = () => Promise.all(theirs.map(push => scene.take(push, { source: ELSEWHERE })));
  expect(new Set(theirs.map(push => Object.keys(push).join()))).toEqual(new Set(['id,number,expiresMs']));
  expect(new Set(await take())).toEqual(new Set(['waiting']));
  office.nowMs += pushLimits.pushMs;
  expect(new Set(await take())).toEqual(new Set(['push_expired']));
  const rows = await Promise.all(theirs.map(({ id }) => office.row('pushes', { id })));
  expect(rows.map(row => row.fob_id !== null)).toEqual([false, false, false, true, false]);
});

test('a trusted source displaces any request, other sources only those from elsewhere and ended ones', async () => {
  await logIn(HOME, OFFICE);
  for (const [first, second, state] of [
    [HOME, HOME, 'superseded'],
    [HOME, OFFICE, 'superseded'],
    [ELSEWHERE, HOME, 'superseded'],
    [ELSEWHERE, '203.0.113.31', 'superseded'],
    [HOME, ELSEWHERE, 'waiting'],
  ] as const) {
    const earlier = await ask(first);
    const isNextAsked = await isAsked(second);
    const seen = [first, second, await scene.stateOf(earlier), isNextAsked];
    expect(seen).toEqual([first, second, state, state === 'superseded']);
    office.nowMs += pushLimits.pushMs;
    expect(await isAsked(ELSEWHERE)).toBe(true);
    office.nowMs += pushLimits.pushesUnapprovedMs;
  }
});

test('a request from a trusted source that reaches nobody blocks none from elsewhere', async () => {
  await logIn(HOME);
  const disabled = { disabled_ms: office.nowMs };
  await office.set('users', disabled);
  expect(await office.row('pushes', { id: (await ask(HOME)).id })).toMatchObject({
    fob_id: null,
    familiar_source: HOME,
  });
  await office.set('users', { disabled_ms: null });
  expect(await isAsked(ELSEWHERE)).toBe(true);
});

for (const when of [
  'while it is open',
  'when it is withdrawn',
  'while one they approved before is not redeemed yet',
])
  test(`a source from which a user reports a request is no longer trusted, ${when}`, async () => {
    await logIn(HOME, ELSEWHERE);
    const isTakenLate = when.startsWith('while one');
    const before = isTakenLate ? await ask(ELSEWHERE) : undefined;
    if (before !== undefined) await fob.approve();
    const theirs = await ask(ELSEWHERE);
    expect((await office.row('pushes', { id: theirs.id })).familiar_source).toBe(ELSEWHERE);
    const shown = await fob.show();
    const isWithdrawn = when === 'when it is withdrawn';
    const { applicationId } = scene;
    if (isWithdrawn) await scene.pushes.withdraw({ id: theirs.id, session: SESSION, applicationId });
    expect(await endPush(management, shown, 'reported')).toBe(!isWithdrawn);
    if (before !== undefined) expect(await scene.take(before, { source: ELSEWHERE })).toBe('accepted');
    expect(await db.selectFrom('push_sources').select('source').execute()).toEqual([{ source: HOME }]);
    office.nowMs += pushLimits.pushReportedQuietMs;
    const hers = await ask(HOME);
    expect(await isAsked(ELSEWHERE)).toBe(false);
    expect(await scene.stateOf(hers)).toBe('waiting');
    await fob.approve();
    expect(await scene.take(hers, { source: HOME })).toBe('accepted');
  });

test('a source from which a user denies a request stays trusted', async () => {
  await logIn(HOME);
  await ask(HOME);
  await endPush(management, await fob.show(), 'denied');
  office.nowMs += pushLimits.pushDeniedQuietMs;
  expect((await office.row('pushes', { id: (await ask(HOME)).id })).familiar_source).toBe(HOME);
});

test('a source is trusted for 30 days after an approved request from there, for IPv6 with its network', async () => {
  await logIn(HOME, '2001:db8:1:2:a:b:c:d');
  await office.users('bob');
  const users = await db.selectFrom('users').select(['id', 'name']).execute();
  const idOf = (name: string) => users.find(user => user.name === name)?.id ?? '';
  const familiar = (source: string, isSourceKnown?: boolean, user = 'ada') =>
    trustedSourceKey(db, keyOfSource({ source, isSourceKnown }), { userId: idOf(user), nowMs: office.nowMs });
  // Log-ins by other means, unapproved requests and requests without a source make nothing trusted.
  const about = { tokenId: null, applicationId: scene.applicationId, requestId: 'r', atMs: office.nowMs };
  await recordEvents(db, [{ ...about, userId: idOf('ada'), outcome: 'accepted', source: OFFICE }]);
  await ask(ELSEWHERE);
  await logIn('?');
  expect(await familiar(HOME, true)).toBe(HOME);
  expect(await familiar('2001:db8:1:2:1111::9', true)).toBe('2001:db8:1:2');
  for (const other of ['2001:db8:1:3:a:b:c:d', OFFICE, ELSEWHERE, '?', '', '192.0.2.1'])
    expect([other, await familiar(other, true)]).toEqual([other, undefined]);
  expect(await familiar(HOME, false)).toBeUndefined();
  expect(await familiar(HOME)).toBeUndefined();
  expect(await familiar(HOME, true, 'bob')).toBeUndefined();
  expect(await familiar(HOME, true, 'nobody')).toBeUndefined();
  office.nowMs += pushLimits.pushFamiliarMs / 2;
  await logIn(HOME);
  office.nowMs += pushLimits.pushFamiliarMs - 1;
  expect(await familiar(HOME, true)).toBe(HOME);
  await sweepPushes(db, office.nowMs);
  const kept = () => db.selectFrom('push_sources').select('source').execute();
  expect(await kept()).toEqual([{ source: HOME }]);
  office.nowMs += 1;
  expect(await familiar(HOME, true)).toBeUndefined();
  await sweepPushes(db, office.nowMs);
  expect(await kept()).toEqual([]);
});
