import { randomBytes } from 'node:crypto';
import type { Request } from 'passfob/client';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { refused } from '../conformance/refused.ts';
import { Hand, HOLD_MS } from './kit.ts';

const PIN = secret('730528');

/** Returns a fob with one account and a PIN that its person has just chosen. */
async function withPin(policy: Partial<Request<'setPolicy'>> = {}): Promise<Hand> {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  await hand.policy(policy);
  hand.enter(PIN);
  hand.enter(PIN);
  hand.fob.run(6_000);
  expect(hand.says('account 0')).toBe(true);
  return hand;
}

/** Lets the display go off with time, and wakes it by a key. */
function wake(hand: Hand): void {
  hand.fob.run(31_000);
  expect(hand.fob.screen.join('')).toBe('');
  hand.fob.press();
}

it('a PIN is chosen before anything else: no trivial one, twice the same', async () => {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  await hand.policy({});
  expect(hand.fob.screen[0]).toBe('New PIN');
  hand.enter('1234');
  expect(hand.says('Too easy')).toBe(true);
  hand.fob.run(6_000);
  hand.enter(PIN);
  expect(hand.fob.screen[0]).toBe('The same again');
  hand.enter('730529');
  expect(hand.says('Not the same.')).toBe(true);
  hand.fob.run(6_000);
  hand.enter(PIN);
  hand.enter(PIN);
  hand.fob.run(1);
  expect(hand.says('PIN set.')).toBe(true);
  hand.fob.run(6_000);
  expect(hand.says('account 0')).toBe(true);
});

it('a PIN that must be chosen can be left: the display goes off, and asks for it again when it is woken', async () => {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  await hand.policy({});
  expect(hand.says('Leave: hold at "back"')).toBe(true);
  hand.take(['back']);
  expect(hand.fob.screen.join('')).toBe('');
  hand.fob.press();
  expect(hand.fob.screen[0]).toBe('New PIN');
});

it('a PIN protects the list after a reboot, and is drawn as dots', async () => {
  const hand = await withPin();
  hand.fob.reboot();
  expect(hand.fob.screen.slice(0, 2)).toEqual(['PIN', '']);
  hand.fob.press(HOLD_MS);
  expect(hand.fob.screen.slice(0, 2)).toEqual(['PIN', '*']);
  hand.fob.reboot();
  hand.enter(PIN);
  hand.fob.run(1);
  expect(hand.says('account 0')).toBe(true);
});

it('a wrong PIN is reported, and the next attempt waits, counted down', async () => {
  const hand = await withPin();
  hand.fob.reboot();
  hand.enter('9999');
  expect(hand.says('Checking') || hand.says('Wrong PIN.')).toBe(true);
  hand.fob.run(6_000);
  hand.enter('9998');
  hand.fob.run(1);
  expect(hand.says('Wrong PIN.')).toBe(true);
  hand.fob.press();
  expect(hand.says('Wait')).toBe(true);
  expect(hand.says('8 tries left')).toBe(true);
  hand.fob.run(4_000);
  expect(hand.fob.screen[0]).toBe('PIN');
  hand.enter(PIN);
  hand.fob.run(1);
  expect(hand.says('account 0')).toBe(true);
});

it('a PIN is checked after "Checking" was drawn, not while a key waits', async () => {
  const hand = await withPin();
  hand.fob.reboot();
  for (const digit of PIN) {
    while (!hand.fob.screen.includes(digit)) hand.fob.press(50);
    hand.fob.press(HOLD_MS);
  }
  hand.fob.key(true);
  hand.fob.run(600);
  expect(hand.says('Checking')).toBe(true);
  expect(hand.fob.deadlineMs).toBe(1);
});

it('too many wrong PINs wipe the fob, and the screen says so', async () => {
  const hand = await withPin({ attempts: 3 });
  hand.fob.reboot();
  for (let attempt = 0; attempt < 3; attempt++) {
    hand.enter('9999');
    hand.fob.run(1);
    if (attempt < 2) hand.fob.run(12_000);
    if (attempt < 2 && hand.fob.screen[0] !== 'PIN') hand.fob.press();
  }
  expect(hand.says('Too many wrong PINs. The fob was erased.') || hand.says('was erased')).toBe(true);
  expect((await hand.client.hello()).state).toBe('blank');
});

it('too many wrong PINs leave the fob to its owner, where the policy says so', async () => {
  const hand = await withPin({ attempts: 3, wipe: 0 });
  hand.fob.reboot();
  for (let attempt = 0; attempt < 3; attempt++) {
    hand.enter('9999');
    hand.fob.run(12_000);
  }
  if (hand.fob.screen.join('') === '') hand.fob.press();
  expect(hand.fob.screen.join(' ')).toContain('Its owner can reset the PIN.');
  hand.fob.press();
  hand.fob.press(HOLD_MS);
  expect(hand.fob.screen.join(' ')).toContain('Its owner can reset the PIN.');
});

it('the fob locks when the display goes off, where the policy says 0 s', async () => {
  const hand = await withPin({ lockSeconds: 0 });
  wake(hand);
  expect(hand.fob.screen[0]).toBe('PIN');
});

