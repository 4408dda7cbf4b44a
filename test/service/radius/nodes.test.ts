import { createRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { expect, test } from 'vitest';
import { add, codeAt, codeNow, newToken, stepAt } from '../kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { makeRequest, readAnswer } from './client.ts';
import {
  ACCEPT,
  attributeOf,
  CHALLENGE,
  madeSecret,
  openEachRig,
  RadiusRig,
  REJECT,
  rig,
  service,
} from './kit.ts';

openEachRig();

const STATE = 24;

test('RADIUS over IPv6, alone and with IPv4 on one socket, uses the address of each client', async () => {
  await using rig = await RadiusRig.open('otp', {
    radius: [
      { address: '::', port: 0 },
      { address: '::1', port: 0 },
    ],
  });
  const token = await add(rig.service, newToken());
  const [both, alone] = rig.service.radius.map(({ port }) => port);
  const given = { name: 'gate 6', address: '::1', applicationId: rig.applicationId };
  const shared = madeSecret(accepted(await createRadiusClient(rig.office.management, grace, given)));
  const six = async (port: number | undefined, password: string) => {
    const sent = makeRequest({ secret: shared, user: 'ada', password });
    const socket = await rig.socket(port, '::1');
    await socket.insist(makeRequest({ secret: shared, code: 12 }));
    const answer = await socket.insist(sent);
    return readAnswer(answer, sent, shared);
  };
  const ahead = (steps: number) => codeAt(token, stepAt(token, rig.nowMs) + steps);
  expect((await six(alone, ahead(-1))).code).toBe(ACCEPT);
  expect((await six(both, ahead(0))).code).toBe(ACCEPT);
  // On the shared socket an IPv4 packet belongs to the IPv4 client, with its own secret.
  expect((await rig.ask({ user: 'ada', password: ahead(1) }, both)).code).toBe(ACCEPT);
  const sources = (await rig.service.events()).map(({ source }) => source);
  expect(sources).toEqual(['127.0.0.1', '::1', '::1']);
});

test('a packet that arrives at two nodes is one log-in, and its retransmission elsewhere is no replay', async () => {
  const token = await add(service, newToken());
  const other = await rig.otherNode();
  const sent = makeRequest({ secret: rig.secret, user: 'ada', password: codeNow(token, rig.nowMs) });
  const [one, two] = [await rig.socket(), await rig.socket(other)];
  const answers = await Promise.all([one.exchange(sent), two.exchange(sent)]);
  expect(answers.map(answer => one.read(answer, sent).code)).toEqual([ACCEPT, ACCEPT]);
  expect(await service.events()).toHaveLength(1);
  const again = makeRequest({ secret: rig.secret, user: 'ada', password: codeNow(token, rig.nowMs) });
  expect(two.read(await two.exchange(again), again).code).toBe(REJECT);
  expect(await service.alerts()).toMatchObject([{ kind: 'replay', count: 1 }]);
});

test('a closing node answers its requests first, and its challenge continues at another node', async () => {
  const token = await add(service, newToken());
  const other = await rig.otherNode();
  const ahead = (steps: number) => codeAt(token, stepAt(token, rig.nowMs) + steps);
  const challenge = await rig.ask({ user: 'ada', password: ahead(10) });
  expect(challenge.code).toBe(CHALLENGE);
  const socket = await rig.socket();
  const many = Array.from({ length: 20 }, (_one, index) =>
    makeRequest({ secret: rig.secret, identifier: index, user: `nobody-${index}`, password: '000000' }),
  );
  await Promise.all(many.map(({ bytes }) => socket.send(bytes)));
  // After the first response all packets have been received.
  await socket.until(1);
  await service.close();
  await socket.until(many.length);
  const state = attributeOf(challenge, STATE) ?? '';
  const goOn = { user: 'ada', password: ahead(11), attributes: [[STATE, state] as const] };
  const silent = makeRequest({ ...goOn, secret: rig.secret });
  await socket.send(silent.bytes);
  const found = await (await rig.socket(other)).ask(goOn);
  expect(found.code).toBe(CHALLENGE);
  expect(socket.received).toHaveLength(many.length);
  expect((await rig.ask({ user: 'ada', password: ahead(12) }, other)).code).toBe(ACCEPT);
});
