import { randomBytes } from 'node:crypto';
import { Writer } from '@passfob/protocol/bytes';
import { connect } from 'passfob/client/client';
import { readSerial, serialText } from 'passfob/client/fob-serial';
import { pairingCode, pairingKey } from 'passfob/client/handshake';
import { writeRequest } from 'passfob/client/messages';
import { FobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { HASTY, ownedFob, wholeConversation } from './kit/owned-fob.ts';

it('a client reads the hello, and writes the serial as people read it', async () => {
  const fob = new CoreFob();
  const hello = await connect(fob.plugIn().transport).hello();
  expect(hello).toMatchObject({ state: 'blank', board: 'core', firmware: 'test' });
  expect(hello.serial).toBe(serialText(fob.serial));
  expect(hello.serial).toMatch(/^PF-[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  for (const typed of [hello.serial, hello.serial.toLowerCase(), hello.serial.slice(3).replace('-', '')]) {
    expect(readSerial(typed)).toBe(hello.serial);
  }
  expect(() => readSerial(`${hello.serial}Q`)).toThrow(FobError);
  expect(() => readSerial('PF-BBBB-1111')).toThrow(FobError);
});

it('a request with a field of the wrong length names the field and its length, and holds no value', () => {
  const put = {
    ...{ kind: 2, algorithm: 1, digits: 6, period: 30, counter: 0 },
    ...{ id: Buffer.from('acct'), issuer: Buffer.from('Example'), label: Buffer.from('alice') },
    secret: Buffer.from('12345678901234567890'),
  };
  const cases = [
    [{ id: Buffer.from('alice-1') }, 'The field "id" has 7 bytes; it takes exactly 4 bytes.'],
    [{ id: new Uint8Array(3) }, 'The field "id" has 3 bytes; it takes exactly 4 bytes.'],
    [{ label: new Uint8Array(33) }, 'The field "label" has 33 bytes; it takes at most 32 bytes.'],
    [{ secret: new Uint8Array(129) }, 'The field "secret" has 129 bytes; it takes at most 128 bytes.'],
  ] as const;
  for (const [wrong, sentence] of cases)
    expect(() => writeRequest(new Writer(512), 'put', { ...put, ...wrong })).toThrow(sentence);
  expect(() => writeRequest(new Writer(20), 'put', put)).toThrow('The request "put" is too long.');
});

it('a client gets each result once however the line loses, doubles, damages or adorns single frames', async () => {
  const faults: Record<string, (frame: string) => string> = {
    lost: () => '',
    doubled: frame => frame + frame,
    cut: frame => frame.slice(0, frame.length / 2),
    flipped: frame => frame.replace(/.(?=.{9}$)/s, char => String.fromCharCode(char.charCodeAt(0) ^ 1)),
    adorned: frame => `\u0013\r\n>console ~noise\u0011${frame.slice(0, 9)}\u0013${frame.slice(9)}\r\n>`,
  };
  const cases = Object.keys(faults).flatMap(name =>
    (['toFob', 'toHost'] as const)
      // The board takes flow control out of its input before the core sees it.
      .filter(way => name !== 'adorned' || way === 'toHost')
      .flatMap(way => Array.from({ length: 7 }, (_, at) => ({ name, way, at }))),
  );
  const outcomes = cases.map(async ({ name, way, at }) => {
    const owned = await ownedFob();
    const spoil = (frame: string, n: number) => (n === at ? (faults[name]?.(frame) ?? '') : frame);
    const first = await wholeConversation(owned, { [way]: spoil });
    const second = await wholeConversation(owned, {});
    const codes = [first.code, second.code].map((code, counter) => code === owned.passcode(counter));
    return { name, way, at, accounts: first.accounts, codes };
  });
  expect(await Promise.all(outcomes)).toEqual(
    cases.map(one => ({ ...one, accounts: 1, codes: [true, true] })),
  );
});

it('a client ignores late answers, whenever they are repeated', async () => {
  const owned = await ownedFob();
  const past: string[] = [];
  const toHost = (frame: string) => {
    past.push(frame);
    return [...past, ...past].join('');
  };
  // A late answer with the same number would pass for the new one: in one of 256 runs, where both begin at random.
  expect(await wholeConversation(owned, { toHost }, 0)).toMatchObject({ code: owned.passcode(0) });
  expect(await wholeConversation(owned, { toHost }, 100)).toMatchObject({ code: owned.passcode(1) });
});

it('a client gives up after three sends, and says that nothing answers', async () => {
  const cable = new CoreFob().plugIn({ toFob: () => '' });
  expect((await failure(connect(cable.transport, HASTY).hello())).kind).toBe('no-answer');
  expect(cable.sent).toBe(3);
});

it('a client reports a cable that is pulled in the middle', async () => {
  const owned = await ownedFob();
  const cable = owned.fob.plugIn({ toHost: (frame, n) => (n < 3 ? frame : '') });
  const client = connect(cable.transport);
  await client.hello();
  await client.openSession(pairingKey(owned.key));
  const answer = failure(client.call('info', {}));
  cable.cut(new FobError('unplugged', { subject: 'cable' }));
  expect((await answer).kind).toBe('unplugged');
  expect((await failure(client.call('info', {}))).kind).toBe('unplugged');
});

it('a client proves nothing where the fob does not hold its key', async () => {
  const owned = await ownedFob();
  const cable = owned.fob.plugIn();
  const client = connect(cable.transport, HASTY);
  await client.hello();
  const wrong = pairingKey(secret(new Uint8Array(randomBytes(32))));
  expect((await failure(client.openSession(wrong))).kind).toBe('not-authentic');
  // hello and open, but no proof of the owner.
  expect(cable.sent).toBe(2);
});

it('a client proves nothing where another fob answers in the name of the first', async () => {
  const [owned, other] = [await ownedFob(), await ownedFob()];
  const client = connect(owned.fob.plugIn().transport, HASTY);
  const stranger = connect(other.fob.plugIn().transport, HASTY);
  await client.hello();
  await stranger.hello();
  // The stranger's line with the owner's expectations: the serial is part of the proof.
  expect((await failure(stranger.openSession(pairingKey(owned.key)))).kind).toBe('not-authentic');
});

it('a client proves nothing where the code is not the one on the screen; the code stays valid', async () => {
  const fob = new CoreFob();
  const client = connect(fob.plugIn().transport, HASTY);
  await client.hello();
  await client.startPairing();
  const code = fob.code;
  const wrong = secret(code.startsWith('q') ? `p${code.slice(1)}` : `q${code.slice(1)}`);
  expect((await failure(client.openSession(pairingCode(wrong)))).kind).toBe('wrong-code');
  await client.openSession(pairingCode(code));
});
