import { randomUUID } from 'node:crypto';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { viewActivation } from '@passfob/service/subjects/enrolment/views';
import { createPolicy } from '@passfob/service/subjects/tokens/policies';
import { expect, it, onTestFinished, vi } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { lockByPin, PIN } from '../kit/fob.ts';
import { accepted, grace } from '../users/kit.ts';
import { db, NOW_MS, office, openEachScene, refusalOf, Scene, scene } from './kit.ts';

openEachScene();

/** A pairing code that no fob shows. */
const WRONG = 'qqqsyqcyq5rqwzqfcx';

async function policy(scene: Scene, changes: Parameters<typeof createPolicy>[2]): Promise<string> {
  accepted(await createPolicy(scene.office.management, grace, changes));
  const { id } = await scene.office.row('policies', { name: changes.name });
  return id;
}

it('a token follows its policy, and its PIN is chosen on the fob', async () => {
  const wishes = { name: 'strict', kind: 'hotp', digits: 8, pinPlace: 'fob', pinMinDigits: 6 } as const;
  const policy_id = await policy(scene, wishes);
  const fob = new CoreFob();
  const pin = secret('730258');
  await scene.relay(await scene.activation({ policy_id }), fob, { pin });
  expect((await scene.state()).tokens).toMatchObject([
    { state: 'active', kind: 'hotp', digits: 8, pin_place: 'fob', last_step: 0 },
  ]);
  expect(scene.log.join('\n')).not.toContain(pin);
  fob.reboot();
  expect(fob.serial).toHaveLength(5);
  expect(fob.screen.join(' ')).toMatch(/PIN/i);
});

it('an enrolment waits while the fob is locked', async () => {
  const { owned, serial } = await scene.ownWithAccount();
  await lockByPin(owned);
  await scene.relay(await scene.activation(), owned.fob, { pin: PIN });
  expect((await scene.state()).tokens).toMatchObject([{ serial, state: 'active' }]);
});

it('a lease is renewed at any moment, even between the end and its notice', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  await using scene = await Scene.open();
  const toRelay = (text: string) => {
    vi.advanceTimersByTime(relayLimits.relayRenewMs);
    return text;
  };
  await scene.relay(await scene.activation(), new CoreFob(), { toRelay });
  const { tokens, activations } = await scene.state();
  expect(tokens).toMatchObject([{ state: 'active' }]);
  expect(activations).toMatchObject([{ state: 'used' }]);
});

it('of two simultaneous relays one claims the activation, and the other is told that it is in use', async () => {
  const activation = await scene.activation();
  const [one, other] = [new CoreFob(), new CoreFob()];
  const ends = await Promise.allSettled([scene.relay(activation, one), scene.relay(activation, other)]);
  const won = ends.filter(({ status }) => status === 'fulfilled');
  const lost = ends.flatMap(end => (end.status === 'rejected' ? [end.reason.details.code] : []));
  expect(won).toHaveLength(1);
  expect(lost).toEqual(['in_use']);
  expect((await scene.state()).tokens).toMatchObject([{ state: 'active' }]);
});

it('a second relay claims the activation of a lost one only after its lease', async () => {
  const activation = await scene.activation();
  const ending = new AbortController();
  const fob = new CoreFob();
  // The first relay disappears without a stop message while the fob is paired.
  const toService = (text: string) => (text.includes('"stop"') ? '' : text);
  const first = scene.relay(activation, fob, {
    signal: ending.signal,
    toService,
    code: () => {
      ending.abort();
      return WRONG;
    },
  });
  expect(await refusalOf(first)).toBe('cancelled');
  expect(await refusalOf(scene.relay(activation, fob))).toBe('in_use');
  office.nowMs += 31_000;
  await scene.relay(activation, fob);
  expect((await scene.state()).tokens).toMatchObject([{ state: 'active' }]);
});

