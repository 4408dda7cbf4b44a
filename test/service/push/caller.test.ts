import { pushLimits } from '@passfob/service/base/limits/push';
import { hashSession } from '@passfob/service/subjects/challenges/create';
import { callerCheck, checkCaller } from '@passfob/service/subjects/push/callers/check';
import { answerPush, endPush, pushesToSend } from '@passfob/service/subjects/push/delivery';
import { expireCallerChecks } from '@passfob/service/subjects/push/expiry';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { expect, test } from 'vitest';
import { furnished } from '../console/kit.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { makeTrusted, outcomes, PushFob, SESSION } from './kit.ts';
import { db, fob, management, office, openEachScene, scene } from './scene.ts';

openEachScene();

const check = () => checkCaller(management, grace, { user: 'ada' });
/** The audit's results of caller checks, latest last. */
const results = async () => {
  const rows = await office.rows('audit', { action: 'user.check-caller' });
  return rows.map(({ actor, detail, subject }) => `${actor} ${subject} ${JSON.parse(detail).result}`);
};
const state = async (id: string) => accepted(await callerCheck(db, { user: 'ada', id }, office.nowMs)).state;

test('a caller check asks the caller’s fob, logs nobody in, and is in the audit with operator and result', async () => {
  const push = accepted(await check());
  const [waiting] = await pushesToSend(db, office.nowMs);
  expect(waiting).toMatchObject({ id: push.id, kind: 'caller', user: 'ada', number: Number(push.number) });
  expect(await state(push.id)).toBe('waiting');
  const shown = await fob.show();
  expect(await state(push.id)).toBe('shown');
  expect(await answerPush(management, shown, fob.answer(shown.question))).toBe(true);
  expect(await state(push.id)).toBe('approved');
  expect(await scene.take(push)).toBe('no_push');
  // Even with the session and application of the check itself.
  const own = { application_id: scene.applicationId, session_hash: hashSession(SESSION) };
  await office.set('pushes', own);
  expect(await scene.take(push)).toBe('no_push');
  const token = await db.selectFrom('tokens').select('last_used_ms').executeTakeFirstOrThrow();
  expect(token.last_used_ms).toBeNull();
  expect(await results()).toEqual(['grace ada asked', 'service ada approved']);
  expect((await outcomes(office)).filter(outcome => outcome !== 'no_push')).toEqual([]);
  await office.users('bob');
  expect(codeOf(await callerCheck(db, { user: 'bob', id: push.id }, office.nowMs))).toBe(
    'unknown_caller_check',
  );
});

test('denied, missed and prevented caller checks are in the audit; denials raise alerts', async () => {
  const ended = async (work: () => Promise<unknown>) => {
    const { id } = accepted(await check());
    await work();
    office.nowMs += pushLimits.pushReportedQuietMs;
    await expireCallerChecks(management);
    await expireCallerChecks(management);
    return state(id);
  };
  expect(await ended(async () => endPush(management, await fob.show(), 'denied'))).toBe('denied');
  expect(await ended(async () => endPush(management, await fob.show(), 'reported'))).toBe('reported');
  expect(await ended(async () => answerPush(management, await fob.show(), '00000000'))).toBe('failed');
  expect(await ended(() => fob.show())).toBe('expired');
  expect(await ended(check)).toBe('superseded');
  const ends = ['denied', 'reported', 'failed', 'expired', 'expired', 'superseded'];
  expect((await results()).filter(result => result.startsWith('service')).sort()).toEqual(
    ends.sort().map(result => `service ada ${result}`),
  );
  expect(await db.selectFrom('alerts').select(['kind', 'last_source']).orderBy('id').execute()).toEqual([
    { kind: 'denied', last_source: grace.source },
    { kind: 'report', last_source: grace.source },
  ]);
});

test('no log-in from any source displaces a caller check, and its response does not show that', async () => {
  const home = { source: '192.0.2.10', isSourceKnown: true };
  await makeTrusted(office, 'ada', home.source);
  // A request that was open gives way to the check.
  const before = await scene.ask('ada', home);
  const called = accepted(await check());
  expect(await scene.stateOf(before)).toBe('superseded');
  for (const source of [{}, home]) {
    const asked = await scene.ask('ada', source);
    expect(await scene.take(asked)).toBe('waiting');
    expect(await state(called.id)).toBe('waiting');
  }
  expect(await outcomes(office)).toEqual(['push_quiet', 'push_quiet']);
  const shown = await fob.show();
  await scene.ask('ada');
  expect(await state(called.id)).toBe('shown');
  expect(await answerPush(management, shown, fob.answer(shown.question))).toBe(true);
  expect(await state(called.id)).toBe('approved');
  // After the check the fob accepts requests again.
  expect(await scene.isAsked(home)).toBe(true);
  accepted(await check());
  office.nowMs += pushLimits.pushMs;
  expect(await scene.isAsked(home)).toBe(true);
});

test('help desk sees why a fob cannot be asked; locked accounts and earlier log-ins do not prevent a check', async () => {
  await office.users('bob');
  const codeFor = async (user: string) => codeOf(await checkCaller(management, grace, { user }));
  expect(await codeFor('nobody')).toBe('unknown_user');
  expect(await codeFor('bob')).toBe('no_push_fob');
  scene.threshold = 1;
  const missed = { failures: 1, last_failure_ms: office.nowMs };
  await office.set('users', missed, { name: 'ada' });
  expect(await scene.isAsked()).toBe(false);
  accepted(await check());
  scene.threshold = 0;
  // The check stays open until then.
  office.nowMs += pushLimits.pushMs;
  await scene.ask('ada');
  await endPush(management, await fob.show(), 'reported');
  accepted(await check());
  await endPush(management, await fob.show(), 'denied');
  expect(codeOf(await check())).toBe('too_many_pushes');
  // A denied check starts a cool-down for applications, too.
  office.nowMs += pushLimits.pushReportedQuietMs;
  accepted(await check());
  await endPush(management, await fob.show(), 'denied');
  expect(await scene.isAsked()).toBe(false);
  accepted(await disableUser(management, grace, { user: 'ada' }));
  expect(await codeFor('ada')).toBe('disabled_user');
});

test('the console shows the number to read out, refreshes by itself, and works by reloading without scripts', async () => {
  await using service = await furnished();
  const { office } = service;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const hilda = await service.signedIn('helpdesk');
  expect((await hilda.get('/operator/user?user=ada')).text).toContain('Check caller by push');
  const { location, status } = await hilda.send('/operator/user/caller', { user: 'ada' });
  expect([status, location]).toEqual([303, expect.stringMatching(/^\/operator\/user\/caller\?user=ada&id=/)]);
  const page = async () => (await hilda.get(location ?? '')).text;
  const shown = await fob.show();
  const { number } = await office.row('pushes', { id: shown.id });
  const before = await page();
  expect(before).toContain(`>${String(number).padStart(2, '0')}</strong>`);
  expect(before).toMatch(/id="live" data-summary="Shown on the fob"/);
  expect(before).toMatch(/<noscript><meta http-equiv="refresh" content="5">/);
  await answerPush(office.management, shown, fob.answer(shown.question));
  const after = await page();
  expect(after).toMatch(/data-summary="Approved on the fob"/);
  expect(after).toContain('action="/operator/user/caller"');
  const otto = await service.signedIn('auditor');
  expect((await otto.get(location ?? '')).text).not.toContain('action="/operator/user/caller"');
});
