import { expect, test } from 'vitest';
import type { Factors } from '../../../host/service/data/schema.ts';
import type { RadiusPush } from '../../../host/service/data/schema-radius.ts';
import { choosePin, resetPin } from '../../../host/service/people/credentials/pins.ts';
import { answerPush, endPush } from '../../../host/service/push/delivery.ts';
import { changeRadiusClient, createRadiusClient } from '../../../host/service/radius/clients.ts';
import type { ServiceOptions } from '../../../host/service/service.ts';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { accepted, freshPassword, grace } from '../people/kit.ts';
import { outcomes, PushFob } from '../push/kit.ts';
import { type Answer, makeRequest } from './client.ts';
import { ACCEPT, attributeOf, CHALLENGE, madeSecret, RadiusRig, REJECT } from './kit.ts';

const REPLY_MESSAGE = 18;
const STATE = 24;
const PROXY_STATE = 33;
const PIN = secret('730194');
const PUSH_MS = 60_000;
/** What FreeRADIUS, PAM and OpenVPN wait for at most, less what an answer takes. */
const HOLD_MS = 55_000;
const HELD_OF_ONE = 128;
const NO_NUMBER = 255;

const said = (answer: Answer) => `${attributeOf(answer, REPLY_MESSAGE)}`;

/** A user whose fob is at an agent, and a client in a mode. */
async function scene(
  mode: RadiusPush = 'challenge',
  factors: Factors = 'otp',
  options: Partial<ServiceOptions> = {},
) {
  const rig = await RadiusRig.open(factors, options);
  const { management } = rig.office;
  accepted(await changeRadiusClient(management, grace, { id: rig.clientId, push: mode }));
  await rig.office.users('ada');
  const fob = await PushFob.of(rig.office, 'ada');
  const approve = async () => {
    const { question, ...claimed } = await fob.show();
    expect(await answerPush(management, claimed, fob.answer(question))).toBe(true);
  };
  const after = (answer: Answer) => [[STATE, attributeOf(answer, STATE) ?? ''] as const];
  const ask = (password?: string, before?: Answer, port?: number) =>
    rig.ask(
      {
        user: 'ada',
        ...(password !== undefined && { password }),
        attributes: before === undefined ? [] : after(before),
      },
      port,
    );
  /** Waits until so many requests were written down. */
  const asked = async (count = 1) => {
    while ((await rows()).length < count) await new Promise(resolve => setTimeout(resolve, 10));
  };
  const rows = () => rig.office.store.db.selectFrom('pushes').selectAll().orderBy('created_ms').execute();
  return { rig, management, fob, approve, ask, after, asked, rows };
}

test('an empty passcode asks for a press, and the log-in goes on at any node when it is there', async () => {
  const { rig, fob, approve, ask, rows } = await scene();
  await using _ = rig;
  const other = await rig.otherNode();
  for (const [password, goOn] of [
    ['', ''],
    ['1', 'ok'],
    // As FreeRADIUS sends an empty one.
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
  expect(latest).toMatchObject({ outcome: 'accepted', user: 'ada', serial: fob.token.serial });
  // What the fob showed meanwhile is used up as well (R22).
  rig.rig.clock.nowMs -= PUSH_MS;
  expect((await ask(codeNow(fob.token, rig.nowMs))).code).toBe(REJECT);
});

test('the packet that goes on is accepted also where it comes again: at two nodes at once, and later', async () => {
  const { rig, approve, ask, after } = await scene();
  await using _ = rig;
  const other = await rig.otherNode();
  const asked = await ask('');
  await approve();
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: '', attributes: after(asked) });
  const [one, two, later] = [await rig.socket(), await rig.socket(other), await rig.socket(other)];
  const answers = await Promise.all([one.exchange(sent), two.exchange(sent)]);
  // From another port no answer is kept for it.
  answers.push(await later.exchange(sent));
  expect(answers.map(answer => one.read(answer, sent).code)).toEqual([ACCEPT, ACCEPT, ACCEPT]);
  expect((await rig.service.events()).map(({ outcome }) => outcome)).toEqual(['accepted']);
});

