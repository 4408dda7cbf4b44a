import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { changeRadiusSecret, removeRadiusClient } from '@passfob/service/features/radius/clients';
import { changeFactors, disableApplication } from '@passfob/service/features/users/application-changes';
import { expect, test } from 'vitest';
import { add, apiKeyOf, codeNow, isOnPostgres, newToken, post } from '../kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { makeRequest } from './client.ts';
import { ACCEPT, madeSecret, RadiusRig, REJECT, wrongCodeAround } from './kit.ts';

const PARALLEL = 64;
const PROXY_STATE = 33;
const SEEN_MS = 1_100;

test('a retransmitted packet gets the same bytes, is decided once and is no replay', async () => {
  await using rig = await RadiusRig.open();
  const token = await add(rig.service, newToken());
  const socket = await rig.socket();
  const password = codeNow(token, rig.nowMs);
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password });
  // Twice at once, so that the second arrives while the first is being decided.
  await Promise.all([socket.send(sent.bytes), socket.send(sent.bytes)]);
  await socket.until(2);
  const third = await socket.exchange(sent);
  expect(socket.read(third, sent).code).toBe(ACCEPT);
  for (const answer of socket.received) expect(answer.equals(third)).toBe(true);
  // From another port, as after a proxy's restart: received anew, and answered from the idempotency cache.
  const elsewhere = await rig.socket();
  expect(elsewhere.read(await elsewhere.exchange(sent), sent).code).toBe(ACCEPT);
  expect(await rig.service.alerts()).toEqual([]);
  expect(await rig.service.events()).toHaveLength(1);
  expect(await rig.fates()).toMatchObject({ accept: 2, repeat: 2 });
  // The same identifier and authenticator around something else is another request.
  const { authenticator } = sent;
  const other = makeRequest({ secret: rig.secret, user: 'eve', password, authenticator });
  expect(socket.read(await socket.exchange(other), other).code).toBe(REJECT);
});

test('packets that are unsigned, forged, malformed, unsupported or overloaded with Proxy-States are dropped silently and counted', async () => {
  await using rig = await RadiusRig.open();
  const token = await add(rig.service, newToken());
  const password = codeNow(token, rig.nowMs);
  const make = (request: Partial<Parameters<typeof makeRequest>[0]>) =>
    makeRequest({ secret: rig.secret, user: 'ada', password, ...request }).bytes;
  const short = make({});
  short.writeUInt16BE(short.length + 1, 2);
  const collision = randomBytes(250);
  const dropped: Record<string, Buffer> = {
    unsigned: make({ message: 'missing' }),
    forged: make({ message: 'wrong' }),
    'other secret': make({ secret: 'not the secret of this client' }),
    cut: make({}).subarray(0, 30),
    short,
    empty: Buffer.alloc(0),
    accounting: make({ code: 4 }),
    'many Proxy-States': make({
      attributes: Array.from({ length: 17 }, () => [PROXY_STATE, 'x'] as const),
    }),
    'large Proxy-States': make({
      attributes: Array.from({ length: 5 }, () => [PROXY_STATE, randomBytes(210)] as const),
    }),
    // CVE-2024-3596: unsigned, with colliding data in Proxy-States, and a signature only inside one of them.
    'Blast-RADIUS': make({
      message: 'missing',
      attributes: [
        [PROXY_STATE, collision],
        [PROXY_STATE, collision],
      ],
    }),
    'Blast-RADIUS with a hidden one': make({
      message: 'missing',
      attributes: [[PROXY_STATE, Buffer.concat([Buffer.from([80, 18]), randomBytes(16)])]],
    }),
    'two signatures': make({ attributes: [[80, randomBytes(16)]] }),
  };
  for (const [name, bytes] of Object.entries(dropped)) expect(await rig.isDropped(bytes), name).toBe(true);
  expect(await rig.fates()).toMatchObject({
    unsigned: 3,
    forged: 3,
    malformed: 3,
    unsupported: 1,
    proxy_state: 2,
  });
  // None of them was evaluated: the passcode is still valid, also with the signature at the end.
  expect((await rig.ask({ user: 'ada', password, message: 'last' })).code).toBe(ACCEPT);
});