it('the fob locks the set time after the last key, and needs no tick any more', async () => {
  const hand = await withPin({ lockSeconds: 60 });
  wake(hand);
  expect(hand.says('account 0')).toBe(true);
  hand.fob.run(31_000);
  expect(hand.fob.deadlineMs).toBeGreaterThan(0);
  hand.fob.run(30_000);
  expect(hand.fob.deadlineMs).toBe(-1);
  hand.fob.press();
  expect(hand.fob.screen[0]).toBe('PIN');
});

it('the fob locks while it shows a passcode, too', async () => {
  const hand = await withPin({ lockSeconds: 30 });
  hand.fob.press(HOLD_MS);
  expect(hand.shown).toMatch(/^\d{6}$/);
  hand.fob.run(30_000);
  expect(hand.shown).toBe('');
  expect(hand.fob.screen[0]).toBe('PIN');
});

it('a fob whose owner requires a new PIN still locks itself', async () => {
  for (const lockSeconds of [0, 60]) {
    const hand = await withPin({ lockSeconds });
    await hand.client.call('requirePin', {});
    hand.fob.run(61_000);
    expect((await hand.client.call('status', {})).locked).toBe(1);
    if (hand.fob.screen.join('') === '') hand.fob.press();
    expect(hand.fob.screen[0]).toBe('PIN');
    hand.enter(PIN);
    hand.fob.run(1);
    expect(hand.fob.screen[0]).toBe('New PIN');
  }
});

it('a locked fob keeps nothing of an account or a PIN in memory', async () => {
  const hand = await withPin({ lockSeconds: 60 });
  const key = secret(new Uint8Array(randomBytes(20)));
  await hand.put({ secret: key });
  hand.toList();
  hand.fob.press();
  hand.fob.press(HOLD_MS);
  expect(hand.fob.remembers(key)).toBe(true);
  hand.fob.run(61_000);
  expect((await hand.client.call('status', {})).locked).toBe(1);
  expect(hand.fob.remembers(key)).toBe(false);
  expect(hand.fob.remembers(new Uint8Array(Buffer.from(PIN)))).toBe(false);
});

it('a fob that locks under a passcode keeps nothing of its account', async () => {
  const hand = await withPin({ lockSeconds: 30 });
  const key = secret(new Uint8Array(randomBytes(20)));
  await hand.client.call('remove', { id: (await hand.client.call('list', { index: 0 })).id });
  await hand.put({ secret: key, kind: 2, period: 30, label: new Uint8Array(Buffer.from('account 1')) });
  hand.toList();
  hand.fob.press(HOLD_MS);
  expect(hand.shown).toMatch(/^\d{6}$/);
  expect(hand.fob.remembers(key)).toBe(true);
  hand.fob.run(30_000);
  expect(hand.fob.screen[0]).toBe('PIN');
  expect(hand.fob.remembers(key)).toBe(false);
});

it('a fob locks in maintenance mode, too, whose console sees its memory', async () => {
  const hand = await withPin();
  const onPressNeeded = () => {
    hand.fob.run(710);
    hand.fob.press(1_100);
  };
  await hand.client.call('maintain', {}, { onPressNeeded });
  expect((await hand.client.call('status', {})).locked).toBe(1);
});

it('the PIN is required before every passcode', async () => {
  const hand = await withPin({ asks: 1 });
  hand.fob.press(HOLD_MS);
  expect(hand.shown).toBe('');
  hand.enter(PIN);
  hand.fob.run(1);
  expect(hand.shown).toMatch(/^\d{6}$/);
  expect(hand.says('account 0')).toBe(true);
});

it('the PIN is required before every approval', async () => {
  const hand = await withPin({ asks: 2 });
  const { id } = await hand.client.call('list', { index: 0 });
  const answer = (pin: string) => {
    let isAnswered = false;
    return () => {
      if (isAnswered) return;
      isAnswered = true;
      hand.fob.run(702);
      hand.fob.press(1_050);
      expect(hand.fob.screen[0]).toBe('PIN');
      void hand.enterUnderRequest(pin);
    };
  };
  await refused(hand.client.call('code', { id }, { onPressNeeded: answer('9999') }), 'press-denied');
  hand.fob.run(3_000);
  const { code } = await hand.client.call('code', { id }, { onPressNeeded: answer(PIN) });
  expect(code).toHaveLength(6);
});

it('the PIN is required before the settings', async () => {
  const hand = await withPin({ asks: 4 });
  hand.fob.press();
  hand.fob.press(HOLD_MS);
  expect(hand.fob.screen[0]).toBe('PIN');
  hand.enter(PIN);
  hand.fob.run(1);
  expect(hand.says('About')).toBe(true);
});

it('the settings change the PIN after the old one', async () => {
  const hand = await withPin();
  hand.fob.press();
  hand.fob.press(HOLD_MS);
  for (let presses = 0; presses < 9 && !hand.says('Change PIN'); presses++) hand.fob.press();
  hand.fob.press(HOLD_MS);
  hand.enter(PIN);
  hand.fob.run(1);
  const other = secret('915736');
  hand.enter(other);
  hand.enter(other);
  hand.fob.run(1);
  expect(hand.says('PIN set.')).toBe(true);
  hand.fob.reboot();
  hand.enter(other);
  hand.fob.run(1);
  expect(hand.says('account 0')).toBe(true);
});
