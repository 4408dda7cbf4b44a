import type { Factors, PinPlace } from '@passfob/service/base/kinds';
import { pushLimits } from '@passfob/service/base/limits/push';
import { answerPush } from '@passfob/service/features/push/delivery';
import { resetPin } from '@passfob/service/features/users/credentials/pins';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, freshPassword, givePin, grace } from '../users/kit.ts';
import { outcomes, PushFob, rowOf } from './kit.ts';
import { Scene } from './scene.ts';

const PIN = secret('730519');
const OTHER_PIN = secret('480627');
/** Far enough apart that requests neither form a run nor fall into a cool-down. */
const APART_MS = pushLimits.pushesUnapprovedMs;

/** The password or PIN that accompanies a request. */
type Sent = `${'' | 'wrong ' | 'empty '}${'password' | 'pin'}`;

async function withFob(factors: Factors, pinPlace: PinPlace = 'none') {
  const scene = await Scene.open(factors);
  const { office } = scene;
  await office.users('ada');
  const password = await office.password('ada');
  accepted(await resetPin(office.management, grace, 'ada'));
  await givePin(office.management, 'ada', PIN);
  const fob = await PushFob.of(office, 'ada', { pinPlace });
  const failures = async () => {
    const row = await office.store.db.selectFrom('users').selectAll().executeTakeFirstOrThrow();
    return [row.failures, row.password_failures, row.pin_failures];
  };
  return { scene, office, fob, password, failures };
}

test('the application’s factors are checked before a fob is asked, as in a log-in by passcode', async () => {
  const rows: [PinPlace, Factors, Sent[], string][] = [
    ['none', 'otp', [], 'asked'],
    ['none', 'pin_otp', [], 'push_incomplete'],
    ['none', 'pin_otp', ['empty pin'], 'push_incomplete'],
    ['none', 'pin_otp', ['wrong pin'], 'wrong_pin'],
    ['none', 'pin_otp', ['pin'], 'asked'],
    ['none', 'pin_otp', ['password'], 'push_incomplete'],
    ['none', 'password_otp', [], 'push_incomplete'],
    ['none', 'password_otp', ['empty password'], 'push_incomplete'],
    ['none', 'password_otp', ['wrong password'], 'wrong_password'],
    ['none', 'password_otp', ['password'], 'asked'],
    ['none', 'password_otp', ['pin'], 'push_incomplete'],
    ['fob', 'otp', [], 'asked'],
    ['fob', 'pin_otp', [], 'asked'],
    ['service', 'otp', [], 'push_incomplete'],
    ['service', 'otp', ['wrong pin'], 'wrong_pin'],
    ['service', 'otp', ['pin'], 'asked'],
    ['service', 'pin_otp', ['pin'], 'asked'],
    ['service', 'password_otp', ['password'], 'push_incomplete'],
    ['service', 'password_otp', ['wrong password'], 'wrong_password'],
    ['service', 'password_otp', ['password', 'wrong pin'], 'wrong_pin'],
    ['service', 'password_otp', ['password', 'pin'], 'asked'],
  ];
  const kinds = new Map(rows.map(row => [`${row[0]} ${row[1]}`, row] as const));
  for (const [place, factors] of kinds.values()) {
    const { scene, office, password, failures } = await withFob(factors, place);
    await using _ = scene;
    const shown = {
      ...{ password: { password }, 'wrong password': { password: freshPassword() } },
      ...{ pin: { pin: PIN }, 'wrong pin': { pin: OTHER_PIN } },
      ...{ 'empty password': { password: '' }, 'empty pin': { pin: '' } },
    } satisfies Record<Sent, object>;
    for (const [, , sent, must] of rows.filter(row => row[0] === place && row[1] === factors)) {
      const [before = 0] = await failures();
      const push = await scene.ask('ada', Object.assign({}, ...sent.map(one => shown[one])));
      const isAsked = (await rowOf(office, push.id)).fob_id !== null;
      const [said] = await outcomes(office);
      expect([place, factors, sent, isAsked ? 'asked' : said]).toEqual([place, factors, sent, must]);
      // An omitted factor does not count as an attempt.
      expect((await failures())[0]).toBe(before + (must.startsWith('wrong') ? 1 : 0));
      office.nowMs += APART_MS;
    }
  }
});