test('a RADIUS client is accepted until its removal, by its current secret and its application’s current factors', async () => {
  await using rig = await RadiusRig.open();
  const { management } = rig.office;
  const token = await add(rig.service, newToken());
  const seen = () => wait(SEEN_MS);
  expect((await rig.ask({ user: 'ada', password: wrongCodeAround(token, rig.nowMs) })).code).toBe(REJECT);
  // When the application requires more, the node's cached factors no longer count.
  accepted(await changeFactors(management, grace, { id: rig.applicationId, factors: 'password_otp' }));
  expect((await rig.ask({ user: 'ada', password: codeNow(token, rig.nowMs) })).code).toBe(REJECT);
  accepted(await changeFactors(management, grace, { id: rig.applicationId, factors: 'otp' }));
  accepted(await disableApplication(management, grace, rig.applicationId));
  expect((await rig.ask({ user: 'ada', password: codeNow(token, rig.nowMs) })).code).toBe(REJECT);
  expect((await rig.service.events()).map(({ outcome }) => outcome)).not.toContain('accepted');
  const value = madeSecret(accepted(await changeRadiusSecret(management, grace, { id: rig.clientId })));
  await seen();
  const socket = await rig.socket();
  await socket.send(makeRequest({ secret: rig.secret, code: 12 }).bytes);
  const sent = makeRequest({ secret: value, code: 12 });
  await socket.exchange(sent);
  expect(socket.received).toHaveLength(1);
  accepted(await removeRadiusClient(management, grace, rig.clientId));
  await seen();
  await socket.send(makeRequest({ secret: value, code: 12 }).bytes);
  // A packet in these counts got no response.
  await expect.poll(() => rig.fates()).toMatchObject({ forged: 1, unknown_client: 1 });
  expect(socket.received).toHaveLength(1);
  const { text } = await rig.office.audit();
  for (const shown of [rig.secret, value]) expect(text).not.toContain(shown);
});

test('of 64 identical concurrent log-ins, half over RADIUS, exactly one is accepted, and the rest are one alert', async () => {
  await using rig = await RadiusRig.open('otp', { lock: { threshold: 0, periodMs: 1000 } });
  const apiKey = apiKeyOf(rig.service);
  const token = await add(rig.service, newToken());
  for (let round = 0; round < (isOnPostgres ? 2 : 5); round++) {
    rig.rig.clock.nowMs += 90_000;
    const password = codeNow(token, rig.nowMs);
    const accepts = await Promise.all(
      Array.from({ length: PARALLEL }, async (_, index) =>
        index % 2 === 0
          ? (await rig.ask({ user: 'ada', password })).code === ACCEPT
          : (await post(rig.service, apiKey, { user: 'ada', passcode: password })).status === 200,
      ),
    );
    expect(accepts.filter(isAccept => isAccept)).toHaveLength(1);
    const alerts = await rig.service.alerts();
    expect(alerts).toHaveLength(round + 1);
    expect(alerts[0]?.count).toBe(PARALLEL - 1);
  }
});

test('a flood is answered within capacity, the rest is dropped, and the service then works as before', async () => {
  await using rig = await RadiusRig.open();
  const token = await add(rig.service, newToken());
  const socket = await rig.socket();
  const many = Array.from({ length: 1_000 }, (_, index) =>
    makeRequest({ secret: rig.secret, identifier: index % 256, user: `nobody-${index}`, password: '000000' }),
  );
  await Promise.all(many.map(({ bytes }) => socket.send(bytes)));
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: codeNow(token, rig.nowMs) });
  const after = await rig.socket();
  expect(after.read(await after.insist(sent), sent).code).toBe(ACCEPT);
});
