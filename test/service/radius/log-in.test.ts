import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, codeNow, stepAt } from '../kit.ts';
import { accepted, givePin, grace } from '../users/kit.ts';
import {
  ACCEPT,
  attributeOf,
  CHALLENGE,
  db,
  management,
  office,
  openEachRig,
  RadiusRig,
  REJECT,
  rig,
  service,
  wrongCodeAround,
} from './kit.ts';

openEachRig();

const REPLY_MESSAGE = 18;
const USER_NAME = 1;
const STATE = 24;
const CALLING_STATION = 31;
const PIN = secret('730194');

test('an Access-Accept carries the canonical user name after another spelling was typed, as at the API', async () => {
  await office.users('ada', 'jürgen');
  const tokens = { ada: await office.token('ada'), jürgen: await office.token('jürgen') };
  for (const [typed, user, told] of [
    ['ada', 'ada', undefined],
    ['ADA', 'ada', 'ada'],
    ['ａｄａ', 'ada', 'ada'],
    ['JÜRGEN', 'jürgen', 'jürgen'],
  ] as const) {
    rig.rig.clock.nowMs += 30_000;
    const answer = await rig.ask({ user: typed, password: codeNow(tokens[user], rig.nowMs) });
    expect([typed, answer.code, attributeOf(answer, USER_NAME)?.toString()]).toEqual([typed, ACCEPT, told]);
  }
});

test('a passcode is accepted once, and all refusals are equal except for their signatures', async () => {
  await office.users('ada', 'shut');
  const token = await office.token('ada');
  const password = codeNow(token, rig.nowMs);
  expect(await rig.ask({ user: 'ada', password })).toMatchObject({ code: ACCEPT, attributes: [] });
  const refused = [
    await rig.ask({ user: 'ada', password }),
    await rig.ask({ user: 'ada', password: wrongCodeAround(token, rig.nowMs) }),
    await rig.ask({ user: 'nobody', password }),
    await rig.ask({ user: 'shut', password }),
    await rig.ask({ user: 'ada', password: 'x'.repeat(128) }),
    // Authorize-Only.
    await rig.ask({ user: 'ada', attributes: [[6, Buffer.from([0, 0, 0, 17])]] }),
    await rig.ask({ user: 'ada', attributes: [[3, Buffer.alloc(17)]] }),
    // MS-CHAP-Challenge does not count as an empty passcode either.
    await rig.ask({ user: 'ada', attributes: [[26, Buffer.from([0, 0, 1, 55, 11, 3, 7])]] }),
    await rig.ask({
      user: 'ada',
      password: wrongCodeAround(token, rig.nowMs),
      attributes: [[STATE, 'unknown']],
    }),
  ];
  for (const answer of refused) expect(answer).toEqual(refused[0]);
  expect(refused[0]?.code).toBe(REJECT);
  const outcomes = (await service.events()).map(({ outcome }) => outcome).reverse();
  expect(outcomes.slice(0, 5)).toEqual(['accepted', 'replay', 'wrong', 'unknown_user', 'no_usable_token']);
});

test('the source is the Calling-Station-Id, or the address of the client', async () => {
  await rig.ask({ user: 'ada', password: '000000', attributes: [[CALLING_STATION, '198.51.100.7']] });
  await rig.ask({ user: 'ada', password: '000000' });
  const sources = (await service.events()).map(({ source }) => source).reverse();
  expect(sources).toEqual(['198.51.100.7', '127.0.0.1']);
});

test('Status-Server is answered, and Proxy-State is returned in its order', async () => {
  const proxied = [
    [33, 'one'],
    [33, 'two'],
  ] as const;
  const status = await rig.ask({ code: 12, attributes: proxied });
  expect(status.code).toBe(ACCEPT);
  const refused = await rig.ask({ user: 'nobody', password: '123456', attributes: proxied });
  for (const { attributes } of [status, refused])
    expect(attributes.filter(([type]) => type === 33).map(([, value]) => `${value}`)).toEqual(['one', 'two']);
});

