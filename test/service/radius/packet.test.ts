import { isAuthentic, revealPassword, signedAnswer } from '@passfob/service/doors/radius/authenticators';
import { codes, decodePacket, encodePacket, types, valuesOf } from '@passfob/service/doors/radius/packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { hidden, makeRequest, readAnswer } from './client.ts';

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

describe('properties of RADIUS packets', () => {
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
});

test(`${FUZZED} fuzzed packets are each decoded within their bounds or rejected, and none is authentic`, {
  ...LONG,
  timeout: 120_000,
}, () => {
  const base = makeRequest({ secret: 'a secret of the client', user: 'ada', password: '123456' }).bytes;
  // Its own generator: so many random numbers of fast-check would take minutes.
  let state = firstSeed(0x2545f491) || 1;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
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
