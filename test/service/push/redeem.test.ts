import { validationLimits } from '@passfob/service/base/limits/validation';
import { disableApplication } from '@passfob/service/subjects/applications/acts';
import { applicationNow } from '@passfob/service/subjects/applications/cache';
import { answerPush } from '@passfob/service/subjects/push/delivery';
import { suspendToken } from '@passfob/service/subjects/tokens/acts';
import { makeTemporaryCode, temporaryCodeEnd } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { setPassword } from '@passfob/service/subjects/users/credentials/acts';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import { expect, test } from 'vitest';
import { codeAt, stepAt, wrongCode } from '../kit.ts';
import { accepted, freshPassword, grace } from '../users/kit.ts';
import { OTHER_SESSION, outcomes, PushFob } from './kit.ts';
import { db, fob, management, office, openEachScene, type Scene, scene, withFob } from './scene.ts';

openEachScene();

/** Decides log-ins by passcode, like any application's. */
function decider(scene: Scene) {
  const engine = makeEngine(scene.validator);
  const about = { source: '192.0.2.1', applicationId: scene.otherApplicationId, requestId: 'r' };
  return (passcode: string, user = 'ada') => engine.decide({ user, passcode, ...about });
}

test('redeeming an approved request is a log-in by the token on the fob in log, lock state and passcodes', async () => {
  scene.threshold = 3;
  const decide = decider(scene);
  await decide(wrongCode(fob.token, office.nowMs));
  accepted(await makeTemporaryCode(management, grace, { user: 'ada' }));
  const push = await scene.ask('ada');
  expect(await scene.take(push)).toBe('waiting');
  await fob.approve();
  expect(await scene.take(push)).toBe('accepted');
  const user = await db.selectFrom('users').selectAll().where('name', '=', 'ada').executeTakeFirstOrThrow();
  expect([user.failures, user.last_failure_ms]).toEqual([0, null]);
  expect(await temporaryCodeEnd(db, user.id, office.nowMs)).toBeUndefined();
  const token = await db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
  expect(token).toMatchObject({ state: 'active', last_used_ms: office.nowMs });
  const last = await db.selectFrom('events').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow();
  expect(last).toMatchObject({
    outcome: 'accepted',
    user_id: user.id,
    token_id: token.id,
    request_id: 'take',
    by: 'push',
  });
  expect(await scene.take(push)).toBe('no_push');
});

test('an identical redemption gets the same acceptance for two minutes, and no other one does', async () => {
  const idempotencyKey = 'take-of-this-request-1';
  const push = await scene.ask('ada');
  expect(await scene.take(push, { idempotencyKey })).toBe('waiting');
  await fob.approve();
  expect(await scene.take(push, { idempotencyKey })).toBe('accepted');
  expect(await scene.take(push, { idempotencyKey })).toBe('accepted');
  expect((await outcomes(office)).filter(outcome => outcome === 'accepted')).toHaveLength(1);
  for (const changes of [
    {},
    { idempotencyKey: `${idempotencyKey}2` },
    { idempotencyKey, session: OTHER_SESSION },
    { idempotencyKey, applicationId: scene.otherApplicationId },
    { idempotencyKey, source: '192.0.2.2' },
  ])
    expect(await scene.take(push, changes)).toBe('no_push');
  office.nowMs += validationLimits.retryWindowMs;
  expect(await scene.take(push, { idempotencyKey })).toBe('no_push');
});

test('a redemption is not repeated once its token is suspended', async () => {
  const idempotencyKey = 'take-of-this-request-1';
  const push = await scene.ask('ada');
  await fob.approve();
  expect(await scene.take(push, { idempotencyKey })).toBe('accepted');
  accepted(await suspendToken(management, grace, { serial: fob.token.serial }));
  expect(await scene.take(push, { idempotencyKey })).toBe('no_push');
});

test('a redemption uses up the fob’s shown TOTP passcodes, and no last accepted step goes back', async () => {
  const decide = decider(scene);
  const beside = await office.token('ada', { period: 60 });
  const counted = await office.token('ada', { kind: 'hotp' });
  const elsewhere = await office.token('ada');
  for (const token of [beside, counted]) await office.putOn(fob.id, token);
  const ahead = await office.token('ada');
  await office.putOn(fob.id, ahead);
  // The clock of this token is a step ahead, and its passcode has just been used.
  expect(await decide(codeAt(ahead, stepAt(ahead, office.nowMs) + 1))).toBe('accepted');
  const push = await scene.ask('ada');
  await fob.approve();
  expect(await scene.take(push)).toBe('accepted');
  const now = office.nowMs;
  expect(await decide(codeAt(fob.token, stepAt(fob.token, now)))).toBe('superseded');
  expect(await decide(codeAt(beside, stepAt(beside, now)))).toBe('superseded');
  expect(await decide(codeAt(ahead, stepAt(ahead, now) + 1))).toBe('replay');
  expect(await decide(codeAt(elsewhere, stepAt(elsewhere, now)))).toBe('accepted');
  expect(await decide(codeAt(counted, 0))).toBe('accepted');
  office.nowMs += 30_000;
  expect(await decide(codeAt(fob.token, stepAt(fob.token, office.nowMs)))).toBe('accepted');
});