test('nobody is told who has a fob: the same challenges, with Proxy-State, and the same refusals', async () => {
  const { rig, fob, after } = await scene();
  await using _ = rig;
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
  // Nothing is decided: each is asked again, with the same number.
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

test('denied is refused at once; a passcode may be shown instead, and ends the request', async () => {
  const { rig, management, fob, ask, rows } = await scene();
  await using _ = rig;
  const instead = await ask('');
  await fob.show();
  expect((await ask(codeNow(fob.token, rig.nowMs), instead)).code).toBe(ACCEPT);
  expect((await rows()).map(({ state }) => state)).toEqual(['withdrawn']);
  const asked = await ask('');
  const { id, link } = await fob.show();
  const answering = ask('', asked);
  expect(await endPush(management, { id, link }, 'denied')).toBe(true);
  expect((await answering).code).toBe(REJECT);
  expect(await outcomes(rig.office)).toEqual(['push_denied', 'accepted']);
});

test('PIN or password stand before a comma, and count as at any log-in', async () => {
  for (const factors of ['pin_otp', 'password_otp'] as const) {
    const { rig, management, approve, ask, rows } = await scene('challenge', factors);
    await using _ = rig;
    accepted(await resetPin(management, grace, 'ada'));
    accepted(await choosePin(management, grace, { user: 'ada', pin: PIN }));
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
    // With one factor more nothing else is taken.
    expect((await ask(`${right}`, asked)).code).toBe(REJECT);
  }
});

test('a client without pushes is refused, and nobody is asked', async () => {
  const { rig, ask, rows } = await scene('off');
  await using _ = rig;
  for (const password of ['', '1', `${PIN},`]) expect((await ask(password)).code).toBe(REJECT);
  expect(await rows()).toEqual([]);
});

test('a client that waits is answered when it is decided; what comes again meanwhile is one request', async () => {
  const { rig, management, fob, approve, asked, rows } = await scene('wait');
  await using _ = rig;
  const socket = await rig.socket();
  const request = () => makeRequest({ secret: rig.secret, user: 'ada', password: '' });
  const first = request();
  await socket.send(first.bytes);
  await asked();
  await socket.send(first.bytes);
  await approve();
  await socket.until(2);
  for (const answer of socket.received) expect(socket.read(answer, first).code).toBe(ACCEPT);
  const [row, ...more] = await rows();
  expect(more).toEqual([]);
  // The person sees no number anywhere, so the fob shows none, and is asked for less than clients wait.
  expect(row?.number).toBe(NO_NUMBER);
  expect((row?.expires_ms ?? 0) - (row?.created_ms ?? 0)).toBe(HOLD_MS);
  expect(await rig.fates()).toMatchObject({ accept: 1, repeat: 1 });
  const second = request();
  await socket.send(second.bytes);
  await asked(2);
  const { id, link } = await fob.show();
  await endPush(management, { id, link }, 'denied');
  await socket.until(3);
  expect(socket.read(socket.received[2] ?? Buffer.alloc(0), second).code).toBe(REJECT);
});

test('held answers are bounded, also for each client, and keep nobody out who shows a passcode', async () => {
  const radius = ['127.0.0.1', '::1'].map(address => ({ address, port: 0 }));
  const { rig, management, fob, approve, asked, ask, rows } = await scene('wait', 'otp', { radius });
  await using _ = rig;
  const socket = await rig.socket();
  const many = Array.from({ length: HELD_OF_ONE + 1 }, (_one, index) =>
    makeRequest({ secret: rig.secret, identifier: index % 256, user: `nobody-${index}`, password: '' }),
  );
  for (const { bytes } of many) await socket.send(bytes);
  await socket.until(1);
  const challenge = socket.received[0] ?? Buffer.alloc(0);
  const turnedAway = many.find(({ bytes }) => bytes[1] === challenge[1]);
  if (turnedAway === undefined) throw new Error('it answers nothing');
  const answer = socket.read(challenge, turnedAway);
  expect(answer.code).toBe(CHALLENGE);
  await asked(many.length);
  // The one that is challenged has the number that the fob shows, and no held one has any.
  const numbers = (await rows()).map(({ number }) => number).filter(number => number !== NO_NUMBER);
  expect(numbers).toEqual([Number(/shows (\d\d)\./.exec(said(answer))?.[1])]);
  expect((await ask(codeNow(fob.token, rig.nowMs))).code).toBe(ACCEPT);
  // At another client a log-in is still held until its press.
  const given = {
    name: 'other gate',
    address: '::1',
    applicationId: rig.applicationId,
    push: 'wait',
  } as const;
  const shared = madeSecret(accepted(await createRadiusClient(management, grace, given)));
  const elsewhere = await rig.socket(rig.service.radius[1]?.port, '::1', shared);
  await elsewhere.insist(makeRequest({ secret: shared, code: 12 }));
  const held = elsewhere.ask({ user: 'ada', password: '' });
  await asked(many.length + 1);
  await approve();
  expect((await held).code).toBe(ACCEPT);
});

test('a node that closes lets go of what it holds, and another one goes on with the same packet', async () => {
  const { rig, approve, asked } = await scene('wait');
  await using _ = rig;
  const other = await rig.otherNode();
  const socket = await rig.socket();
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: '' });
  await socket.send(sent.bytes);
  await asked();
  await rig.service.close();
  expect(socket.received).toEqual([]);
  const elsewhere = await rig.socket(other);
  await elsewhere.send(sent.bytes);
  await asked(2);
  await approve();
  await elsewhere.until(1);
  expect(elsewhere.read(elsewhere.received[0] ?? Buffer.alloc(0), sent).code).toBe(ACCEPT);
});
