import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { isAuthentic, revealPassword, signedAnswer } from '@passfob/service/radius/authenticators';
import { receive } from '@passfob/service/radius/listener';
import { codes, decodePacket, encodePacket, types, valuesOf } from '@passfob/service/radius/packet';
import { changeFactors, disableApplication } from '@passfob/service/subjects/applications/acts';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import {
  changeRadiusSecret,
  createRadiusClient,
  removeRadiusClient,
} from '@passfob/service/subjects/radius-clients/acts';
import { makeKnownClients } from '@passfob/service/subjects/radius-clients/known-clients';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { add, codeNow, newToken } from '../kit.ts';
import { makeTrusted, PushFob } from '../push/kit.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { hidden, makeRandomness, makeRequest, readAnswer } from './client.ts';
import { ACCEPT, CHALLENGE, madeSecret, RadiusRig, REJECT, wrongCodeAround } from './kit.ts';

const _PARALLEL = 64;
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
    'many Proxy-States': make({ attributes: Array.from({ length: 17 }, () => [PROXY_STATE, 'x'] as const) }),
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
  accepted(await disableApplication(management, grace, { id: rig.applicationId }));
  expect((await rig.ask({ user: 'ada', password: codeNow(token, rig.nowMs) })).code).toBe(REJECT);
  expect((await rig.service.events()).map(({ outcome }) => outcome)).not.toContain('accepted');
  const value = madeSecret(accepted(await changeRadiusSecret(management, grace, { id: rig.clientId })));
  await seen();
  const socket = await rig.socket();
  await socket.send(makeRequest({ secret: rig.secret, code: 12 }).bytes);
  const sent = makeRequest({ secret: value, code: 12 });
  await socket.exchange(sent);
  expect(socket.received).toHaveLength(1);
  accepted(await removeRadiusClient(management, grace, { id: rig.clientId }));
  await seen();
  await socket.send(makeRequest({ secret: value, code: 12 }).bytes);
  // A packet in these counts got no response.
  await expect.poll(() => rig.fates()).toMatchObject({ forged: 1, unknown_client: 1 });
  expect(socket.received).toHaveLength(1);
  const { text } = await rig.office.audit();
  for (const shown of [rig.secret, value]) expect(text).not.toContain(shown);
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

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const SECRET = Buffer.from('xyzzy5461');
const FUZZED = countOf(5_000, 1_000_000);

/** RFC 2865 §7.1: User Telnet to Specified Host. */
const REQUEST = hex(`01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb
  98 f4 22 7a 01 06 6e 65 6d 6f 02 12 0d be 70 8d
  93 d4 13 ce 31 96 e4 3f 78 2a 0a ee 04 06 c0 a8
  01 10 05 06 00 00 00 03`);

/** RFC 5997 §6.1: a Status-Server, and the Access-Accept to it. */
const STATUS = hex(`0c da 00 26 8a 54 f4 68 6f b3 94 c5 28 66 e3 02
  18 5d 06 23 50 12 5a 66 5e 2e 1e 84 11 f3 e2 43
  82 20 97 c8 4f a3`);

describe('examples of the RADIUS standards', () => {
  test('the Access-Request of RFC 2865 §7.1 yields its attributes and its password', () => {
    const packet = decodePacket(REQUEST);
    if (packet === undefined) throw new Error('malformed');
    expect(packet.code).toBe(codes.accessRequest);
    expect(packet.attributes.map(({ type }) => type)).toEqual([1, 2, 4, 5]);
    expect(Buffer.from(valuesOf(packet, types.userName)[0] ?? []).toString()).toBe('nemo');
    const [field = new Uint8Array()] = valuesOf(packet, types.userPassword);
    expect(revealPassword(field, SECRET, packet.authenticator)?.toString()).toBe('arctangent');
    expect(isAuthentic(packet, SECRET)).toBe('missing');
  });

  test('the Status-Server of RFC 5997 §6.1 has a valid Message-Authenticator', () => {
    const packet = decodePacket(STATUS);
    if (packet === undefined) throw new Error('malformed');
    expect(packet.code).toBe(codes.statusServer);
    expect(isAuthentic(packet, SECRET)).toBe('authentic');
    expect(isAuthentic(packet, Buffer.from('xyzzy5462'))).toBe('wrong');
    for (let bit = 0; bit < STATUS.length * 8; bit++) {
      const changed = Buffer.from(STATUS);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const read = decodePacket(changed);
      if (read !== undefined) expect(isAuthentic(read, SECRET), `bit ${bit}`).not.toBe('authentic');
    }
  });
});

