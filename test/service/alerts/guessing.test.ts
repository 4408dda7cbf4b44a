import { randomUUID } from 'node:crypto';
import { alertLimits } from '@passfob/service/base/limits/alerts';
import { validationLimits } from '@passfob/service/base/limits/validation';
import type { Outcome } from '@passfob/service/base/outcomes';
import { listAlerts, raiseAlert, sweepAlerts } from '@passfob/service/features/alerts/alerts';
import { watchSpraying } from '@passfob/service/features/alerts/spraying';
import { saveChannel } from '@passfob/service/features/notify/manage';
import { resyncToken } from '@passfob/service/features/tokens/codes/resync';
import { ensureApplication } from '@passfob/service/features/users/applications';
import { changePin } from '@passfob/service/features/validation/change-pin';
import { makeEngine } from '@passfob/service/features/validation/engine';
import { recordEvents } from '@passfob/service/features/validation/events';
import { type Db, writing } from '@passfob/service/storage/database/database';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { fobAnswer, otherCode, Scene } from '../challenges/kit.ts';
import { codeAt, codeNow, wrongCode } from '../kit.ts';
import { accepted, givePin, grace, Office } from '../users/kit.ts';

const PIN = secret('730519');
const WRONG_PIN = secret('480627');
const DAY_MS = 24 * 3_600_000;

/** Opens an office with a validator, and lists the names and counts of its alerts. */
async function scene() {
  const office = await Office.open();
  const { db } = office.store;
  const { application } = await ensureApplication(db, office.nowMs);
  const engine = makeEngine(office.management);
  const attempt = (user: string, passcode: string, source = '192.0.2.1') =>
    engine.decide({ user, passcode, source, applicationId: application.id, requestId: 'r' });
  const alerts = async () =>
    (await listAlerts(db)).map(({ kind, user, count, lastSource }) => [kind, user, count, lastSource]);
  return { office, db, applicationId: application.id, attempt, alerts };
}

test('an account that becomes locked raises one alert a day with its count; attempts on a locked account raise none', async () => {
  const { office, attempt, alerts } = await scene();
  await using _ = office;
  await office.users('ada');
  const token = await office.token('ada');
  const lock = async () => {
    for (let nth = 0; nth < 5; nth++)
      await attempt('ada', wrongCode(token, office.nowMs, nth), `192.0.2.${nth}`);
  };
  await attempt('ada', wrongCode(token, office.nowMs));
  await attempt('ada', wrongCode(token, office.nowMs, 1));
  expect(await alerts()).toEqual([]);
  await lock();
  expect(await alerts()).toEqual([['locked', 'ada', 1, '192.0.2.0']]);
  office.nowMs += validationLimits.lockPeriodMs;
  await lock();
  expect(await alerts()).toEqual([['locked', 'ada', 2, '192.0.2.2']]);
  office.nowMs += DAY_MS;
  await lock();
  expect(await alerts()).toEqual([
    ['locked', 'ada', 1, '192.0.2.2'],
    ['locked', 'ada', 2, '192.0.2.2'],
  ]);
});

test('lockouts by question answers, by a resync and by wrong present PINs raise alerts, too', async () => {
  await using questions = await Scene.open();
  questions.threshold = 2;
  const { office } = questions;
  const { db } = office.store;
  for (let nth = 0; nth < 2; nth++) {
    const challenge = await questions.ask();
    await questions.answer(challenge, otherCode(fobAnswer(questions.token, challenge.question)));
  }
  expect(await listAlerts(db)).toMatchObject([{ kind: 'locked', user: 'ada', lastSource: '192.0.2.1' }]);
  await office.users('bob', 'carl');
  const token = await office.token('bob', { kind: 'hotp' });
  const miss = { serial: token.serial, first: codeAt(token, 5000), second: codeAt(token, 6000) };
  for (let nth = 0; nth < 3; nth++) await resyncToken(office.management, grace, miss);
  const carls = await office.token('carl');
  await givePin(office.management, 'carl', PIN);
  const { application } = await ensureApplication(db, office.nowMs);
  const { decide } = makeEngine(office.management);
  const choose = (pin: string) =>
    changePin(office.management, decide, {
      shown: {
        ...{ user: 'carl', passcode: codeNow(carls, office.nowMs), pin, source: '192.0.2.1' },
        ...{ applicationId: application.id, requestId: randomUUID() },
      },
      newPin: PIN,
    });
  for (let nth = 0; nth < 2; nth++) await choose(WRONG_PIN);
  // A right PIN does not lock, and resets the failures.
  expect(await choose(PIN)).toMatchObject({ refusal: { code: 'same_pin' } });
  const named = async () => (await listAlerts(db)).map(({ user }) => user).sort();
  expect(await named()).toEqual(['ada', 'bob']);
  for (let nth = 0; nth < 3; nth++) await choose(WRONG_PIN);
  expect(await named()).toEqual(['ada', 'bob', 'carl']);
});

