import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { choosePin, resetPin } from '../../../host/service/people/credentials/pins.ts';
import { createRadiusClient } from '../../../host/service/radius/clients.ts';
import { secret } from '../../kit/secrets.ts';
import { codeNow, isOnPostgres } from '../kit.ts';
import { accepted, grace } from '../people/kit.ts';
import { outcomes } from '../push/kit.ts';
import { isWaiting } from '../waiting.ts';
import { type Answer, makeRequest, type Request } from './client.ts';
import { ACCEPT, CHALLENGE, madeSecret, type RadiusRig, REJECT } from './kit.ts';
import { said, scene } from './press-kit.ts';

const PIN = secret('730194');
/** What FreeRADIUS, PAM and OpenVPN wait for at most, less what an answer takes. */
const HOLD_MS = 55_000;
const HELD_OF_ONE = 128;
const HELD_OF_NAME = 4;
const CALLING_STATION = 31;
const NO_NUMBER = 255;

test('a client that waits is answered when it is decided; what comes again meanwhile is one request', async () => {
  const { rig, approve, deny, asked, rows } = await scene('wait');
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
  await deny();
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

test('one name has few of the places, whether somebody has it or not, and leaves the others to other names', async () => {
  const { rig, approve, asked, rows } = await scene('wait');
  await using _ = rig;
  const socket = await rig.socket();
  let count = 0;
  const send = async (user: string, many: number) => {
    for (let turn = 0; turn < many; turn++) {
      count += 1;
      await socket.send(
        makeRequest({ secret: rig.secret, identifier: count % 256, user, password: '' }).bytes,
      );
    }
    await asked(count);
  };
  const challenged = async () => (await rows()).filter(({ number }) => number !== NO_NUMBER).length;
  await send('ada', HELD_OF_NAME + 1);
  expect(await challenged()).toBe(1);
  // As one name, however it is written; and not so many at once that they are not even asked for.
  await send('nobody', HELD_OF_ONE / 4);
  await send(' NOBODY', HELD_OF_ONE / 4);
  await send('Nobody', HELD_OF_ONE / 2);
  expect(await challenged()).toBe(1 + HELD_OF_ONE - HELD_OF_NAME);
  // Of hers from where somebody else fills them, none is left; from where she is, they all are.
  const theirs = await rig.ask({ user: 'ada', password: '' });
  expect(theirs.code).toBe(CHALLENGE);
  const held = rig.ask({ user: 'ada', password: '', attributes: [[CALLING_STATION, '192.0.2.10']] });
  await asked(count + 2);
  await approve();
  expect((await held).code).toBe(ACCEPT);
});

test('a node that closes lets go of what it holds, and another one goes on with the same request', async () => {
  const { rig, fob, approve, asked, rows } = await scene('wait');
  await using _ = rig;
  const other = await rig.otherNode();
  const socket = await rig.socket();
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: '' });
  await socket.send(sent.bytes);
  await asked();
  await rig.service.close();
  expect(socket.received).toEqual([]);
  const elsewhere = await rig.socket(other);
  const answering = elsewhere.exchange(sent);
  expect(await fob.isAsked()).toBe(true);
  await approve();
  expect(elsewhere.read(await answering, sent).code).toBe(ACCEPT);
  expect(await rows()).toHaveLength(1);
});

/** Sends the same packet to two nodes at once. */
async function atTwoNodes(rig: RadiusRig) {
  const sockets = [await rig.socket(), await rig.socket(await rig.otherNode())];
  return (request: Omit<Request, 'secret'>) => {
    const sent = makeRequest({ secret: rig.secret, ...request });
    const answers = Promise.all(sockets.map(async at => at.read(await at.exchange(sent), sent)));
    return { sent, answers };
  };
}

test('a packet that comes to two nodes is one request: one number, and one attempt', async () => {
  const { rig, management, rows } = await scene('challenge', 'pin_otp');
  await using _ = rig;
  accepted(await resetPin(management, grace, 'ada'));
  accepted(await choosePin(management, grace, { user: 'ada', pin: PIN }));
  const ask = await atTwoNodes(rig);
  for (const password of ['580271,', `${PIN},`]) {
    const [one, two] = await ask({ user: 'ada', password }).answers;
    expect([one?.code, two?.code]).toEqual([CHALLENGE, CHALLENGE]);
    expect(said(one as Answer)).toBe(said(two as Answer));
  }
  const [one, two] = await ask({ user: 'nobody', password: '' }).answers;
  expect([one?.code, two?.code]).toEqual([CHALLENGE, CHALLENGE]);
  expect(said(one as Answer)).toBe(said(two as Answer));
  expect(await rows()).toHaveLength(3);
  expect((await outcomes(rig.office)).filter(outcome => outcome === 'wrong_pin')).toHaveLength(1);
});

for (const user of ['ada', 'nobody'])
  test.runIf(isOnPostgres)(
    `a packet that two nodes decide at the same moment has one number, for ${user} (only on PostgreSQL)`,
    async () => {
      const { rig, management, rows } = await scene('challenge', 'pin_otp');
      await using _ = rig;
      accepted(await resetPin(management, grace, 'ada'));
      accepted(await choosePin(management, grace, { user: 'ada', pin: PIN }));
      const ask = await atTwoNodes(rig);
      const { db } = rig.office.store;
      for (let count = 1; count <= 3; count++) {
        const { answers } = await db.transaction().execute(async transaction => {
          // Both get as far as leaving word of a wrong PIN, or of nobody, in the log, if nothing else keeps them apart.
          await sql`lock table events in exclusive mode`.execute(transaction);
          const { answers } = ask({ user, password: '580271,' });
          await isWaiting(db, 2);
          return { answers };
        });
        const [one, two] = await answers;
        expect([one?.code, two?.code]).toEqual([CHALLENGE, CHALLENGE]);
        expect(said(one as Answer)).toBe(said(two as Answer));
        expect(await rows()).toHaveLength(count);
      }
    },
  );

test('a packet that two nodes hold is answered by both, once as a log-in, and later too', async () => {
  const { rig, approve, asked, rows } = await scene('wait');
  await using _ = rig;
  const ask = await atTwoNodes(rig);
  const { sent, answers } = ask({ user: 'ada', password: '' });
  await asked();
  await approve();
  expect((await answers).map(({ code }) => code)).toEqual([ACCEPT, ACCEPT]);
  // From another port no answer is kept for it.
  const later = await rig.socket();
  expect(later.read(await later.exchange(sent), sent).code).toBe(ACCEPT);
  expect(await rows()).toHaveLength(1);
  expect(await outcomes(rig.office)).toEqual(['accepted']);
});

test('who decides nothing while the answer is held is refused before clients give up, at another node too', async () => {
  const { rig, asked, rows } = await scene('wait');
  await using _ = rig;
  const [one, two] = [await rig.socket(), await rig.socket(await rig.otherNode())];
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: '' });
  await one.send(sent.bytes);
  await asked();
  rig.rig.clock.nowMs += HOLD_MS;
  expect(two.read(await two.exchange(sent), sent).code).toBe(REJECT);
  expect((await rows()).map(({ decided_ms }) => decided_ms)).toEqual([rig.nowMs]);
  expect(await outcomes(rig.office)).toEqual(['push_expired']);
});
