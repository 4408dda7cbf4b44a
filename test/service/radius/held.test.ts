import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { isOnPostgres } from '../kit.ts';
import { outcomes } from '../push/kit.ts';
import { accepted, givePin, grace } from '../users/kit.ts';
import { isWaiting } from '../waiting.ts';
import { type Answer, makeRequest, type Request } from './client.ts';
import { ACCEPT, CHALLENGE, type RadiusRig, REJECT } from './kit.ts';
import { said, scene } from './press-kit.ts';

const PIN = secret('730194');
/** The longest wait of FreeRADIUS, PAM and OpenVPN, less the time of a response. */
const HOLD_MS = 55_000;
const NO_NUMBER = 255;

test('a waiting client is answered when its request is decided; retransmissions meanwhile are one request', async () => {
  const { rig, approve, deny, asked, rows } = await scene('wait');
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
  // Nobody can compare a number here, so the fob shows none, and the request expires before clients give up.
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

test('a closing node releases its held responses, and another node continues the same request', async () => {
  const { rig, fob, approve, asked, rows } = await scene('wait');
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

test('a packet that arrives at two nodes is one request, with one number and one attempt', async () => {
  const { rig, management, rows } = await scene('challenge', 'pin_otp');
  accepted(await resetPin(management, grace, { user: 'ada' }));
  await givePin(management, 'ada', PIN);
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
      accepted(await resetPin(management, grace, { user: 'ada' }));
      await givePin(management, 'ada', PIN);
      const ask = await atTwoNodes(rig);
      const { db } = rig.office.store;
      for (let count = 1; count <= 3; count++) {
        const { answers } = await db.transaction().execute(async transaction => {
          // Without further protection both nodes would log a wrong PIN or an unknown user.
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

test('a packet held by two nodes is answered by both, once as a log-in, and later too', async () => {
  const { rig, approve, asked, rows } = await scene('wait');
  const ask = await atTwoNodes(rig);
  const { sent, answers } = ask({ user: 'ada', password: '' });
  await asked();
  await approve();
  expect((await answers).map(({ code }) => code)).toEqual([ACCEPT, ACCEPT]);
  // A packet from another port has no cached response.
  const later = await rig.socket();
  expect(later.read(await later.exchange(sent), sent).code).toBe(ACCEPT);
  expect(await rows()).toHaveLength(1);
  expect(await outcomes(rig.office)).toEqual(['accepted']);
});

test('an undecided request is refused before clients give up, at another node too', async () => {
  const { rig, asked, rows } = await scene('wait');
  const [one, two] = [await rig.socket(), await rig.socket(await rig.otherNode())];
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: '' });
  await one.send(sent.bytes);
  await asked();
  rig.rig.clock.nowMs += HOLD_MS;
  expect(two.read(await two.exchange(sent), sent).code).toBe(REJECT);
  expect((await rows()).map(({ decided_ms }) => decided_ms)).toEqual([rig.nowMs]);
  expect(await outcomes(rig.office)).toEqual(['push_expired']);
});
