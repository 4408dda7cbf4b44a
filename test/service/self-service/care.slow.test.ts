import type { Actor } from '@passfob/service/base/actor';
import { changeFactors, listApplications } from '@passfob/service/subjects/applications/acts';
import { resetFobPin } from '@passfob/service/subjects/care/task-acts';
import { listTasks } from '@passfob/service/subjects/care/tasks';
import { makeTemporaryCode } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { fobNamed } from '@passfob/service/subjects/tokens/fobs';
import { expect, test } from 'vitest';
import { TestAgent, until } from '../agents/kit.ts';
import { keyOfService } from '../agents/world.ts';
import {
  choosePinAt,
  labelsOf,
  lockByPin,
  makeAssigned,
  type OwnedFob,
  putHeld,
  refusesRecoveryKey,
  secretsOf,
} from '../kit/fob.ts';
import { codeNow, Rig, testOf } from '../kit.ts';
import { accepted, startedService } from '../users/kit.ts';
import { Person, signInTokenOf } from './kit.ts';

const it = testOf(furnished);

/** The labels of the accounts on a fob, without the key for approvals. */
async function accountLabels(owned: OwnedFob): Promise<string[]> {
  return (await labelsOf(owned)).filter(label => label !== 'push');
}

/** Starts a service; `ada` has a fob with two accounts and another token, `bob` a fob of his own. */
async function furnished() {
  // Just before a whole second: setting a fob's clock needs no waiting.
  const rig = new Rig();
  rig.clock.nowMs = 1_770_000_000_990;
  const service = await startedService({}, rig);
  const { office } = service;
  await office.users('ada', 'bob');
  const owned = await makeAssigned(office);
  for (const label of ['one', 'two']) await putHeld(office, owned, label, 'ada');
  const spare = await office.token('ada', { label: 'spare' });
  const bobs = await makeAssigned(office);
  const bobsAccount = await putHeld(office, bobs, 'bob', 'bob');
  const ada = new Person(service);
  await ada.enterWith(await signInTokenOf(office, 'ada'));
  const tasks = async () =>
    accepted(await listTasks(office.store.db, owned.serial)).map(
      ({ kind, state, actor }) => `${kind} ${state} ${actor}`,
    );
  /** Connects the fob as a page does, until the service needs it no more. @param answer to each hold */
  const connect = async (answer: () => void = () => owned.fob.approve()) => {
    const relay = await TestAgent.open(service, await keyOfService(office), { purpose: 'care' });
    relay.plug(owned.fob);
    let asked = 0;
    await until(() => {
      const presses = relay.steps.filter(step => step === 'press').length;
      if (presses > asked) {
        asked = presses;
        answer();
      }
      return relay.done.length > 0;
    }, 'the end of care');
    await relay.close();
    return asked;
  };
  const follow = () => {
    service.clock.nowMs = owned.fob.now * 1000 - 10;
  };
  return Object.assign(service, { owned, spare, bobs, bobsAccount, ada, tasks, connect, follow });
}

it('a fob that lost its time is shown with words, and its user sets the clock by a task that names the user', async service => {
  const { office, owned, ada, tasks, connect } = service;
  expect((await ada.get('/me')).text).toContain('The service has not reached it yet.');
  await connect();
  expect((await ada.get('/me')).text).toContain('Nothing is wrong with it.');
  const asked = await ada.send('/me/clock', { fob: owned.serial });
  expect(asked).toMatchObject({ status: 303, location: '/me/connect?done=clock' });
  expect((await ada.get(asked.location ?? '')).text).toContain('The clock is set as soon as');
  expect((await ada.get('/me')).text).toContain('Set the clock: It waits until the fob is connected.');
  owned.fob.loseTime();
  owned.fob.reboot();
  expect(await connect()).toBe(0);
  expect(Math.abs(owned.fob.now * 1000 - service.clock.nowMs)).toBeLessThan(2_000);
  expect(await tasks()).toContain('clock done ada');
  const rows = await office.rows('audit', { action: 'fob.clock' }, 'id');
  expect(rows[0]).toMatchObject({ actor: 'ada', role: 'user' });
  expect(rows[0]?.detail).toContain('"what":"asked"');
});

