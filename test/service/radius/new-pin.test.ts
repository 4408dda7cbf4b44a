import { openState, redeemState, sweepStates } from '@passfob/service/radius/states';
import { makeTemporaryCode } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { expect, onTestFinished, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { accepted, freshPassword, grace, Office } from '../users/kit.ts';
import type { Answer } from './client.ts';
import { ACCEPT, attributeOf, CHALLENGE, RadiusRig, REJECT, wrongCodeAround } from './kit.ts';

const REPLY_MESSAGE = 18;
const STATE = 24;
const PROMPT = 76;
const PIN = secret('730194');
const OTHER_PIN = secret('582017');
const STEP_MS = 30_000;
const PARALLEL = 32;

const said = (answer: Answer) => `${attributeOf(answer, REPLY_MESSAGE)}`;

/** Opens a scene with a user whose PIN was reset, and two nodes that receive the user's requests in turn. */
async function scene(factors: 'otp' | 'pin_otp' | 'password_otp' = 'pin_otp') {
  const rig = await RadiusRig.open(factors);
  onTestFinished(() => rig[Symbol.asyncDispose]());
  await rig.office.users('ada');
  const token = await rig.office.token('ada');
  if (factors !== 'pin_otp') await rig.office.set('tokens', { pin_place: 'service' });
  accepted(await resetPin(rig.office.management, grace, { user: 'ada' }));
  const ports = [rig.port, await rig.otherNode()];
  let nth = 0;
  const ask = (password: string, after?: Answer, user = 'ada') => {
    const state = after && attributeOf(after, STATE);
    const attributes = state === undefined ? [] : [[STATE, state] as const];
    return rig.ask({ user, password, attributes }, ports[nth++ % ports.length]);
  };
  const next = () => {
    rig.rig.clock.nowMs += STEP_MS;
    return codeNow(token, rig.nowMs);
  };
  const outcomes = async () => (await rig.service.events()).map(({ outcome }) => outcome);
  return { rig, token, ask, next, outcomes };
}

test('a due PIN is chosen after a right passcode, at any node, and is required from then on', async () => {
  const { rig, ask, next, outcomes } = await scene();
  const passcode = next();
  const asked = await ask(passcode);
  expect(asked.code).toBe(CHALLENGE);
  expect(said(asked)).toMatch(/^Choose a new PIN/);
  // The client hides the typed text (RFC 2869 §5.10).
  expect(attributeOf(asked, PROMPT)).toEqual(Buffer.alloc(4));
  // Nobody was logged in, and the passcode is used up.
  expect((await ask(passcode)).code).toBe(REJECT);
  expect(await outcomes()).toEqual(['superseded', 'new_pin']);
  const trivial = await ask('1234', asked);
  expect(trivial.code).toBe(CHALLENGE);
  expect(said(trivial)).toMatch(/too easy to guess/);
  const short = await ask('', trivial);
  expect(said(short)).toMatch(/^A PIN has/);
  const again = await ask(PIN, short);
  expect(said(again)).toMatch(/again/);
  const other = await ask(OTHER_PIN, again);
  expect(said(other)).toMatch(/two PINs differ/);
  const set = await ask(PIN, await ask(PIN, other));
  expect(set.code).toBe(CHALLENGE);
  expect(said(set)).toMatch(/^Your PIN is set/);
  expect((await ask(`${PIN}${next()}`, set)).code).toBe(ACCEPT);
  expect((await ask(`${OTHER_PIN}${next()}`)).code).toBe(REJECT);
  expect((await rig.office.audit()).acts).toContain('user.choose-pin ada');
});

test('a PIN change without a right passcode is refused like any log-in, and guesses are counted', async () => {
  const { rig, token, ask, next, outcomes } = await scene();
  const refused = await ask(next(), undefined, 'nobody');
  for (let time = 0; time < 3; time++) expect(await ask(wrongCodeAround(token, rig.nowMs))).toEqual(refused);
  expect(await ask(next())).toEqual(refused);
  expect((await outcomes()).slice(0, 4)).toEqual(['locked', 'wrong', 'wrong', 'wrong']);
  expect(await rig.office.store.db.selectFrom('radius_challenges').select('id').execute()).toEqual([]);
});

test('a State is valid once, for its user and its time, and use by another user ends it', async () => {
  const { rig, ask, next } = await scene();
  await rig.office.users('eve');
  const asked = await ask(next());
  const again = await ask(PIN, asked);
  expect(again.code).toBe(CHALLENGE);
  expect((await ask(PIN, asked)).code).toBe(REJECT);
  expect((await ask(PIN, again, 'eve')).code).toBe(REJECT);
  expect((await ask(PIN, again)).code).toBe(REJECT);
  const late = await ask(next());
  rig.rig.clock.nowMs += 120_000;
  expect((await ask(PIN, late)).code).toBe(REJECT);
  // Of two challenges, one chooses the PIN.
  const [first, second] = [await ask(next()), await ask(next())];
  const [one, two] = [await ask(PIN, first), await ask(OTHER_PIN, second)];
  expect((await ask(PIN, one)).code).toBe(CHALLENGE);
  expect((await ask(OTHER_PIN, two)).code).toBe(REJECT);
  expect((await ask(`${PIN}${next()}`)).code).toBe(ACCEPT);
  const { db } = rig.office.store;
  await sweepStates(db, rig.nowMs + 120_000);
  expect(await db.selectFrom('radius_challenges').select('id').execute()).toEqual([]);
});

test('a State of one client is worth nothing at another, which uses it up', async () => {
  await using office = await Office.open();
  const bound = { clientId: 'gate', user: 'ada' };
  const packet = Buffer.of(1);
  const state = await openState(office.management, bound, { kind: 'log_in' });
  const redeemed = (clientId: string) =>
    redeemState(office.management, state, { ...bound, clientId }, packet);
  expect(await redeemed('other')).toBeUndefined();
  expect(await redeemState(office.management, state, bound, Buffer.of(2))).toBeUndefined();
  expect(await redeemed('gate')).toMatchObject({ awaited: { kind: 'log_in' } });
});

test('a required password must be right before a PIN is chosen; a temporary code cannot choose one', async () => {
  const { rig, ask, next, outcomes } = await scene('password_otp');
  const password = await rig.office.password('ada');
  expect((await ask(`${freshPassword()}${next()}`)).code).toBe(REJECT);
  expect((await ask(`${password}${next()}`)).code).toBe(CHALLENGE);
  const { code } = accepted(await makeTemporaryCode(rig.office.management, grace, { user: 'ada' }));
  expect((await ask(`${password}${secret(code)}`)).code).toBe(REJECT);
  expect(await outcomes()).toEqual(['pin_change', 'new_pin', 'wrong_password']);
});

test('of many concurrent requests with one right passcode, one may choose the PIN', async () => {
  const { ask, next, outcomes } = await scene('otp');
  const passcode = next();
  const answers = await Promise.all(Array.from({ length: PARALLEL }, () => ask(passcode)));
  expect(answers.filter(({ code }) => code === CHALLENGE)).toHaveLength(1);
  expect(answers.filter(({ code }) => code === ACCEPT)).toEqual([]);
  expect((await outcomes()).filter(outcome => outcome === 'new_pin')).toHaveLength(1);
});
