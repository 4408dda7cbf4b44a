import { issueToken } from '@passfob/service/subjects/tokens/issue';
import { changePolicy, createPolicy } from '@passfob/service/subjects/tokens/policies';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { apiKeyOf, codeAt, comparable, isOnPostgres, newToken, post, stepAt, wrongCode } from '../kit.ts';
import { Person } from '../self-service/kit.ts';
import { testOfService as it, Office } from '../users/kit.ts';

const MINUTE_MS = 60_000;
const STEP_MS = 30_000;

/** Opens an office with log-ins of ada's, whose account locks by default. */
async function scene() {
  const office = await Office.open();
  await office.users('ada');
  const decide = await office.logIns();
  let nth = 0;
  const logIn = (passcode: string) => decide({ passcode, requestId: `request-${nth++}` });
  const failures = async () => (await office.row('users')).failures;
  return { office, logIn, failures };
}

test('an HOTP token is accepted as far ahead as its policy allows, by default ten passcodes', async () => {
  const { office, logIn } = await scene();
  await using _ = office;
  const issued = async (policy: string | undefined, serial: string) => {
    const token = newToken({ kind: 'hotp', serial });
    const { secret } = token;
    const like = policy === undefined ? ({ kind: 'hotp' } as const) : { policy };
    return { token, view: await office.do(issueToken, { serial, secret, user: 'ada', ...like }) };
  };
  const near = { name: 'near', kind: 'hotp', lookAhead: 2 } as const;
  await office.do(createPolicy, near);
  expect(await office.do(createPolicy, { ...near, name: 'far', lookAhead: 100 })).toMatchObject({
    lookAhead: 100,
  });
  for (const [policy, serial, most] of [
    ['near', 'FOB-2', 2],
    ['far', 'FOB-100', 100],
    [undefined, 'FOB-10', 10],
  ] as const) {
    const { token, view } = await issued(policy, serial);
    expect(view.lookAhead).toBe(most);
    expect(await logIn(codeAt(token, most))).toBe('wrong');
    expect(await logIn(codeAt(token, most - 1))).toBe('accepted');
  }
  // Tokens keep the policy values at their creation; omitted values of a change stay.
  expect((await office.do(changePolicy, { ...near, lookAhead: 50 })).lookAhead).toBe(50);
  expect((await office.do(changePolicy, { name: 'near', kind: 'hotp' })).lookAhead).toBe(50);
  const rows = await office.rows('tokens', {}, 'serial');
  expect(rows.map(row => row.look_ahead)).toEqual([10, 100, 2]);
});

test('HOTP: after a refused passcode only the very next one is accepted, up to a hundred further ahead', async () => {
  const { office, logIn, failures } = await scene();
  await using _ = office;
  const token = await office.token('ada', { kind: 'hotp' });
  const code = (step: number) => codeAt(token, step);
  expect(await logIn(code(40))).toBe('wrong');
  expect(await logIn(code(42))).toBe('wrong');
  expect(await failures()).toBe(2);
  expect(await logIn(code(43))).toBe('accepted');
  expect(await failures()).toBe(0);
  expect(await logIn(code(43))).toBe('replay');
  // Passcodes below the last accepted counter are refused, even if consecutive.
  expect([await logIn(code(40)), await logIn(code(41))]).toEqual(['wrong', 'wrong']);
  expect(await logIn(code(44))).toBe('accepted');
  expect([await logIn(code(45 + 111)), await logIn(code(45 + 112))]).toEqual(['wrong', 'wrong']);
  expect(await logIn(code(45))).toBe('accepted');
});

test('the passcode after a refused one is accepted for ten minutes, and for no locked account', async () => {
  const { office, logIn } = await scene();
  await using _ = office;
  const token = await office.token('ada', { kind: 'hotp' });
  expect(await logIn(codeAt(token, 30))).toBe('wrong');
  office.nowMs += 10 * MINUTE_MS;
  expect(await logIn(codeAt(token, 31))).toBe('wrong');
  office.nowMs += 10 * MINUTE_MS - 1;
  expect(await logIn(wrongCode(token, 200 * STEP_MS, 0, 200))).toBe('wrong');
  expect(await logIn(codeAt(token, 32))).toBe('locked');
  office.nowMs += 15 * MINUTE_MS;
  expect(await logIn(codeAt(token, 33))).toBe('wrong');
  expect(await logIn(codeAt(token, 34))).toBe('accepted');
});

