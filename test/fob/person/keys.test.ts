import { expect, it } from 'vitest';
import { refused } from '../conformance/refused.ts';
import { Hand, HOLD_MS, onceAsked, START_UTC, withKeys } from './kit.ts';

it('the third quick press and each after it move by five', async () => {
  const hand = await Hand.hold();
  await hand.enrol(1, 20);
  const places: string[] = [];
  for (let presses = 0; presses < 4; presses++) {
    hand.plays('press 50; wait 200');
    places.push(hand.fob.screen[0] ?? '');
  }
  expect(places).toEqual(['account 1', 'account 2', 'account 7', 'account 12']);
  hand.plays('wait 1000; press 50; says account 13');
});

it('quick presses do not jump in a list of five', async () => {
  const hand = await Hand.hold();
  await hand.enrol(1, 4);
  for (let presses = 0; presses < 4; presses++) hand.fob.press(50);
  expect(hand.says('Settings')).toBe(true);
});

it('a hold on a passcode shows the next one until the key is released', async () => {
  const hand = await Hand.hold();
  await hand.put({ kind: 2, period: 300 });
  hand.plays(`wait 6000; hold; down; wait ${HOLD_MS}`);
  const next = hand.passcode(0, Math.floor(START_UTC / 300) + 1);
  hand.plays(`
      says next ${next.slice(0, 3)} ${next.slice(3)}; up; lacks next
      code ${hand.passcode(0, START_UTC / 300)}`);
});

it('the next passcode appears in the last seconds of the step', async () => {
  const hand = await Hand.hold();
  await hand.put({ kind: 2 });
  hand.plays('wait 6000; hold');
  for (let second = 0; second < 20 && !hand.fob.screen.includes('4s'); second++) {
    hand.plays('lacks next; wait 1000');
  }
  const next = hand.passcode(0, START_UTC / 30 + 1);
  hand.plays(`says next ${next.slice(0, 3)} ${next.slice(3)}; wait 5000; code ${next}; lacks next`);
});

it('a HOTP value is made by a hold alone, also where there is only one account', async () => {
  const hand = await Hand.hold();
  await hand.enrol(1, 1);
  for (let presses = 0; presses < 6; presses++) hand.fob.press();
  expect((await hand.client.call('list', { index: 0 })).counter).toBe(0);
  hand.plays(`hold; code ${hand.passcode(0, 0)}`);
});

it('a HOTP value is not followed by another while the key stays down, nor within 0.7 s', async () => {
  const hand = await Hand.hold();
  await hand.enrol(1, 1);
  hand.plays(`press 5000; code ${hand.passcode(0, 0)}; press 20; press 610; press 20`);
  expect((await hand.client.call('list', { index: 0 })).counter).toBe(2);
  // The hold of 600 ms ends 20 + 20 + 600 ms after the value was made.
  const quick = await Hand.hold();
  await quick.enrol(1, 1);
  quick.plays('press 601; press 20; press 650');
  expect((await quick.client.call('list', { index: 0 })).counter).toBe(1);
});

it('a HOTP value that a computer had meanwhile is not shown again', async () => {
  const hand = await Hand.hold();
  const id = await hand.put({});
  hand.fob.run(6_000);
  const options = {
    onPressNeeded: () => {
      hand.fob.approve();
      // The list is back before the computer asks again.
      hand.fob.press();
    },
  };
  const { code } = await hand.client.call('code', { id }, options);
  expect(Buffer.from(code).toString()).toBe(hand.passcode(0, 0));
  hand.plays(`hold; code ${hand.passcode(0, 1)}`);
});

it('each of the four keys does what it says', async () => {
  const hand = await Hand.hold(withKeys(4));
  await hand.enrol(2, 3);
  hand.plays(`
      press 50 1; says account 1; press 50 2; press 50 2; says Settings; press 50 0; says About; press 50 3
      says Settings; wait 1000; press 50 1; press 50 0; code any; press 50 3; code none`);
});

it('on four keys a HOTP value is made by a hold alone', async () => {
  const hand = await Hand.hold(withKeys(4));
  await hand.enrol(1, 1);
  hand.plays(`press 50 0; code none; says Hold: passcode; hold; code ${hand.passcode(0, 0)}`);
});

const asked = async (keys: number, answer: (hand: Hand) => void) => {
  const hand = await Hand.hold(withKeys(keys));
  const id = await hand.put({});
  const answered = onceAsked(() => answer(hand));
  return hand.client.call('code', { id }, answered);
};

it.each([
  [1, 0],
  [4, 0],
  [4, 3],
])('a question on a fob with %i keys is declined by a press of key %i', async (keys, which) => {
  const asking = asked(keys, hand => {
    hand.plays(`wait 702; press 50 ${which}`);
  });
  await refused(asking, 'press-denied');
});

it('a question is approved by a hold of a full second and by no shorter one', async () => {
  const heldFor = (ms: number) =>
    asked(1, hand => {
      hand.fob.run(702);
      hand.fob.press(ms);
    });
  for (const ms of [HOLD_MS, 998]) await refused(heldFor(ms), 'press-denied');
  expect((await heldFor(1_002)).code).toHaveLength(6);
});

it('a question is not answered by the keys for next and previous, nor by presses in its first 0.7 s', () =>
  asked(4, hand => {
    hand.plays(`
      press 50 0; press 50 3; wait 700; press 50 1; press 50 2; says Send; press 1050 0; says Approved.`);
  }));

it('a question is not answered by a key that was down before it appeared', async () => {
  const hand = await Hand.hold();
  const id = await hand.put({});
  hand.plays('list; down');
  const answered = onceAsked(() => hand.plays('wait 2000; up; says Send; press 1050'));
  expect((await hand.client.call('code', { id }, answered)).code).toHaveLength(6);
});