const hana: Actor = { name: 'hana', role: 'helpdesk', source: '192.0.2.8', requestId: 'request-2' };

test.each(['ada', 'hana'])(
  'a PIN forgotten at the last attempt is reset for %s, the accounts stay, and the old recovery key is refused',
  async who => {
    await using service = await furnished();
    const { office, owned, spare, ada, tasks, connect, follow } = service;
    const { recoveryKey: old } = await secretsOf(office, owned.serial);
    await lockByPin(owned);
    for (let tries = 0; tries < 9; tries++) {
      owned.fob.press();
      owned.fob.enter('111222');
      owned.fob.run(4_000_000);
    }
    follow();
    // The service has to know of the PIN before a page can offer its reset.
    await connect(() => owned.fob.deny());
    await ada.enterWith(await signInTokenOf(office, 'ada'));
    expect((await ada.get('/me')).text).toContain('It is locked by its PIN (1 attempt is left)');
    if (who === 'ada') {
      const page = await ada.get(`/me/forgotten-pin?fob=${owned.serial}`);
      expect([page.status, page.text.includes('a passcode of another fob')]).toEqual([200, true]);
      const wrong = await ada.send('/me/forgotten-pin', { fob: owned.serial, passcode: '000000' });
      expect([wrong.status, wrong.text.includes('the proof was not accepted')]).toEqual([422, true]);
      const passcode = codeNow(spare, service.clock.nowMs);
      const right = await ada.send('/me/forgotten-pin', { fob: owned.serial, passcode });
      expect(right).toMatchObject({ status: 303, location: '/me/connect?done=pin' });
    } else {
      await office.do(resetFobPin, { serial: owned.serial }, hana);
    }
    expect(await connect()).toBe(1);
    expect(await tasks()).toContain(`pin-reset done ${who}`);
    expect(await accountLabels(owned)).toEqual(['one', 'two']);
    choosePinAt(owned);
    expect(await refusesRecoveryKey(owned, old)).toBe(true);
  },
);

it('a passcode of the fob itself, a used one and a temporary code alone prove nothing for a forgotten PIN', async service => {
  const { office, owned, spare, ada, tasks, connect } = service;
  await lockByPin(owned);
  service.clock.nowMs = owned.fob.now * 1000 - 10;
  await connect(() => owned.fob.deny());
  await ada.enterWith(await signInTokenOf(office, 'ada'));
  // A token whose seed the test knows, on the same fob.
  const here = await office.token('ada', { label: 'here' });
  const { db } = office.store;
  await db.updateTable('tokens').set({ fob_id: owned.id }).where('serial', '=', here.serial).execute();
  const tried = async (fields: Record<string, string>) => {
    const { status, text } = await ada.send('/me/forgotten-pin', { fob: owned.serial, ...fields });
    return [status, /<strong>Problem:<\/strong> The PIN is not reset: ([^:.]*)/.exec(text)?.[1]];
  };
  const refused = 'the proof was not accepted';
  expect(await tried({ passcode: codeNow(here, service.clock.nowMs) })).toEqual([
    422,
    'that passcode comes from this fob itself',
  ]);
  const { code } = await office.do(makeTemporaryCode, { user: 'ada' });
  expect(await tried({ passcode: code })).toEqual([422, 'a temporary code alone is not enough']);
  // The same form sent twice: the second answer proves nothing new.
  const passcode = codeNow(spare, service.clock.nowMs);
  await ada.send('/me/test', { passcode, attempt: 'attempt-1' });
  expect(await tried({ passcode, attempt: 'attempt-1' })).toEqual([422, refused]);
  expect(await tried({ passcode })).toEqual([422, refused]);
  expect((await tasks()).filter(task => task.startsWith('pin-reset'))).toEqual([]);
});

