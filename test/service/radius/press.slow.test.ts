import { randomBytes } from 'node:crypto';
import { passcodeAt, timeStep } from '@passfob/service/base/passcode';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { outcomes } from '../push/kit.ts';
import { accepted, freshPassword, givePin, grace } from '../users/kit.ts';
import { type Answer, makeRequest } from './client.ts';
import { ACCEPT, CHALLENGE, REJECT } from './kit.ts';
import { said, scene } from './press-kit.ts';

const STATE = 24;
const PROXY_STATE = 33;
const PIN = secret('730194');
const PUSH_MS = 60_000;

test('an empty passcode requests a push, and the log-in continues at any node after the press', async () => {
  const { rig, fob, approve, ask, rows } = await scene();
  const other = await rig.otherNode();
  for (const [password, goOn] of [
    ['', ''],
    ['1', 'ok'],
    // FreeRADIUS sends an empty passcode like this.
    [undefined, undefined],
  ] as const) {
    const asked = await ask(password);
    expect(asked.code).toBe(CHALLENGE);
    const number = /shows (\d\d)\./.exec(said(asked))?.[1];
    expect(Number(number)).toBe((await rows()).at(-1)?.number);
    await approve();
    expect((await ask(goOn, asked, other)).code).toBe(ACCEPT);
    expect((await ask(goOn, asked)).code).toBe(REJECT);
    rig.rig.clock.nowMs += PUSH_MS;
  }
  const [latest] = await rig.service.events();
  expect(latest).toMatchObject({ outcome: 'accepted', by: 'push', user: 'ada', serial: fob.token.serial });
  // The passcodes shown meanwhile are used up as well.
  rig.rig.clock.nowMs -= PUSH_MS;
  expect((await ask(codeNow(fob.token, rig.nowMs))).code).toBe(REJECT);
});

test('the packet that continues is accepted when retransmitted, at two nodes at once and later', async () => {
  const { rig, approve, ask, after } = await scene();
  const other = await rig.otherNode();
  const asked = await ask('');
  await approve();
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: '', attributes: after(asked) });
  const [one, two, later] = [await rig.socket(), await rig.socket(other), await rig.socket(other)];
  const answers = await Promise.all([one.exchange(sent), two.exchange(sent)]);
  // A packet from another port has no cached response.
  answers.push(await later.exchange(sent));
  expect(answers.map(answer => one.read(answer, sent).code)).toEqual([ACCEPT, ACCEPT, ACCEPT]);
  expect((await rig.service.events()).map(({ outcome }) => outcome)).toEqual(['accepted']);
});

test('users with and without a fob get the same challenges, with Proxy-State, and the same refusals', async () => {
  const { rig, fob, after } = await scene();
  await rig.office.users('eve');
  const proxied = [[PROXY_STATE, 'proxy'] as const];
  const look = ({ code, attributes }: Answer) => ({
    code,
    attributes: attributes.map(([type, value]) => [
      type,
      type === STATE ? value.length : `${value}`.replace(/shows \d\d/, 'shows'),
    ]),
  });
  const users = ['ada', 'eve', 'nobody'];
  const first = await Promise.all(users.map(user => rig.ask({ user, password: '', attributes: proxied })));
  for (const answer of first) expect(look(answer)).toEqual(look(first[0] as Answer));
  await fob.show();
  // Undecided requests are challenged again, with the same number.
  const again = await Promise.all(
    first.map((answer, index) =>
      rig.ask({ user: users[index] ?? '', password: '', attributes: [...after(answer), ...proxied] }),
    ),
  );
  for (const [index, answer] of again.entries()) {
    expect(said(answer)).toBe(said(first[index] as Answer));
    expect(look(answer)).toEqual(look(first[0] as Answer));
  }
  rig.rig.clock.nowMs += PUSH_MS;
  const late = await Promise.all(
    again.map((answer, index) =>
      rig.ask({ user: users[index] ?? '', password: '', attributes: after(answer) }),
    ),
  );
  for (const answer of late) expect(answer).toEqual(late[0]);
  expect(late[0]?.code).toBe(REJECT);
});

test('a denied push is refused at once; a passcode may replace the push, and ends its request', async () => {
  const { rig, fob, deny, ask, rows } = await scene();
  const instead = await ask('');
  await fob.show();
  expect((await ask(codeNow(fob.token, rig.nowMs), instead)).code).toBe(ACCEPT);
  expect((await rows()).map(({ state }) => state)).toEqual(['withdrawn']);
  const asked = await ask('');
  const answering = ask('', asked);
  await deny();
  expect((await answering).code).toBe(REJECT);
  expect(await outcomes(rig.office)).toEqual(['push_denied', 'accepted']);
});

test('an alphabetic passcode ends the request as well, also in groups; a few characters do not', async () => {
  const { rig, fob, ask, rows } = await scene();
  const seed = secret(new Uint8Array(randomBytes(20)));
  const form = { algorithm: 'sha1', alphabet: 'hex', digits: 8 } as const;
  await rig.office.token('ada', { ...form, secret: seed });
  const asked = await ask('');
  await fob.show();
  const shown = passcodeAt(form, seed, timeStep(rig.nowMs, 30));
  const goneOn = await ask('ok', asked);
  expect(goneOn.code).toBe(CHALLENGE);
  expect((await rows()).map(({ state }) => state)).toEqual(['shown']);
  expect((await ask(`${shown.slice(0, 4)} ${shown.slice(4)}`, goneOn)).code).toBe(ACCEPT);
  expect((await rows()).map(({ state }) => state)).toEqual(['withdrawn']);
  // An unknown user gets the same.
  const nobodys = await rig.ask({ user: 'nobody', password: '' });
  const [state] = nobodys.attributes.filter(([type]) => type === STATE);
  const refused = await rig.ask({ user: 'nobody', password: shown, attributes: state ? [state] : [] });
  expect(refused.code).toBe(REJECT);
});

test('PIN or password before a comma count as in any log-in', async () => {
  for (const factors of ['pin_otp', 'password_otp'] as const) {
    const { rig, management, approve, ask, rows } = await scene('challenge', factors);
    accepted(await resetPin(management, grace, { user: 'ada' }));
    await givePin(management, 'ada', PIN);
    const password = await rig.office.password('ada');
    const right = factors === 'pin_otp' ? PIN : password;
    const wrong = await ask(`${factors === 'pin_otp' ? '580271' : freshPassword()},`);
    expect(wrong.code).toBe(CHALLENGE);
    expect((await rows()).map(({ fob_id }) => fob_id)).toEqual([null]);
    expect(await outcomes(rig.office)).toEqual([factors === 'pin_otp' ? 'wrong_pin' : 'wrong_password']);
    if (factors === 'password_otp') expect((await ask('')).code).toBe(REJECT);
    const asked = await ask(`${right},`);
    await approve();
    expect((await ask('', asked)).code).toBe(ACCEPT);
    // A text with one factor more is refused.
    expect((await ask(`${right}`, asked)).code).toBe(REJECT);
  }
});

test('a client without pushes is refused, and no fob is asked', async () => {
  const { ask, rows } = await scene('off');
  for (const password of ['', '1', `${PIN},`]) expect((await ask(password)).code).toBe(REJECT);
  expect(await rows()).toEqual([]);
});