test('PIN and passcode may share one field, with the passcode at the end', async () => {
  await using rig = await RadiusRig.open('pin_otp');
  const { management } = rig.office;
  await rig.office.users('ada');
  const short = await rig.office.token('ada');
  accepted(await resetPin(management, grace, { user: 'ada' }));
  await givePin(management, 'ada', PIN);
  const ask = async (password: string) => (await rig.ask({ user: 'ada', password })).code;
  expect(await ask(codeNow(short, rig.nowMs))).toBe(REJECT);
  expect(await ask(`000000${codeNow(short, rig.nowMs)}`)).toBe(REJECT);
  expect(await ask(`${PIN}${codeNow(short, rig.nowMs)}`)).toBe(ACCEPT);
  // With passcodes of two lengths, the one at the end of the field counts.
  const long = await rig.office.token('ada', { digits: 8 });
  expect(await ask(`${PIN}${codeNow(long, rig.nowMs)}`)).toBe(ACCEPT);
  rig.rig.clock.nowMs += 30_000;
  expect(await ask(`${PIN}${codeNow(short, rig.nowMs)}`)).toBe(ACCEPT);
  expect(await ask(`${PIN}${codeNow(short, rig.nowMs)}`)).toBe(REJECT);
  expect((await rig.service.events())[0]?.outcome).toBe('replay');
  // Passcodes in the fob's groups, in each length, and separated from the PIN.
  rig.rig.clock.nowMs += 30_000;
  const grouped = (token: NewToken, at: number) => {
    const code = codeNow(token, rig.nowMs);
    return `${code.slice(0, at)} ${code.slice(at)}`;
  };
  expect(await ask(`${PIN}${grouped(long, 4)}`)).toBe(ACCEPT);
  expect(await ask(`${PIN} ${grouped(short, 3)}`)).toBe(ACCEPT);
});

test('a token whose PIN the service checks requires it in every application', async () => {
  await office.users('ada');
  const token = await office.token('ada');
  await db.updateTable('tokens').set({ pin_place: 'service' }).execute();
  accepted(await resetPin(management, grace, { user: 'ada' }));
  await givePin(management, 'ada', PIN);
  const password = codeNow(token, rig.nowMs);
  expect((await rig.ask({ user: 'ada', password })).code).toBe(REJECT);
  expect((await rig.ask({ user: 'ada', password: `${PIN}${password}` })).code).toBe(ACCEPT);
});

test('password and passcode may share one field', async () => {
  await using rig = await RadiusRig.open('password_otp');
  await rig.office.users('ada');
  const token = await rig.office.token('ada');
  const password = await rig.office.password('ada');
  const code = codeNow(token, rig.nowMs);
  expect((await rig.ask({ user: 'ada', password: `${password}x${code}` })).code).toBe(REJECT);
  expect((await rig.ask({ user: 'ada', password: code })).code).toBe(REJECT);
  expect((await rig.ask({ user: 'ada', password: `${password}${code}` })).code).toBe(ACCEPT);
  rig.rig.clock.nowMs += 30_000;
  const [first, second] = [codeNow(token, rig.nowMs).slice(0, 3), codeNow(token, rig.nowMs).slice(3)];
  expect((await rig.ask({ user: 'ada', password: `${password}${first}-${second}` })).code).toBe(ACCEPT);
});

test('a fob out of step is asked for its next passcode, and then for a log-in after it', async () => {
  await using rig = await RadiusRig.open('otp', { lock: { threshold: 0, periodMs: 1000 } });
  await rig.office.users('ada');
  const token = await rig.office.token('ada');
  const ahead = (steps: number) => codeAt(token, stepAt(token, rig.nowMs) + steps);
  const first = await rig.ask({ user: 'ada', password: ahead(10) });
  expect(first.code).toBe(CHALLENGE);
  expect(`${attributeOf(first, REPLY_MESSAGE)}`).toContain('out of step');
  const state = attributeOf(first, STATE) ?? Buffer.alloc(0);
  expect(state).toHaveLength(24);
  const answer = (password: string, of = state) =>
    rig.ask({ user: 'ada', password, attributes: [[STATE, of]] });
  const second = await answer(ahead(11));
  expect(second.code).toBe(CHALLENGE);
  expect((await answer(ahead(11))).code).toBe(REJECT);
  const last = attributeOf(second, STATE) ?? Buffer.alloc(0);
  expect((await answer(ahead(11), last)).code).toBe(REJECT);
  expect((await rig.ask({ user: 'ada', password: ahead(12) })).code).toBe(ACCEPT);
  // A second passcode that is not consecutive.
  const asked = await rig.ask({ user: 'ada', password: ahead(20) });
  expect((await answer(ahead(22), attributeOf(asked, STATE))).code).toBe(REJECT);
  expect((await rig.service.events()).filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
});
