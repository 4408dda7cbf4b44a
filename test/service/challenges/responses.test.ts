import type { AnswerRequest } from '@passfob/service/features/challenges/answering';
import { sweepChallenges } from '@passfob/service/features/challenges/sweep';
import { resyncToken } from '@passfob/service/features/tokens/codes/resync';
import { makeTemporaryCode, temporaryCodeEnd } from '@passfob/service/features/tokens/codes/temporary-codes';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { resetPin } from '@passfob/service/features/users/credentials/pins';
import { disableUser } from '@passfob/service/features/users/user-changes';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, givePin, grace } from '../users/kit.ts';
import { COUNTED, fobAnswer, OTHER_SESSION, otherCode, Scene, TIMED } from './kit.ts';

const OPEN_MS = 60_000;

test('a right answer of the fob is accepted once, and activates the token', async () => {
  await using scene = await Scene.open();
  const challenge = await scene.ask();
  expect(challenge.question).toMatch(/^[0-9]{8}$/);
  expect(challenge.expiresMs).toBe(scene.office.nowMs + OPEN_MS);
  const shown = fobAnswer(scene.token, challenge.question);
  expect(await scene.answer(challenge, ` ${shown.slice(0, 3)} ${shown.slice(3)}`)).toBe('accepted');
  expect(await scene.answer(challenge, shown)).toBe('no_challenge');
  expect(await scene.row()).toMatchObject({
    state: 'active',
    last_step: -1,
    last_used_ms: expect.any(Number),
  });
  const events = await scene.office.store.db.selectFrom('events').selectAll().orderBy('id').execute();
  expect(events.map(({ outcome, token_id }) => [outcome, token_id !== null])).toEqual([
    ['accepted', true],
    ['no_challenge', true],
  ]);
});

test('a right answer of the fob ends the temporary code of its user', async () => {
  await using scene = await Scene.open();
  const { management, nowMs } = scene.office;
  accepted(await makeTemporaryCode(management, grace, { user: 'ada' }));
  const { user_id } = await scene.row();
  const end = () => temporaryCodeEnd(management.db, user_id ?? '', nowMs);
  expect(await end()).toBeGreaterThan(nowMs);
  const challenge = await scene.ask();
  expect(await scene.answer(challenge, fobAnswer(scene.token, challenge.question))).toBe('accepted');
  expect(await end()).toBeUndefined();
});

test('an answer by another session, for another application or to an unknown question is refused and changes nothing', async () => {
  await using scene = await Scene.open();
  const challenge = await scene.ask();
  const shown = fobAnswer(scene.token, challenge.question);
  const others: Partial<AnswerRequest>[] = [
    { session: OTHER_SESSION },
    { applicationId: scene.otherApplicationId },
    { id: '00000000-0000-0000-0000-000000000000' },
    { id: '' },
  ];
  for (const changes of others) expect(await scene.answer(challenge, shown, changes)).toBe('no_challenge');
  expect(await scene.answer(challenge, shown)).toBe('accepted');
});

test('a question is open to its last millisecond, and expired after it', async () => {
  await using scene = await Scene.open();
  const [first, late] = [scene, scene.office];
  const startMs = late.nowMs;
  const over = await first.ask();
  late.nowMs = startMs + OPEN_MS;
  expect(await first.answer(over, fobAnswer(first.token, over.question))).toBe('no_challenge');
  const open = await first.ask();
  late.nowMs = startMs + 2 * OPEN_MS - 1;
  expect(await first.answer(open, fobAnswer(first.token, open.question))).toBe('accepted');
});

test('a new question for the same user ends the earlier one, also across sessions', async () => {
  await using scene = await Scene.open();
  const first = await scene.ask();
  const second = await scene.ask('ADA', OTHER_SESSION);
  expect(await scene.answer(first, fobAnswer(scene.token, first.question))).toBe('no_challenge');
  const answer = fobAnswer(scene.token, second.question);
  expect(await scene.answer(second, answer, { session: OTHER_SESSION })).toBe('accepted');
});

test('three wrong answers end a question and count for lockout', async () => {
  await using scene = await Scene.open();
  const challenge = await scene.ask();
  const shown = fobAnswer(scene.token, challenge.question);
  for (let nth = 0; nth < 3; nth++) expect(await scene.answer(challenge, otherCode(shown))).toBe('wrong');
  expect(await scene.answer(challenge, shown)).toBe('no_challenge');
  scene.threshold = 3;
  const next = await scene.ask();
  const right = fobAnswer(scene.token, next.question);
  expect(await scene.answer(next, right)).toBe('locked');
  scene.office.nowMs += OPEN_MS;
  const later = await scene.ask();
  expect(await scene.answer(later, fobAnswer(scene.token, later.question))).toBe('accepted');
  const users = await scene.office.store.db.selectFrom('users').select('failures').execute();
  expect(users).toEqual([{ failures: 0 }]);
});

test('a malformed answer, a disabled account and a revoked token are refused', async () => {
  await using scene = await Scene.open();
  const challenge = await scene.ask();
  const shown = fobAnswer(scene.token, challenge.question);
  expect(await scene.answer(challenge, 'no code')).toBe('malformed');
  expect(await scene.answer(challenge, `${shown}0`)).toBe('malformed');
  accepted(await revokeToken(scene.office.management, grace, { serial: scene.token.serial, reason: 'lost' }));
  expect(await scene.answer(challenge, shown)).toBe('no_usable_token');
  accepted(await disableUser(scene.office.management, grace, 'ada'));
  expect(await scene.answer(challenge, shown)).toBe('disabled');
});