test('wrong passwords and PINs in push requests lock the account and raise an alert', async () => {
  const { scene, office, password, failures } = await withFob('password_otp', 'service');
  await using _ = scene;
  scene.threshold = 3;
  await scene.ask('ada', { password: freshPassword(), pin: PIN });
  await scene.ask('ada', { password, pin: OTHER_PIN });
  expect(await failures()).toEqual([2, 1, 1]);
  await scene.ask('ada', { password: freshPassword() });
  expect(await failures()).toEqual([3, 2, 1]);
  const alerts = await office.store.db.selectFrom('alerts').select('kind').execute();
  expect(alerts).toEqual([{ kind: 'locked' }]);
  const locked = await scene.ask('ada', { password, pin: PIN });
  expect((await rowOf(office, locked.id)).fob_id).toBeNull();
  expect(await failures()).toEqual([3, 2, 1]);
  expect(await outcomes(office)).toEqual(['locked', 'wrong_password', 'wrong_pin', 'wrong_password']);
  office.nowMs += 60_000;
  expect((await rowOf(office, (await scene.ask('ada', { password, pin: PIN })).id)).fob_id).not.toBeNull();
});

test('requests that omit a required PIN or password do not count towards lockout and raise no alert', async () => {
  for (const [factors, pinPlace] of [
    ['pin_otp', 'none'],
    ['password_otp', 'none'],
    ['otp', 'service'],
  ] as const) {
    const { scene, office, password, failures } = await withFob(factors, pinPlace);
    await using _ = scene;
    scene.threshold = 3;
    for (let time = 0; time < 4; time++)
      await scene.ask('ada', time % 2 === 0 ? {} : { password: '', pin: '' });
    expect(await failures()).toEqual([0, 0, 0]);
    expect(await office.store.db.selectFrom('alerts').selectAll().execute()).toEqual([]);
    const push = await scene.ask('ada', { password, pin: PIN });
    expect((await rowOf(office, push.id)).fob_id).not.toBeNull();
    expect(new Set(await outcomes(office))).toEqual(new Set(['push_incomplete']));
  }
});

test('an approved request resets the failures of the factors it proved, and no others', async () => {
  const { scene, office, fob, password, failures } = await withFob('password_otp');
  await using _ = scene;
  scene.threshold = 5;
  const logIn = async (changes: Parameters<Scene['ask']>[1] & { applicationId?: string }) => {
    const push = await scene.ask('ada', changes);
    const shown = await fob.show();
    expect(await answerPush(office.management, shown, fob.answer(shown.question))).toBe(true);
    const { applicationId = scene.applicationId } = changes;
    expect(await scene.take(push, { applicationId })).toBe('accepted');
  };
  await scene.ask('ada', { password: freshPassword() });
  await logIn({ applicationId: scene.otherApplicationId });
  expect(await failures()).toEqual([1, 1, 0]);
  await logIn({ password });
  expect(await failures()).toEqual([0, 0, 0]);
});

test('a wrong password ends no open request, and a cool-down hides no guess from lockout', async () => {
  const { scene, office, password, failures } = await withFob('password_otp');
  await using _ = scene;
  const open = await scene.ask('ada', { password });
  await scene.ask('ada', { password: freshPassword() });
  expect((await rowOf(office, open.id)).state).toBe('waiting');
  const quiet = { quiet_until_ms: office.nowMs + 1000 };
  await office.store.db.updateTable('pushes').set(quiet).where('id', '=', open.id).execute();
  await scene.ask('ada', { password: freshPassword() });
  expect(await failures()).toEqual([2, 2, 0]);
  await scene.ask('ada', { password });
  expect((await rowOf(office, open.id)).state).toBe('waiting');
  expect((await outcomes(office))[0]).toBe('push_quiet');
});
