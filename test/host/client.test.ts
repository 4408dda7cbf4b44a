import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Client, connect } from '../../host/client/client.ts';
import { readSerial, serialText } from '../../host/client/fob-serial.ts';
import { pairingCode, pairingKey } from '../../host/client/handshake.ts';
import { hostPrimitives } from '../../host/client/primitives.ts';
import { FobError, isRefusal } from '../../host/errors.ts';
import { Writer } from '../../protocol/bytes.ts';
import { encodeClear, FRAME_RESPONSE } from '../../protocol/frame.ts';
import { Hmac } from '../../protocol/hmac.ts';
import { hotp } from '../../protocol/otp.ts';
import { REFUSED_NO_SESSION } from '../../protocol/refusals.ts';
import { secret } from '../kit/secrets.ts';
import { type CableOptions, CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';

/** So short that a lost frame costs the test little; nothing here depends on when an answer comes. */
const HASTY = { patience: { answerTimeoutMs: 400, sendsMax: 3 } };

/** A paired fob with one HOTP account. */
async function ownedFob() {
  const fob = new CoreFob();
  const key = secret(new Uint8Array(randomBytes(32)));
  const client = connect(fob.plugIn().transport);
  await client.hello();
  await client.startPairing();
  await client.openSession(pairingCode(fob.code));
  await client.call('adopt', {
    deviceSecret: secret(new Uint8Array(randomBytes(32))),
    pairingKey: key,
    entropy: new Uint8Array(randomBytes(32)),
  });
  await client.openSession(pairingKey(key));
  const account = {
    id: Uint8Array.of(1, 2, 3, 4),
    kind: 1,
    algorithm: 1,
    digits: 6,
    period: 0,
    counter: 0,
    issuer: new Uint8Array(0),
    label: Uint8Array.of(0x61),
    secret: secret(new Uint8Array(randomBytes(20))),
  };
  await client.call('put', account);
  const passcode = (counter: number) => hotp(new Hmac(hostPrimitives, 1, account.secret), counter, 6);
  return { fob, key, account, passcode };
}

/** A new client over a new cable, in a session. */
async function session(
  owned: { fob: CoreFob; key: Uint8Array },
  options: CableOptions = {},
): Promise<Client> {
  const client = connect(owned.fob.plugIn(options).transport, HASTY);
  await client.hello();
  await client.openSession(pairingKey(owned.key));
  return client;
}

/** One of each kind of request, ending with a HOTP code that is pressed for. */
async function wholeConversation(owned: Awaited<ReturnType<typeof ownedFob>>, options: CableOptions) {
  const client = await session(owned, options);
  const info = await client.call('info', {});
  const listed = await client.call('list', { index: 0 });
  const onPressNeeded = () => owned.fob.approve();
  const { code, counter } = await client.call('code', { id: listed.id }, { onPressNeeded });
  return { accounts: info.accounts, code: String.fromCharCode(...code), counter };
}

describe('a client', () => {
  it('hears who is there, and writes the serial as people read it', async () => {
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

  it('gets the passcode that was pressed for', async () => {
    const owned = await ownedFob();
    expect(await wholeConversation(owned, {})).toEqual({ accounts: 1, code: owned.passcode(0), counter: 0 });
    expect(await wholeConversation(owned, {})).toEqual({ accounts: 1, code: owned.passcode(1), counter: 1 });
  });

  it('gets each thing once however the line loses, doubles, damages or adorns single frames', async () => {
    const faults: Record<string, (frame: string) => string> = {
      lost: () => '',
      doubled: frame => frame + frame,
      cut: frame => frame.slice(0, frame.length / 2),
      flipped: frame => frame.replace(/.(?=.{9}$)/s, char => String.fromCharCode(char.charCodeAt(0) ^ 1)),
      adorned: frame => `\u0013\r\n>console ~noise\u0011${frame.slice(0, 9)}\u0013${frame.slice(9)}\r\n>`,
    };
    const cases = Object.keys(faults).flatMap(name =>
      (['toFob', 'toHost'] as const)
        // The board takes flow control out of what it receives before the core sees it.
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

  it('ignores answers of the past, whenever they are said again', async () => {
    const owned = await ownedFob();
    const past: string[] = [];
    const toHost = (frame: string) => {
      past.push(frame);
      return [...past, ...past].join('');
    };
    expect(await wholeConversation(owned, { toHost })).toMatchObject({ code: owned.passcode(0) });
    expect(await wholeConversation(owned, { toHost })).toMatchObject({ code: owned.passcode(1) });
  });

  it('gives up after three sends, and says that nobody answers', async () => {
    const cable = new CoreFob().plugIn({ toFob: () => '' });
    expect((await failure(connect(cable.transport, HASTY).hello())).kind).toBe('no-answer');
    expect(cable.sent).toBe(3);
  });

  it('says what happened when the cable is pulled in the middle', async () => {
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
});

describe('a client proves nothing to strangers', () => {
  it('where the fob does not hold its key', async () => {
    const owned = await ownedFob();
    const cable = owned.fob.plugIn();
    const client = connect(cable.transport, HASTY);
    await client.hello();
    const wrong = pairingKey(secret(new Uint8Array(randomBytes(32))));
    expect((await failure(client.openSession(wrong))).kind).toBe('not-authentic');
    // hello and open; no proof of the owner.
    expect(cable.sent).toBe(2);
  });

  it('where another fob answers in the name of the one that said hello', async () => {
    const [owned, other] = [await ownedFob(), await ownedFob()];
    const client = connect(owned.fob.plugIn().transport, HASTY);
    const stranger = connect(other.fob.plugIn().transport, HASTY);
    await client.hello();
    await stranger.hello();
    // The stranger's line with the owner's expectations: the serial is part of what is proved.
    expect((await failure(stranger.openSession(pairingKey(owned.key)))).kind).toBe('not-authentic');
  });

  it('where the code is not the one on the screen; the code stays good', async () => {
    const fob = new CoreFob();
    const client = connect(fob.plugIn().transport, HASTY);
    await client.hello();
    await client.startPairing();
    const code = fob.code;
    const wrong = secret(code.startsWith('q') ? `p${code.slice(1)}` : `q${code.slice(1)}`);
    expect((await failure(client.openSession(pairingCode(wrong)))).kind).toBe('wrong-code');
    await client.openSession(pairingCode(code));
  });
});

describe('a session that the fob has lost', () => {
  it('is opened again by itself for what may be asked twice', async () => {
    const owned = await ownedFob();
    const client = await session(owned);
    expect((await client.call('info', {})).accounts).toBe(1);
    owned.fob.reboot();
    expect((await client.call('info', {})).accounts).toBe(1);
  });

  it('ends a command that may have been executed', async () => {
    const owned = await ownedFob();
    const client = await session(owned);
    await client.call('info', {});
    owned.fob.reboot();
    const code = failure(
      client.call('code', { id: owned.account.id }, { onPressNeeded: () => owned.fob.approve() }),
    );
    expect(isRefusal(await code, 'no-session')).toBe(true);
  });

  it('is not opened again and again because somebody on the line says so', async () => {
    const owned = await ownedFob();
    const payload = new Writer(9).number(FRAME_RESPONSE, 1).number(0, 2).number(REFUSED_NO_SESSION, 1);
    const lie = encodeClear(hostPrimitives, payload);
    let opened = 0;
    const client = await session(owned, {
      toFob(frame, n) {
        if (n > 2 && frame.length > 40) opened++;
        return frame;
      },
      toHost: (frame, n) => (n < 3 ? frame : `${lie}${frame}`),
    });
    expect(isRefusal(await failure(client.call('info', {})), 'no-session')).toBe(true);
    // The request, one handshake of two frames, and the request once more.
    expect(opened).toBeLessThanOrEqual(4);
  });
});

describe('a press', () => {
  it('that is denied says so, and gives nothing', async () => {
    const owned = await ownedFob();
    const client = await session(owned);
    const denied = client.call('code', { id: owned.account.id }, { onPressNeeded: () => owned.fob.deny() });
    expect(isRefusal(await failure(denied), 'press-denied')).toBe(true);
    expect(await wholeConversation(owned, {})).toMatchObject({ counter: 0 });
  });

  it('is no longer waited for when the command is cancelled, and the session goes on', async () => {
    const owned = await ownedFob();
    const client = await session(owned);
    const ending = new AbortController();
    let asked = 0;
    const onPressNeeded = () => {
      asked++;
      ending.abort();
    };
    const cancelled = client.call('code', { id: owned.account.id }, { onPressNeeded, signal: ending.signal });
    expect((await failure(cancelled)).kind).toBe('cancelled');
    expect(asked).toBe(1);
    expect((await client.call('info', {})).accounts).toBe(1);
  });
});

describe('a question that a command left behind', () => {
  it('is waited out by the next one', async () => {
    const owned = await ownedFob();
    const ending = new AbortController();
    const { signal } = ending;
    const left = (await session(owned)).call(
      'code',
      { id: owned.account.id },
      { signal, onPressNeeded: () => ending.abort() },
    );
    expect((await failure(left)).kind).toBe('cancelled');
    let polls = 0;
    const client = await session(owned, {
      toFob(frame) {
        polls++;
        // The fob's time goes on: after 5 seconds without a poll the old question is gone.
        owned.fob.pass(500);
        return frame;
      },
    });
    const denied = client.call('erase', {}, { onPressNeeded: () => owned.fob.deny() });
    expect(isRefusal(await failure(denied), 'press-denied')).toBe(true);
    expect(polls).toBeGreaterThan(5);
  });
});

describe('an answer that comes too late', () => {
  it('is not taken for the answer to the next request of its kind', async () => {
    const owned = await ownedFob();
    let late = '';
    let isHeld = false;
    const client = await session(owned, {
      toHost(frame) {
        if (!isHeld) return `${late}${frame}`;
        late = frame;
        return '';
      },
    });
    const ending = new AbortController();
    isHeld = true;
    const cancelled = failure(
      client.call('prove', { id: owned.account.id, nonce: new Uint8Array(16) }, ending),
    );
    await expect.poll(() => late).not.toBe('');
    ending.abort();
    expect((await cancelled).kind).toBe('cancelled');
    isHeld = false;
    const mac = async (first: number) => {
      const nonce = new Uint8Array(16).fill(first);
      return (await client.call('prove', { id: owned.account.id, nonce })).mac;
    };
    // The late answer stands before the right one on the line.
    const second = await mac(1);
    late = '';
    expect(second).toEqual(await mac(1));
    expect(second).not.toEqual(await mac(0));
  });
});

describe('calls at once', () => {
  it('take turns', async () => {
    const owned = await ownedFob();
    const client = await session(owned);
    const results = await Promise.all([
      client.call('info', {}),
      failure(client.call('list', { index: 9 })),
      client.call('list', { index: 0 }),
      client.call('clock', {}),
    ]);
    expect(results[0].accounts).toBe(1);
    expect(results[1].refusal).toBe('no-such-account');
    expect(results[2].id).toEqual(owned.account.id);
    expect(results[3].state).toBe(0);
  });
});