const attribute = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  value: fc.uint8Array({ maxLength: 253 }),
});
const packet = fc.record({
  code: fc.integer({ min: 0, max: 255 }),
  identifier: fc.integer({ min: 0, max: 255 }),
  authenticator: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  attributes: fc.array(attribute, { maxLength: 15 }),
});

test('an encoded packet is decoded unchanged, also with padding behind it', () => {
  fc.assert(
    fc.property(packet, fc.uint8Array({ maxLength: 40 }), (written, padding) => {
      const read = decodePacket(Buffer.concat([encodePacket(written), padding]));
      expect(read?.attributes.map(({ type, value }) => ({ type, value: new Uint8Array(value) }))).toEqual(
        written.attributes,
      );
      expect({ ...read, attributes: [], bytes: [] }).toMatchObject({
        code: written.code,
        identifier: written.identifier,
      });
      expect(Buffer.from(read?.authenticator ?? []).equals(Buffer.from(written.authenticator))).toBe(true);
    }),
  );
});

test('a truncated packet is rejected', () => {
  fc.assert(
    fc.property(packet, fc.nat(), (written, at) => {
      const bytes = encodePacket(written);
      expect(decodePacket(bytes.subarray(0, at % bytes.length))).toBeUndefined();
    }),
  );
});

test('passwords hidden by a client are revealed', () => {
  const password = fc.string({ unit: 'binary', maxLength: 30 }).filter(text => !text.includes('\0'));
  fc.assert(
    fc.property(
      password,
      fc.string({ minLength: 1 }),
      packet.map(one => one.authenticator),
      (text, secret, authenticator) => {
        const field = hidden(text, secret, authenticator);
        expect(revealPassword(field, Buffer.from(secret), authenticator)?.toString()).toBe(
          Buffer.from(text).toString(),
        );
      },
    ),
    { numRuns: 30 },
  );
  expect(revealPassword(new Uint8Array(0), SECRET, REQUEST)).toBeUndefined();
  expect(revealPassword(new Uint8Array(17), SECRET, REQUEST)).toBeUndefined();
  expect(revealPassword(new Uint8Array(144), SECRET, REQUEST)).toBeUndefined();
});

test('responses satisfy a client, with their Message-Authenticator first', () => {
  fc.assert(
    fc.property(packet, fc.string({ minLength: 1 }), ({ attributes }, secret) => {
      const sent = makeRequest({ secret, user: 'ada' });
      const request = decodePacket(sent.bytes);
      if (request === undefined) throw new Error('malformed');
      expect(isAuthentic(request, Buffer.from(secret))).toBe('authentic');
      const answer = signedAnswer(request, Buffer.from(secret), { code: 3, attributes });
      const read = readAnswer(Buffer.from(answer), sent, secret);
      expect(read.attributes.map(([type]) => type)).toEqual(attributes.map(({ type }) => type));
    }),
    { numRuns: 50 },
  );
});

test(`${FUZZED} fuzzed packets are each decoded within their bounds or rejected, and none is authentic`, {
  ...LONG,
  timeout: 120_000,
}, () => {
  const base = makeRequest({ secret: 'a secret of the client', user: 'ada', password: '123456' }).bytes;
  // Its own generator: so many random numbers of fast-check would take minutes.
  const { below: random } = makeRandomness(firstSeed(0x2545f491) || 1);
  let read = 0;
  for (let turn = 0; turn < FUZZED; turn++) {
    const bytes = Buffer.from(turn % 4 === 0 ? base.subarray(0, random(base.length + 1)) : base);
    const changes = 1 + random(6);
    for (let change = 0; change < changes && bytes.length > 0; change++)
      bytes[random(bytes.length)] = random(256);
    const found = decodePacket(bytes);
    if (found === undefined) continue;
    read++;
    const end = found.attributes.reduce((sum, { value }) => sum + 2 + value.length, 20);
    if (end !== found.bytes.length) throw new Error(`packet ${turn} was read beyond its attributes`);
    if (!bytes.equals(base) && isAuthentic(found, Buffer.from('a secret of the client')) === 'authentic')
      if (!bytes.subarray(0, found.bytes.length).equals(base)) throw new Error(`packet ${turn} is authentic`);
    for (const value of valuesOf(found, types.userPassword))
      revealPassword(value, SECRET, found.authenticator);
  }
  expect(read).toBeGreaterThan(FUZZED / 100);
});

const HERE = '127.0.0.1';
const ANSWER = Buffer.from('answer');

