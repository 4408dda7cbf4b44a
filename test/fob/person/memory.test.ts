import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Entry } from '@passfob/firmware/core/entry';
import type { CallOptions } from 'passfob/client';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { ascii } from '../conformance/owner.ts';
import { refused } from '../conformance/refused.ts';
import { Hand, onceAsked } from './kit.ts';

const PIN = secret('730528');
const ID = Uint8Array.of(200, 1, 2, 3);
/** A computer that does not poll for five seconds has gone. */
const GONE_MS = 5_100;

let taken: MockInstance<Entry['take']>;
let done: MockInstance<Entry['done']>;

beforeEach(() => {
  taken = vi.spyOn(Entry.prototype, 'take');
  done = vi.spyOn(Entry.prototype, 'done');
});
afterEach(() => void vi.restoreAllMocks());

/** Returns every character that any entry, or any text made of one, still has in memory. */
function left(): string {
  const wheels = new Set(taken.mock.contexts as Entry[]);
  const texts = done.mock.results.map(({ value }) => value as Uint8Array);
  const bytes = [...[...wheels].map(({ typed }) => typed), ...texts].flatMap(all => [...all]);
  return String.fromCharCode(...bytes.filter(byte => byte > 0));
}

/** Returns a fob whose owner requires a PIN, with that question on the screen. */
async function choosing(): Promise<Hand> {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  await hand.policy({});
  expect(hand.fob.screen[0]).toBe('New PIN');
  return hand;
}

/** Returns a fob that holds an OCRA account with a PIN, with its list on the screen. */
async function holdingOcra(): Promise<Hand> {
  const hand = await Hand.hold();
  await hand.putOcra({ id: ID, algorithm: 2, digits: 8, inputs: 2, secret: secret(randomBytes(32)) });
  return hand;
}

it('the digits of a PIN that is too easy are overwritten as soon as it is refused', async () => {
  const hand = await choosing();
  hand.plays('enter 1234; says Too easy');
  expect(left()).toBe('');
});

it('the digits of two PINs that differ are overwritten as soon as they are refused', async () => {
  const hand = await choosing();
  hand.enter(PIN);
  expect(left()).toBe(PIN);
  hand.plays('enter 730529; says Not the same.');
  expect(left()).toBe('');
});

it('a new PIN can be repeated after a computer has opened another session', async () => {
  const hand = await choosing();
  hand.enter(PIN);
  await hand.openSession();
  hand.plays(`enter ${PIN}; wait 1; says PIN set.`);
  expect(left()).toBe('');
});

it('the digits of an attempt are overwritten once it is checked, right or wrong', async () => {
  const hand = await choosing();
  for (const _ of 'xx') hand.enter(PIN);
  hand.fob.reboot();
  for (const pin of ['9999', PIN]) {
    hand.enter(pin);
    expect(done.mock.results.length).toBeGreaterThan(2);
    hand.fob.run(6_000);
    expect(left()).toBe('');
  }
  expect(hand.says('account 0')).toBe(true);
});

describe('memory of an entry that is left', () => {
  const ways: [string, (hand: Hand) => Promise<void> | void][] = [
    ['the person deletes all symbols and goes back', hand => hand.take(['del', 'del', 'del', 'back'])],
    ['the display goes off', hand => hand.fob.run(31_000)],
    [
      'a computer asks for a press',
      async hand => {
        const onPressNeeded = () => {
          hand.plays('wait 710; press');
        };
        await refused(hand.client.call('erase', {}, { onPressNeeded }), 'press-denied');
      },
    ],
    [
      'a computer changes an account, and the entry begins again',
      async hand => {
        const id = Uint8Array.of(200, 0, 0, 0);
        await hand.client.call('rename', { id, issuer: ascii('I'), label: ascii('account') });
      },
    ],
  ];

  it.each(ways)('the digits of an entry are overwritten when %s', async (_, leave) => {
    const hand = await choosing();
    hand.take(['7', '3', '0']);
    expect(left()).toBe('730');
    await leave(hand);
    expect(left()).toBe('');
  });

  it.each(ways)('the digits of a PIN that was to be repeated are overwritten when %s', async (_, leave) => {
    const hand = await choosing();
    hand.plays(`enter ${PIN}; take 7 3 0`);
    expect([...left()].sort()).toEqual([...`${PIN}730`].sort());
    await leave(hand);
    expect(left()).toBe('');
  });
});

it('the PIN for an approval is overwritten once it is checked, right or wrong', async () => {
  const hand = await choosing();
  await hand.policy({ asks: 2 });
  for (const _ of 'xx') hand.enter(PIN);
  hand.fob.run(6_000);
  const { id } = await hand.client.call('list', { index: 0 });
  for (const pin of ['9999', PIN]) {
    let checked = '';
    hand.onAsked = () => {
      // The computer has not got its answer yet.
      if (/Approved|Wrong/.test(hand.fob.screen.join())) checked = `left: ${left()}`;
    };
    const answered = onceAsked(() => hand.approveByPin(pin));
    const asking = hand.client.call('code', { id }, answered);
    if (pin === PIN) expect((await asking).code).toHaveLength(6);
    else await refused(asking, 'press-denied');
    expect(checked).toBe('left: ');
    hand.fob.run(6_000);
  }
});

const login = { id: ID, question: ascii('22222222'), number: 7, service: ascii('vpn'), user: ascii('erika') };

it('the PIN of an account is overwritten once the passcode is shown', async () => {
  const hand = await holdingOcra();
  hand.plays('hold; enter 22222222; enter 4711');
  expect(hand.fob.screen.some(line => /^\d{4} \d{4}$/.test(line))).toBe(true);
  expect(left().replace(/2/g, '')).toBe('');
});

/** The person approves a log-in, and enters the PIN. */
function approving(hand: Hand, options: CallOptions<'respond'> = {}) {
  const answered = onceAsked(() => hand.approveByPin('4711', 'Account PIN'));
  return hand.client.call('respond', login, { ...options, ...answered });
}

it('the PIN of an account is overwritten once the computer has the passcode', async () => {
  const hand = await holdingOcra();
  expect((await approving(hand)).code).toHaveLength(8);
  expect(done).toHaveBeenCalledTimes(1);
  expect(left()).toBe('');
});

it('the PIN of an account is overwritten when the computer has gone before it fetches the passcode', async () => {
  const hand = await holdingOcra();
  const gone = new Error('the computer has gone');
  const renew = async () => {
    // The person acts after the fob has got the poll before.
    for (let turns = 0; turns < 4; turns++) await setImmediate();
    if (hand.says('Approved.')) throw gone;
    return login;
  };
  await expect(approving(hand, { renew })).rejects.toBe(gone);
  expect(left()).toBe('4711');
  hand.fob.run(GONE_MS);
  expect(done).toHaveBeenCalledTimes(1);
  expect(left()).toBe('');
});