test('of very many locked accounts the first are sent one by one, and all are listed', async () => {
  const { office, db, attempt } = await scene();
  await using _ = office;
  const target = { kind: 'syslog', host: '192.0.2.5', port: 514, transport: 'udp' } as const;
  accepted(await saveChannel(office.management, grace, { name: 'logs', enabled: true, target }));
  const names = Array.from({ length: alertLimits.lockedTold + 5 }, (_, at) => `user${at}`);
  await office.users(...names);
  const tokens = [];
  for (const name of names) tokens.push({ name, token: await office.token(name) });
  for (let nth = 0; nth < validationLimits.lockThreshold; nth++)
    await Promise.all(tokens.map(({ name, token }) => attempt(name, wrongCode(token, office.nowMs, nth))));
  const count = async (table: 'alerts' | 'deliveries') =>
    (await db.selectFrom(table).select('id').execute()).length;
  expect([await count('alerts'), await count('deliveries')]).toEqual([names.length, alertLimits.lockedTold]);
});

test('alerts of one kind displace no alerts of another kind', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await writing(db, async transaction => {
    const raise = (kind: 'replay' | 'locked', number: number) =>
      raiseAlert(transaction, {
        ...{ kind, dedupe: `${kind}:${number}`, userId: null, tokenId: null },
        ...{ atMs: number, source: '-' },
      });
    await raise('replay', 1);
    for (let number = 2; number < alertLimits.alertsKept + 12; number++) await raise('locked', number);
  });
  await sweepAlerts(db);
  const kept = await db.selectFrom('alerts').select(['kind', 'last_ms']).orderBy('last_ms').execute();
  expect(kept).toHaveLength(alertLimits.alertsKept + 1);
  expect(kept[0]?.kind).toBe('replay');
  expect(kept[1]?.last_ms).toBe(12);
});

/** Stores log-ins of users by number; null stands for an unknown name. */
function happen(db: Db, applicationId: string, ids: readonly string[], source: string, atMs: number) {
  return (users: readonly (number | null)[], outcome: Outcome) =>
    recordEvents(
      db,
      users.map(user => ({
        ...{ atMs, outcome, source, applicationId, tokenId: null, requestId: 'r' },
        userId: user === null ? null : (ids[user] ?? null),
      })),
    );
}

test('attempts on many users from one source raise an alert; one user’s attempts, an office and old attempts do not', async () => {
  const { office, db, applicationId, alerts } = await scene();
  await using _ = office;
  const most = alertLimits.sprayUsers;
  const everyone = Array.from({ length: 2 * most }, (_, at) => at);
  await office.users(...everyone.map(at => `user${at}`));
  const rows = await db.selectFrom('users').select('id').orderBy('name').execute();
  const from = (source: string, atMs = office.nowMs) =>
    happen(
      db,
      applicationId,
      rows.map(({ id }) => id),
      source,
      atMs,
    );
  await from('192.0.2.1')(everyone.slice(0, most - 1), 'wrong');
  await from('192.0.2.2')(Array(5 * most).fill(3), 'wrong_password');
  await from('192.0.2.3')(everyone.slice(0, most), 'wrong');
  await from('192.0.2.3')(everyone.slice(most), 'accepted');
  await from('192.0.2.4', office.nowMs - alertLimits.sprayPeriodMs)(everyone, 'wrong');
  await from('192.0.2.5')(everyone, 'locked');
  expect(await watchSpraying(db, office.nowMs)).toEqual([]);
  await from('192.0.2.1')(everyone.slice(most - 1, most), 'wrong_pin');
  // IPv6 addresses of one household or attacker are one source; unknown names count, too.
  for (const at of everyone)
    await from(`2001:db8:0:7::${at.toString(16)}`)(
      [at % 2 === 0 ? at : null],
      at % 2 === 0 ? 'wrong' : 'unknown_user',
    );
  expect((await watchSpraying(db, office.nowMs)).sort()).toEqual([
    '192.0.2.1',
    expect.stringMatching(/^2001:db8:0:7::/),
  ]);
  expect((await alerts()).map(([kind, user, count]) => [kind, user, count])).toEqual([
    ['spray', null, 1],
    ['spray', null, 1],
  ]);
});

test('continued password spraying is counted once in each period, by however many nodes', async () => {
  const { office, db, attempt, alerts } = await scene();
  await using _ = office;
  const spray = async () => {
    const names = Array.from({ length: alertLimits.sprayUsers }, (_, at) => `guess${at}`);
    await Promise.all(names.map(name => attempt(name, '123456')));
    await Promise.all([watchSpraying(db, office.nowMs), watchSpraying(db, office.nowMs)]);
  };
  await spray();
  await spray();
  expect(await alerts()).toEqual([['spray', null, 1, '192.0.2.1']]);
  office.nowMs += alertLimits.sprayPeriodMs;
  await spray();
  expect(await alerts()).toEqual([['spray', null, 2, '192.0.2.1']]);
});
