import { recordLimits } from '@passfob/service/base/limits/records';
import { openState, redeemState } from '@passfob/service/radius/states';
import { writing } from '@passfob/service/storage/database/database';
import { sweepIdempotencyCache } from '@passfob/service/storage/idempotency';
import { disableApplication } from '@passfob/service/subjects/applications/acts';
import { applicationNow } from '@passfob/service/subjects/applications/cache';
import { makeTemporaryCode, temporaryCodeEnd } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { enterByLink, makeOperatorKey } from '@passfob/service/subjects/users/access/operators';
import { openSession, sessionOf } from '@passfob/service/subjects/users/sessions';
import { beginWithLockPolicy } from '@passfob/service/subjects/users/settings';
import { makeSignInToken, signInByToken, userSessionOf } from '@passfob/service/subjects/users/user-sessions';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { fobAnswer, Scene as Questions } from '../challenges/kit.ts';
import { codeNow } from '../kit.ts';
import { PushFob } from '../push/kit.ts';
import { approve, Scene as Pushes } from '../push/scene.ts';
import { testOfOffice as it } from '../users/kit.ts';

const HOUR_MS = 3_600_000;
/** A node whose clock is this much ahead does not count as a clock that went back. */
const APART_MS = recordLimits.clockBackMs;

it('a cached answer is repeated within the retry window only, also after the clock goes back', async office => {
  const { store } = office;
  const token = await office.token('ada');
  const decide = await office.logIns();
  await beginWithLockPolicy(store.db, { threshold: 0, periodMs: 60_000 }, office.nowMs);
  const passcode = codeNow(token, office.nowMs);
  const idempotencyKey = { door: 'log-in', value: 'key-of-one-log-in' };
  const ask = () => decide({ passcode, idempotencyKey });
  const startMs = office.nowMs;
  expect([await ask(), await ask()]).toEqual(['accepted', 'accepted']);
  office.nowMs = startMs - APART_MS;
  expect(await ask()).toBe('accepted');
  office.nowMs = startMs - APART_MS - 1;
  expect(await ask()).not.toBe('accepted');
  const kept = () => store.db.selectFrom('answers').select('outcome').execute();
  office.nowMs = startMs;
  await sweepIdempotencyCache(store.db, office.nowMs);
  expect(await kept()).toHaveLength(1);
  // Without this sweep the answer would be found again when the clock has caught up.
  await sweepIdempotencyCache(store.db, startMs - HOUR_MS);
  expect(await kept()).toEqual([]);
});

it('sessions, links, tickets and temporary codes made by a clock ahead are over when it goes back', async office => {
  const { management, store } = office;
  const { db } = store;
  await office.users('ada');
  await office.hire('admin', { name: 'ada' });
  const userId = await office.userId('ada');
  const origin = { source: '192.0.2.1', requestId: 'r' };
  const rightMs = office.nowMs;
  const session = async () =>
    secret((await openSession(db, { userId, role: 'admin', nowMs: office.nowMs })).token);
  const ticket = async () =>
    secret((await writing(db, one => makeSignInToken(one, userId, office.nowMs))).value);
  const page = async () => secret((await signInByToken(management, await ticket(), origin))?.value ?? '');
  const link = async () => secret(await makeOperatorKey(db, office.nowMs));
  const made = async () => ({
    ...{ session: await session(), ticket: await ticket(), page: await page(), link: await link() },
    code: secret((await office.do(makeTemporaryCode, { user: 'ada' })).code),
  });
  const counts = async (one: Awaited<ReturnType<typeof made>>) => ({
    session: (await sessionOf(management, one.session)) !== undefined,
    page: (await userSessionOf(management, one.page)) !== undefined,
    ticket: (await signInByToken(management, one.ticket, origin)) !== undefined,
    link: (await enterByLink(management, { key: one.link, ...origin })) !== undefined,
    code: (await temporaryCodeEnd(db, userId, office.nowMs)) !== undefined,
  });
  const all = (value: boolean) => ({ session: value, page: value, ticket: value, link: value, code: value });
  office.nowMs = rightMs + HOUR_MS;
  const ahead = await made();
  office.nowMs = rightMs;
  expect(await counts(ahead)).toEqual(all(false));
  office.nowMs = rightMs + APART_MS;
  const apart = await made();
  office.nowMs = rightMs;
  expect(await counts(apart)).toEqual(all(true));
});

test('a question created by a clock ahead cannot be answered when the clock goes back', async () => {
  await using scene = await Questions.open();
  const { office, token } = scene;
  const rightMs = office.nowMs;
  const answer = async (aheadMs: number) => {
    office.nowMs = rightMs + aheadMs;
    const asked = await scene.ask();
    office.nowMs = rightMs;
    return scene.answer(asked, secret(fobAnswer(token, asked.question)));
  };
  expect(await answer(HOUR_MS)).toBe('no_challenge');
  expect(await answer(APART_MS)).toBe('accepted');
});

test('a question’s answer logs nobody in to an application that was disabled or changed meanwhile', async () => {
  await using scene = await Questions.open();
  const { office, token, applicationId } = scene;
  const { db } = office.store;
  const standing = (await applicationNow(db, applicationId))?.standing;
  const asked = await scene.ask();
  const passcode = secret(fobAnswer(token, asked.question));
  const changed = standing && { ...standing, factors: 'password_otp' as const };
  expect(await scene.answer(asked, passcode, { standing: changed })).toBe('no_challenge');
  expect(await scene.answer(asked, passcode, { standing })).toBe('accepted');
  const again = await scene.ask();
  await office.do(disableApplication, { id: applicationId });
  const next = secret(fobAnswer(token, again.question));
  expect(await scene.answer(again, next, { standing })).toBe('no_challenge');
});

test('a push created by a clock ahead lets nobody in when the clock goes back', async () => {
  await using scene = await Pushes.open();
  const { office } = scene;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const rightMs = office.nowMs;
  const take = async (aheadMs: number) => {
    office.nowMs = rightMs + aheadMs;
    const push = await scene.ask('ada');
    await approve(scene, fob);
    office.nowMs = rightMs;
    return scene.take(push);
  };
  expect(await take(HOUR_MS)).toBe('push_expired');
  expect(await take(APART_MS)).toBe('accepted');
});

it('an Access-Challenge created by a clock ahead is over when the clock goes back', async office => {
  const { management } = office;
  const bound = { clientId: 'client', user: 'ada' };
  const rightMs = office.nowMs;
  const take = async (aheadMs: number) => {
    office.nowMs = rightMs + aheadMs;
    const state = await openState(management, bound, { kind: 'log_in' });
    office.nowMs = rightMs;
    return redeemState(management, state, bound, state);
  };
  expect(await take(HOUR_MS)).toBeUndefined();
  expect(await take(APART_MS)).toMatchObject({ awaited: { kind: 'log_in' } });
});