test('a fob whose clock is behind continues with its next passcode', async () => {
  const decide = decider(scene);
  const step = () => stepAt(fob.token, office.nowMs);
  expect(await decide(codeAt(fob.token, step() - 1))).toBe('accepted');
  office.nowMs += 60_000;
  const push = await scene.ask('ada');
  await fob.approve();
  expect(await scene.take(push)).toBe('accepted');
  expect(await decide(codeAt(fob.token, step() - 1))).toBe('superseded');
  expect(await decide(codeAt(fob.token, step()))).toBe('accepted');
});

test('account changes during the press count: nobody gets in, and the request is over', async () => {
  const changes: Record<string, (made: Awaited<ReturnType<typeof withFob>>) => Promise<unknown>> = {
    locked: ({ scene, office, fob }) => {
      scene.threshold = 1;
      return decider(scene)(wrongCode(fob.token, office.nowMs));
    },
    disabled: async ({ office }) => accepted(await disableUser(office.management, grace, { user: 'ada' })),
    no_usable_token: async ({ office, fob }) =>
      accepted(await suspendToken(office.management, grace, { serial: fob.token.serial })),
    wrong_password: async ({ office }) =>
      accepted(await setPassword(office.management, grace, { user: 'ada', password: freshPassword() })),
    no_push: async ({ scene, office }) =>
      accepted(await disableApplication(office.management, grace, { id: scene.applicationId })),
  };
  for (const [outcome, change] of Object.entries(changes)) {
    const made = await withFob('password_otp');
    await using scene = made.scene;
    const password = await made.office.password('ada');
    const push = await scene.ask('ada', { password });
    await made.fob.approve();
    await change(made);
    expect(await scene.take(push), outcome).toBe(outcome);
    expect((await outcomes(made.office))[0]).toBe(outcome);
    expect(await scene.stateOf(push)).toBe('refused');
    scene.threshold = 0;
    expect(await scene.take(push), outcome).toBe('no_push');
  }
});

test('an approval is worth nothing to another application that knows the session', async () => {
  const push = await scene.ask('ada');
  await fob.approve();
  expect(await scene.take(push, { applicationId: scene.otherApplicationId })).toBe('no_push');
  expect(await scene.take(push)).toBe('accepted');
});

test('a redemption of an application whose key was replaced while it waited lets nobody in', async () => {
  const push = await scene.ask('ada');
  await fob.approve();
  const before = await applicationNow(db, scene.applicationId);
  expect(await scene.take(push, { standing: { keyHash: 'of before', factors: 'otp' } })).toBe('no_push');
  const next = await scene.ask('ada');
  await fob.approve();
  expect(await scene.take(next, { standing: before?.standing })).toBe('accepted');
});

test('a waiting redemption ends with a decision, with its client’s disconnect, and with the service', async () => {
  const waitMs = 3_600_000;
  const gone = new AbortController();
  const push = await scene.ask('ada');
  const [left, right, wrong] = [
    scene.take(push, { waitMs, signal: gone.signal }),
    scene.take(push, { waitMs }),
    scene.take(push, { waitMs, session: 'session-of-nobody' }),
  ];
  expect(await wrong).toBe('no_push');
  gone.abort();
  expect(await left).toBe('waiting');
  await fob.approve();
  scene.announce();
  expect(await right).toBe('accepted');
  const last = scene.take(await scene.ask('ada'), { waitMs });
  scene.pushes.end();
  expect(await last).toBe('waiting');
  expect(await scene.take(await scene.ask('ada'), { waitMs })).toBe('waiting');
  expect(await outcomes(office)).toEqual(['accepted', 'no_push']);
});

test('wrong, foreign, replayed and late answers approve nothing, and only the first answer is checked', async () => {
  await office.users('bob');
  const other = await PushFob.of(office, 'bob');
  const wrong = async (code: (question: string) => string, waitMs = 0) => {
    const push = await scene.ask('ada');
    const shown = await fob.show();
    const right = fob.answer(shown.question);
    office.nowMs += waitMs;
    expect(await answerPush(management, shown, code(shown.question))).toBe(false);
    expect(await answerPush(management, shown, right)).toBe(false);
    expect(await scene.take(push)).toBe(waitMs === 0 ? 'waiting' : 'push_expired');
    office.nowMs += 600_000;
  };
  await wrong(question => other.answer(question));
  await wrong(() => '');
  await wrong(question => fob.answer(question).slice(1));
  await wrong(question => `${fob.answer(question)}0`);
  const earlier = await scene.ask('ada');
  const replayed = fob.answer((await office.row('pushes', { id: earlier.id })).question);
  await wrong(() => replayed);
  await wrong(question => fob.answer(question), 60_000);
  expect((await outcomes(office)).filter(outcome => outcome === 'push_failed')).toHaveLength(5);
});