it('a wrong fob is refused and counted, and finally ends the activation, whose token is returned', async () => {
  const { owned, serial } = await scene.ownWithAccount();
  const user = await scene.activation({}, 'ada');
  expect(user.code).toHaveLength(16);
  const { id: user_id } = await office.row('users');
  await office.set('tokens', { state: 'reserved', user_id });
  const { id: token_id } = await office.row('tokens');
  const activation = await scene.activation({ token_id, fobs: 'owned', attempts: 7 });
  const stranger = await scene.ownFob();
  expect(await refusalOf(scene.relay(activation, stranger.fob))).toBe('wrong_fob');
  expect(await refusalOf(scene.relay(activation, new CoreFob()))).toBe('wrong_fob');
  expect(await refusalOf(scene.relay(activation, stranger.fob))).toBe('attempts');
  expect(await refusalOf(scene.relay(activation, owned.fob))).toBe('not_valid');
  const { tokens, activations } = await scene.state();
  expect(tokens).toMatchObject([{ serial, state: 'inventory', user_id: null }]);
  expect(activations.find(one => one.token_id === token_id)).toMatchObject({
    state: 'revoked',
    reason: 'attempts',
    attempts: 10,
  });
  const { acts } = await office.audit();
  expect(acts.filter(act => act.startsWith('activation.'))).toEqual([
    ...Array(3).fill('activation.attempt ada'),
    'activation.revoke ada',
    'activation.refuse ada',
  ]);
});

/** Returns a fob in the hands of somebody whose activation it does not fit. */
async function unfitFob(scene: Scene, owner: string): Promise<CoreFob> {
  const fob = new CoreFob();
  if (owner === 'another service' || owner === 'a later service') {
    if (owner === 'a later service') {
      const before = new CoreFob();
      before.serial.set(fob.serial);
      await scene.ownFob(before);
    }
    await using elsewhere = await Scene.open();
    await elsewhere.ownFob(fob);
  }
  if (owner === 'another user') await scene.relay(await scene.activation({}, 'bob'), fob);
  return fob;
}

const unknown = 'has another owner, unknown here';
const gone = 'has another owner by now: the stored keys do not open it';
const other = 'belongs to another user';
it.each([
  ['nobody', 'owned', 'blank_fob', 'blank fob'],
  ['another service', 'owned', 'somebody', unknown],
  ['another user', 'owned', 'somebody', other],
  ['another service', 'any', 'has_owner', unknown],
  ['a later service', 'any', 'has_owner', gone],
  ['another user', 'any', 'has_owner', other],
] as const)(
  'a fob of %s, where %s fobs are allowed, is refused, and help desk sees the reason',
  async (owner, fobs, code, why) => {
    const fob = await unfitFob(scene, owner);
    const activation = await scene.activation({ fobs });
    expect(await refusalOf(scene.relay(activation, fob))).toBe(code);
    const { activations, tokens } = await scene.state();
    const open = activations.find(({ state }) => state === 'open');
    expect(open).toMatchObject({ attempts: 1, claim: null });
    expect(tokens.filter(({ state }) => state !== 'active')).toEqual([]);
    expect((await viewActivation(db, open?.id ?? '', NOW_MS))?.refused?.why).toBe(why);
    // A fob of the service that refuses its owner may have been taken over: security staff is told.
    const alerts = await db.selectFrom('alerts').select('kind').execute();
    expect(alerts.filter(({ kind }) => kind === 'fob_refused')).toHaveLength(why === gone ? 1 : 0);
  },
);

it('the refusal does not tell whether the owner of a fob is another user or unknown to the service', async () => {
  const refusals = [];
  for (const owner of ['another service', 'another user']) {
    const fob = await unfitFob(scene, owner);
    await refusalOf(scene.relay(await scene.activation({}, owner === 'another user' ? 'carol' : 'ada'), fob));
    refusals.push(scene.log.filter(text => text.includes('"refused"')).at(-1));
  }
  expect(JSON.parse(refusals[0] ?? '')).toEqual({
    type: 'refused',
    code: 'has_owner',
    text: 'This fob already has an owner.',
    next: 'Its owner can erase it: passfob erase. Or use a blank fob.',
    isFinal: false,
  });
  expect(refusals[1]).toBe(refusals[0]);
});

it('a blank fob under the serial number of somebody’s fob is not paired', async () => {
  const fob = new CoreFob();
  await scene.relay(await scene.activation({}, 'bob'), fob);
  const before = await scene.state();
  const erased = new CoreFob();
  erased.serial.set(fob.serial);
  expect(await refusalOf(scene.relay(await scene.activation(), erased))).toBe('somebody');
  expect((await scene.state()).fobs).toEqual(before.fobs);
});