/** Opens a receiving socket and a client's socket; the test decides when requests are answered. */
async function scene() {
  const [socket, asking] = [createSocket('udp4'), createSocket('udp4')];
  for (const each of [socket, asking]) {
    each.bind(0, HERE);
    await once(each, 'listening');
  }
  const decisions: ((answer: Uint8Array | undefined) => void)[] = [];
  const fates: string[] = [];
  const underWay = new Set<Promise<void>>();
  const handle = () => new Promise<Uint8Array | undefined>(resolve => decisions.push(resolve));
  receive(socket, { handle, underWay, told: fate => void fates.push(fate) });
  const from = ({ port }: { readonly port: number }): RemoteInfo => ({
    address: HERE,
    family: 'IPv4',
    port,
    size: 1,
  });
  return {
    ...{ socket, asking, decisions, fates, underWay },
    comesFrom: (sender: { readonly port: number }) => socket.emit('message', Buffer.of(1), from(sender)),
  };
}

function close(...sockets: readonly Socket[]): Promise<unknown> {
  return Promise.all(sockets.map(socket => new Promise<void>(resolve => socket.close(() => resolve()))));
}

test('a packet with source port 0 is dropped, and the next one is answered', async () => {
  const { socket, asking, decisions, fates, underWay, comesFrom } = await scene();
  comesFrom({ port: 0 });
  expect([decisions.length, underWay.size, fates]).toEqual([0, 0, ['malformed']]);
  const heard = once(asking, 'message');
  comesFrom(asking.address());
  decisions[0]?.(ANSWER);
  expect((await heard)[0]).toEqual(ANSWER);
  await Promise.all(underWay);
  await close(socket, asking);
});

test('a response after its socket was closed is counted, and ends nothing', async () => {
  const { socket, asking, decisions, fates, underWay, comesFrom } = await scene();
  comesFrom(asking.address());
  const [answering] = underWay;
  await close(socket);
  decisions[0]?.(ANSWER);
  // A rejected promise would end the process, and break the closing of the service.
  await answering;
  expect([fates, underWay.size]).toEqual([['error'], 0]);
  await close(asking);
});

const CALLING_STATION = 31;

test('a push is from a trusted source only if the client sends the person’s address', async () => {
  await using rig = await RadiusRig.open();
  await rig.office.users('ada');
  await PushFob.of(rig.office, 'ada');
  const { db } = rig.office.store;
  const ask = (station?: string) =>
    rig.ask({
      user: 'ada',
      password: '',
      attributes: station === undefined ? [] : [[CALLING_STATION, station]],
    });
  const familiar = async (station?: string) => {
    expect((await ask(station)).code).toBe(CHALLENGE);
    rig.rig.clock.nowMs += 1000;
    const latest = db
      .selectFrom('pushes')
      .select(['source', 'familiar_source'])
      .orderBy('created_ms', 'desc');
    return Object.values(await latest.executeTakeFirstOrThrow());
  };
  for (const station of ['198.51.100.7', '127.0.0.1']) await makeTrusted(rig.office, 'ada', station);
  expect(await familiar('198.51.100.7')).toEqual(['198.51.100.7', '198.51.100.7']);
  expect(await familiar('198.51.100.8')).toEqual(['198.51.100.8', null]);
  // The client's own address is no user's trusted source.
  expect(await familiar()).toEqual(['127.0.0.1', null]);
});

const HOUR_MS = 3_600_000;

test('an address has the client of its narrowest range, until that is removed, also if the clock went back', async () => {
  await using office = await Office.open();
  const { management } = office;
  const { application } = await ensureApplication(management.db, office.nowMs);
  const ids = new Map<string, string>();
  for (const address of ['192.0.2.0/24', '192.0.2.7', '192.0.0.0/16']) {
    const given = { name: address, address, applicationId: application.id };
    const made = accepted(await createRadiusClient(management, grace, given));
    madeSecret(made);
    ids.set(address, made.client.id);
  }
  const clients = makeKnownClients(management.db, management.keys, management.clock);
  const nameAt = async (address: string) => (await clients.find(address))?.name;
  expect([await nameAt('192.0.2.7'), await nameAt('192.0.2.8')]).toEqual(['192.0.2.7', '192.0.2.0/24']);
  office.nowMs -= HOUR_MS;
  accepted(await removeRadiusClient(management, grace, { id: ids.get('192.0.2.7') ?? '' }));
  expect(await nameAt('192.0.2.7')).toBe('192.0.2.0/24');
});