it('a temporary code together with the password resets a forgotten PIN where the service asks for both', async service => {
  const { office, owned, ada, tasks, connect } = service;
  await lockByPin(owned);
  service.clock.nowMs = owned.fob.now * 1000 - 10;
  await connect(() => owned.fob.deny());
  const password = await office.password('ada');
  const id = (await listApplications(office.store.db)).find(({ name }) => name === 'login')?.id ?? '';
  await office.do(changeFactors, { id, factors: 'password_otp' });
  await ada.enterWith(await signInTokenOf(office, 'ada'));
  const { code } = await office.do(makeTemporaryCode, { user: 'ada' });
  const alone = await ada.send('/me/forgotten-pin', { fob: owned.serial, passcode: code });
  expect(alone.status).toBe(422);
  const both = await ada.send('/me/forgotten-pin', { fob: owned.serial, passcode: code, password });
  expect(both).toMatchObject({ status: 303, location: '/me/connect?done=pin' });
  expect(await tasks()).toContain('pin-reset waiting ada');
});

it('a user renames only accounts of their own tokens, and nobody acts on the fob of another user', async service => {
  const { office, owned, bobs, bobsAccount, ada, tasks, connect } = service;
  await connect();
  const { text } = await ada.get('/me');
  const link =
    /href="(\/me\/account\?[^"]*)">Rename Example: one</.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const { searchParams } = new URL(link, 'https://otp.example.org');
  const account = searchParams.get('account') ?? '';
  expect((await ada.get(link)).text).toContain('value="one"');
  const fields = { fob: owned.serial, account, issuer: 'Example', label: 'uno' };
  expect((await ada.send('/me/account', { ...fields, label: '' })).status).toBe(422);
  expect(await ada.send('/me/account', fields)).toMatchObject({ location: '/me/connect?done=account' });
  await connect();
  expect(await accountLabels(owned)).toEqual(['uno', 'two']);
  expect(await tasks()).toContain('rename-account done ada');
  const foreign = { fob: bobs.serial, account: bobsAccount.id, label: 'mine', issuer: '' };
  for (const path of ['/me/clock', '/me/account', '/me/forgotten-pin'])
    expect([path, (await ada.send(path, foreign)).status]).toEqual([path, 404]);
  expect(accepted(await listTasks(office.store.db, bobs.serial))).toEqual([]);
});

it('a fob reported lost at the page counts as lost, and its accounts go when it comes back', async service => {
  const { office, owned, ada, connect } = service;
  const { serial } = await office.row('tokens', { fob_id: owned.id });
  expect((await ada.send('/me/lost', { token: serial })).status).toBe(303);
  const state = async () => (await office.row('fobs', { id: owned.id })).state;
  expect(await state()).toBe('lost');
  await connect();
  expect([await state(), await accountLabels(owned)]).toEqual(['found', []]);
});

it('a user with a token on the fob of another user acts on that token only, not on the fob', async service => {
  const { office, bobs, bobsAccount, ada } = service;
  const { serial, id } = await putHeld(office, bobs, 'guest', 'ada');
  const fields = { fob: bobs.serial, account: id, label: 'mine', issuer: '' };
  for (const path of ['/me/clock', '/me/account', '/me/forgotten-pin'])
    expect([path, (await ada.send(path, fields)).status]).toEqual([path, 404]);
  expect((await ada.send('/me/lost', { token: serial })).status).toBe(303);
  const { db } = office.store;
  const states = await office.rows('tokens', { fob_id: bobs.id });
  expect(Object.fromEntries(states.map(({ serial: of, state }) => [of, state]))).toEqual({
    [bobsAccount.serial]: 'assigned',
    [serial]: 'suspended',
  });
  expect(await fobNamed(db, bobs.serial)).toMatchObject({ state: 'in_use' });
  expect(accepted(await listTasks(db, bobs.serial))).toEqual([]);
});

it('the page for connecting a fob names the ways without its script, and reaches ports and its own service only', async service => {
  const { ada } = service;
  const page = await ada.get('/me/connect');
  expect(page.text).toContain(`passfob care --service ${service.url}`);
  expect(page.text.match(/<section id="(?:ready|run|end)"[^>]*hidden>/g)).toHaveLength(3);
  const answer = await fetch(`${service.url}/me/connect`, {
    headers: { cookie: ada.cookie },
    redirect: 'manual',
  });
  expect(answer.headers.get('permissions-policy')).toBe(
    'camera=(), serial=(self), hid=(self), bluetooth=(self), geolocation=(), microphone=()',
  );
  expect(answer.headers.get('content-security-policy')).toContain(
    `connect-src 'self' ${service.url.replace('http', 'ws')};`,
  );
});