it('a mistyped pairing code is asked for again; a wrong one counts as an attempt', async () => {
  const fob = new CoreFob();
  const asked: boolean[] = [];
  const typed = ['typo', WRONG];
  const code = (isAgain: boolean) => {
    asked.push(isAgain);
    return typed.shift() ?? fob.code;
  };
  await scene.relay(await scene.activation(), fob, { code });
  expect(asked).toEqual([false, true, true]);
  expect((await scene.state()).activations).toMatchObject([{ state: 'used', attempts: 1 }]);
});

it('repeated wrong pairing codes end the run', async () => {
  const run = scene.relay(await scene.activation(), new CoreFob(), { code: () => WRONG });
  expect(await refusalOf(run)).toBe('wrong_code');
  const { activations, fobs, pairings } = await scene.state();
  expect(activations).toMatchObject([{ state: 'open', attempts: 3 }]);
  expect([fobs, pairings]).toEqual([[], []]);
});

it('an erased fob is paired again where blank fobs are allowed, and its inventory entry is replaced', async () => {
  const { owned, serial } = await scene.ownWithAccount();
  const erased = new CoreFob();
  erased.serial.set(owned.fob.serial);
  const [before] = (await scene.state()).fobs;
  await scene.relay(await scene.activation(), erased);
  const { fobs, tokens } = await scene.state();
  expect(fobs).toHaveLength(1);
  expect(fobs[0]?.id).toBe(before?.id);
  expect(fobs[0]?.sealed_secrets).not.toBe(before?.sealed_secrets);
  expect(tokens).toMatchObject([{ serial, state: 'active' }]);
});

it('a person who declines is asked again; then the run ends and can be restarted', async () => {
  const owned = await scene.ownFob();
  const activation = await scene.activation();
  const deny = (fob: CoreFob) => fob.deny();
  expect(await refusalOf(scene.relay(activation, owned.fob, { press: deny }))).toBe('no_press');
  const { tokens } = await scene.state();
  expect(tokens).toMatchObject([{ state: 'reserved' }]);
  let presses = 0;
  await scene.relay(activation, owned.fob, {
    press: fob => (presses++ === 0 ? fob.deny() : fob.approve()),
  });
  expect((await scene.state()).tokens).toMatchObject([{ id: tokens[0]?.id, state: 'active' }]);
});

it('a person who uses another fob the second time gets one token, and the reserved token is returned', async () => {
  const [first, second] = [await scene.ownFob(), await scene.ownFob()];
  const activation = await scene.activation();
  const deny = (fob: CoreFob) => fob.deny();
  expect(await refusalOf(scene.relay(activation, first.fob, { press: deny }))).toBe('no_press');
  const done = await scene.relay(activation, second.fob);
  const { tokens } = await scene.state();
  const byFob = new Map(tokens.map(token => [token.fob_id, token]));
  expect(byFob.get(first.id)).toMatchObject({ state: 'inventory', user_id: null });
  expect(byFob.get(second.id)).toMatchObject({ state: 'active', serial: done.token });
});

it('a reserved token is stored on the present fob, under the same account on every try', async () => {
  const { owned, serial } = await scene.ownWithAccount();
  const other = await scene.ownFob();
  const activation = await scene.activation();
  const { id: user_id } = await office.row('users');
  const { id: token_id } = await office.row('tokens');
  await office.set('tokens', { fob_id: null, state: 'reserved', user_id, serial: `V-${randomUUID()}` });
  await office.set('activations', { token_id });
  expect(serial).toContain(owned.serial);
  await scene.relay(activation, other.fob);
  expect((await scene.state()).tokens).toMatchObject([{ id: token_id, state: 'active', fob_id: other.id }]);
});

it('a wrong clock is set after a press, before time-based passcodes are made', async () => {
  const owned = await scene.ownFob();
  office.nowMs += 600_000;
  let presses = 0;
  const press = (fob: CoreFob) => {
    presses++;
    fob.approve();
  };
  const now = { expires_ms: office.nowMs + 1e6 };
  await scene.relay(await scene.activation(now), owned.fob, { press });
  expect(presses).toBe(2);
  const [fob] = (await scene.state()).fobs;
  expect(fob?.clock_set_ms).toBe(office.nowMs);
  expect(Math.abs((fob?.clock_error_ms ?? 0) + 600_000)).toBeLessThan(5_000);
});