test('answers need the password or PIN that the application requires', async () => {
  await using scene = await Scene.open();
  const password = await scene.office.password('ada');
  const pin = secret('730519');
  accepted(await resetPin(scene.office.management, grace, 'ada'));
  await givePin(scene.office.management, 'ada', pin);
  const rows = [
    ['password_otp', {}, 'wrong_password'],
    ['password_otp', { password }, 'accepted'],
    ['pin_otp', {}, 'wrong_pin'],
    ['pin_otp', { pin }, 'accepted'],
  ] as const;
  for (const [factors, shown, outcome] of rows) {
    const challenge = await scene.ask();
    const passcode = fobAnswer(scene.token, challenge.question);
    expect(await scene.answer(challenge, passcode, { factors, ...shown }), factors).toBe(outcome);
  }
});

test('an answer without a password proof does not reset password failures', async () => {
  await using scene = await Scene.open();
  scene.threshold = 3;
  await scene.office.password('ada');
  const answer = async (changes: Partial<AnswerRequest>) => {
    const challenge = await scene.ask();
    return scene.answer(challenge, fobAnswer(scene.token, challenge.question), changes);
  };
  for (let nth = 0; nth < 3; nth++) {
    expect(await answer({ factors: 'password_otp' })).toBe('wrong_password');
    expect(await answer({})).toBe(nth < 2 ? 'accepted' : 'locked');
  }
});

test('the counter moves to the accepted value within its window, and never back', async () => {
  await using scene = await Scene.open(COUNTED);
  const tries = [
    [0, 'accepted', 0],
    [0, 'wrong', 0],
    [10, 'accepted', 10],
    [10, 'wrong', 10],
    [9, 'wrong', 10],
    [21, 'wrong', 10],
    [11, 'accepted', 11],
  ] as const;
  for (const [counter, outcome, mark] of tries) {
    const challenge = await scene.ask();
    expect(await scene.answer(challenge, fobAnswer(scene.token, challenge.question, { counter }))).toBe(
      outcome,
    );
    expect((await scene.row()).last_step).toBe(mark);
  }
});

test('a fob whose counter ran too far ahead is found by two answers to one question, which are then used up', async () => {
  await using scene = await Scene.open(COUNTED);
  scene.threshold = 3;
  const { serial } = scene.token;
  const { management } = scene.office;
  const question = '20260101';
  const answer = (counter: number, asked = question) => fobAnswer(scene.token, asked, { counter });
  const resync = (first: string, second: string, asked: string | undefined = question) =>
    resyncToken(management, grace, { serial, first, second, question: asked });
  const codeOf = async (result: ReturnType<typeof resync>) => {
    const { ok, ...rest } = await result;
    return ok ? 'done' : (rest as { refusal: { code: string } }).refusal.code;
  };
  const beyond = await scene.ask();
  const lost = fobAnswer(scene.token, beyond.question, { counter: 200 });
  expect(await scene.answer(beyond, lost)).toBe('wrong');
  for (const asked of ['', '2026010', '2026010x', '202601011'])
    expect(await codeOf(resync(answer(200), answer(201), asked))).toBe('bad_question');
  expect(await codeOf(resync(answer(201), answer(200)))).toBe('resync_failed');
  expect(await resync(answer(200), answer(201))).toMatchObject({ ok: true, value: { driftSteps: 0 } });
  expect((await scene.row()).last_step).toBe(201);
  // Both are used up, and the counter continues from there.
  expect(await codeOf(resync(answer(200), answer(201)))).toBe('resync_failed');
  const next = await scene.ask();
  expect(await scene.answer(next, fobAnswer(scene.token, next.question, { counter: 201 }))).toBe('wrong');
  expect(await scene.answer(next, fobAnswer(scene.token, next.question, { counter: 202 }))).toBe('accepted');
  expect(await codeOf(resync(answer(1203), answer(1204)))).toBe('resync_failed');
  expect(await codeOf(resync(answer(1202), answer(1203)))).toBe('done');
});

test('a suite with clock and counter finds the fob when both answers are a time step off', async () => {
  await using scene = await Scene.open('OCRA-1:HOTP-SHA256-8:C-QN08-T1M');
  const question = '20260101';
  const answer = (counter: number, minutes: number) =>
    fobAnswer(scene.token, question, { counter, nowMs: scene.office.nowMs + minutes * 60_000 });
  const resync = (first: string, second: string) =>
    resyncToken(scene.office.management, grace, { serial: scene.token.serial, first, second, question });
  expect(await resync(answer(50, -2), answer(51, 0))).toMatchObject({ ok: false });
  expect(await resync(answer(50, -1), answer(51, 0))).toMatchObject({ ok: true });
});

test('a fob’s clock may be off by one time step and no more', async () => {
  await using scene = await Scene.open(TIMED);
  for (const [minutes, outcome] of [
    [-2, 'wrong'],
    [-1, 'accepted'],
    [0, 'accepted'],
    [1, 'accepted'],
    [2, 'wrong'],
  ] as const) {
    const challenge = await scene.ask();
    const nowMs = scene.office.nowMs + minutes * 60_000;
    expect(await scene.answer(challenge, fobAnswer(scene.token, challenge.question, { nowMs }))).toBe(
      outcome,
    );
  }
});

test('expired questions are deleted, and open ones stay', async () => {
  await using scene = await Scene.open();
  const { db } = scene.office.store;
  await scene.ask('nobody');
  scene.office.nowMs += OPEN_MS - 1;
  const open = await scene.ask();
  await sweepChallenges(db, scene.office.nowMs + 1);
  expect(await db.selectFrom('challenges').select('id').execute()).toEqual([{ id: open.id }]);
});
