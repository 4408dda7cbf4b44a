import { randomBytes } from 'node:crypto';
import type { Request } from 'passfob/client';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { refused } from '../conformance/refused.ts';
import { Hand, HOLD_MS, onceAsked } from './kit.ts';

const PIN = secret('730528');

/** Returns a fob with one account and a PIN that its person has just chosen. */
async function withPin(policy: Partial<Request<'setPolicy'>> = {}): Promise<Hand> {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  await hand.policy(policy);
  hand.plays(`enter ${PIN}; enter ${PIN}; wait 6000; says account 0`);
  return hand;
}

/** Lets the display go off with time, and wakes it by a key. */
function wake(hand: Hand): void {
  hand.plays('wait 31000; dark; press');
}

it('a PIN is chosen before anything else: no trivial one, twice the same', async () => {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  await hand.policy({});
  hand.plays(`
    title New PIN; enter 1234; says Too easy; wait 6000; enter ${PIN}; title The same again; enter 730529
    says Not the same.; wait 6000; enter ${PIN}; enter ${PIN}; wait 1; says PIN set.; wait 6000
    says account 0`);
});

it('a PIN that must be chosen can be left: the display goes off, and asks for it again when it is woken', async () => {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  await hand.policy({});
  hand.plays('says Leave: hold at "back"; take back; dark; press; title New PIN');
});

it('a PIN protects the list after a reboot, and is drawn as dots', async () => {
  const hand = await withPin();
  hand.fob.reboot();
  expect(hand.fob.screen.slice(0, 2)).toEqual(['PIN', '']);
  hand.fob.press(HOLD_MS);
  expect(hand.fob.screen.slice(0, 2)).toEqual(['PIN', '*']);
  hand.plays(`reboot; enter ${PIN}; wait 1; says account 0`);
});

it('a wrong PIN is reported, and the next attempt waits, counted down', async () => {
  const hand = await withPin();
  hand.plays('reboot; enter 9999');
  expect(hand.says('Checking') || hand.says('Wrong PIN.')).toBe(true);
  hand.plays(`
    wait 6000; enter 9998; wait 1; says Wrong PIN.; press; says Wait; says 8 tries left; wait 4000
    title PIN; enter ${PIN}; wait 1; says account 0`);
});

it('a PIN is checked after "Checking" was drawn, not while a key waits', async () => {
  const hand = await withPin();
  hand.fob.reboot();
  for (const digit of PIN) {
    while (!hand.fob.screen.includes(digit)) hand.fob.press(50);
    hand.fob.press(HOLD_MS);
  }
  hand.plays('down; wait 600; says Checking; ticks 1');
});

it('too many wrong PINs wipe the fob, and the screen says so', async () => {
  const hand = await withPin({ attempts: 3 });
  hand.fob.reboot();
  for (let attempt = 0; attempt < 3; attempt++) {
    hand.plays('enter 9999; wait 1');
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
    hand.plays('enter 9999; wait 12000');
  }
  hand.plays('wake; says Its owner can reset the PIN.; press; hold; says Its owner can reset the PIN.');
});

it('the fob locks when the display goes off, where the policy says 0 s', async () => {
  const hand = await withPin({ lockSeconds: 0 });
  wake(hand);
  expect(hand.fob.screen[0]).toBe('PIN');
});

it('the fob locks the set time after the last key, and needs no tick any more', async () => {
  const hand = await withPin({ lockSeconds: 60 });
  wake(hand);
  hand.plays('says account 0; wait 31000');
  expect(hand.fob.deadlineMs).toBeGreaterThan(0);
  hand.plays('wait 30000; ticks -1; press; title PIN');
});

it('the fob locks while it shows a passcode, too', async () => {
  const hand = await withPin({ lockSeconds: 30 });
  hand.plays('hold; code any; wait 30000; code none; title PIN');
});

it('a fob whose owner requires a new PIN still locks itself', async () => {
  for (const lockSeconds of [0, 60]) {
    const hand = await withPin({ lockSeconds });
    await hand.client.call('requirePin', {});
    hand.fob.run(61_000);
    expect((await hand.client.call('status', {})).locked).toBe(1);
    hand.plays(`wake; title PIN; enter ${PIN}; wait 1; title New PIN`);
  }
});

it('a locked fob keeps nothing of an account or a PIN in memory', async () => {
  const hand = await withPin({ lockSeconds: 60 });
  const key = secret(new Uint8Array(randomBytes(20)));
  await hand.put({ secret: key });
  hand.plays('list; press; hold');
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
  hand.plays('list; hold; code any');
  expect(hand.fob.remembers(key)).toBe(true);
  hand.plays('wait 30000; title PIN');
  expect(hand.fob.remembers(key)).toBe(false);
});

it('a fob locks in maintenance mode, too, whose console sees its memory', async () => {
  const hand = await withPin();
  await hand.client.call('maintain', {}, { onPressNeeded: () => hand.plays('wait 710; press 1100') });
  expect((await hand.client.call('status', {})).locked).toBe(1);
});

it('the PIN is required before every passcode', async () => {
  const hand = await withPin({ asks: 1 });
  hand.plays(`hold; code none; enter ${PIN}; wait 1; code any; says account 0`);
});

it('the PIN is required before every approval', async () => {
  const hand = await withPin({ asks: 2 });
  const { id } = await hand.client.call('list', { index: 0 });
  const answered = (pin: string) => onceAsked(() => hand.approveByPin(pin));
  await refused(hand.client.call('code', { id }, answered('9999')), 'press-denied');
  hand.fob.run(3_000);
  const { code } = await hand.client.call('code', { id }, answered(PIN));
  expect(code).toHaveLength(6);
});

it('the PIN is required before the settings', async () => {
  const hand = await withPin({ asks: 4 });
  hand.plays(`press; hold; title PIN; enter ${PIN}; wait 1; says About`);
});

it('the settings change the PIN after the old one', async () => {
  const hand = await withPin();
  hand.plays(`press; hold; find Change PIN; hold; enter ${PIN}; wait 1`);
  const other = secret('915736');
  hand.plays(`
    enter ${other}; enter ${other}; wait 1; says PIN set.; reboot; enter ${other}; wait 1; says account 0`);
});