test('a passcode that was refused before the clock went back makes no later one right', async () => {
  const { office, logIn } = await scene();
  await using _ = office;
  const token = await office.token('ada', { kind: 'hotp' });
  expect(await logIn(codeAt(token, 30))).toBe('wrong');
  office.nowMs -= 60 * MINUTE_MS;
  expect(await logIn(codeAt(token, 31))).toBe('wrong');
});

test('TOTP: two passcodes in a row find a fob whose clock is off, and the third logs in', async () => {
  const { office, logIn, failures } = await scene();
  await using _ = office;
  const token = await office.token('ada');
  for (const off of [-50, 55]) {
    const next = () => {
      office.nowMs += STEP_MS;
      return codeAt(token, stepAt(token, office.nowMs) + off);
    };
    const first = next();
    const second = next();
    expect([await logIn(first), await logIn(second), await failures()]).toEqual(['wrong', 'found', 0]);
    expect([await logIn(second), await logIn(first)]).toEqual(['superseded', 'superseded']);
    expect(await logIn(next())).toBe('accepted');
    office.nowMs += STEP_MS;
    expect(await logIn(next())).toBe('accepted');
    office.nowMs += 120 * MINUTE_MS;
  }
  const far = codeAt(token, stepAt(token, office.nowMs) + 200);
  expect([await logIn(far), await logIn(codeAt(token, stepAt(token, office.nowMs) + 201))]).toEqual([
    'wrong',
    'wrong',
  ]);
});

test('of sixteen concurrent log-ins with the passcode that finds a fob, one is accepted', async () => {
  const { office, logIn } = await scene();
  await using _ = office;
  const token = await office.token('ada', { kind: 'hotp' });
  expect(await logIn(codeAt(token, 77))).toBe('wrong');
  const outcomes = await Promise.all(Array.from({ length: 16 }, () => logIn(codeAt(token, 78))));
  expect(outcomes.filter(outcome => outcome === 'accepted')).toHaveLength(1);
});

test('a stored refusal is the answer, even if the position of the fob cannot be stored', async () => {
  const { office, logIn, failures } = await scene();
  await using _ = office;
  const token = await office.token('ada', { kind: 'hotp' });
  const stop = isOnPostgres
    ? sql`alter table tokens add constraint fixed check (ahead_step is null)`
    : sql`create trigger fixed before update of ahead_step on tokens begin select raise(abort, 'fixed'); end`;
  await stop.execute(office.store.db);
  expect(await logIn(codeAt(token, 40))).toBe('wrong');
  expect(await failures()).toBe(1);
  expect(await logIn(codeAt(token, 0))).toBe('accepted');
});

it('API, log-in page and self-service find a fob by its next passcode, and refuse the first with the usual bytes', async service => {
  const token = await service.office.token('ada', { kind: 'hotp' });
  const api = (passcode: string) => post(service, apiKeyOf(service), { user: 'ada', passcode });
  const page = async (path: string, passcode: string) =>
    (await new Person(service).post(path, new URLSearchParams({ user: 'ada', passcode }))).text.replace(
      /value="[^"]*"/g,
      '',
    );
  const wrong = wrongCode(token, 200 * STEP_MS, 0, 200);
  expect(await comparable(await api(codeAt(token, 20)))).toBe(await comparable(await api(wrong)));
  expect((await api(codeAt(token, 21))).status).toBe(200);
  for (const [path, step, end] of [
    ['/login', 50, 'You are logged in as'],
    ['/me/sign-in', 90, ''],
  ] as const) {
    expect(await page(path, codeAt(token, step))).toBe(await page(path, wrong));
    const text = await page(path, codeAt(token, step + 1));
    expect(text).toContain(end);
  }
  // A TOTP fob is found, and its first two passcodes get the usual refusal.
  const timed = await service.office.token('ada', { serial: 'FOB-T' });
  const at = (ahead: number) => codeAt(timed, stepAt(timed, service.clock.nowMs) + ahead);
  const refusals = [await api(at(20)), await api(at(21)), await api(wrong)];
  expect(new Set(await Promise.all(refusals.map(comparable))).size).toBe(1);
  expect((await api(at(22))).status).toBe(200);
  expect((await service.events()).slice(0, 4).map(({ outcome }) => outcome)).toEqual([
    'accepted',
    'wrong',
    'found',
    'wrong',
  ]);
});
