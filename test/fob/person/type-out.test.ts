import { expect, it } from 'vitest';
import { Hand } from './kit.ts';

/** A computer with a keyboard that records the received keys, and the time between them. */
function computer() {
  const sent: number[] = [];
  return {
    sent,
    isThere: true,
    get ready() {
      return this.isThere;
    },
    report(usage: number) {
      sent.push(usage);
      return true;
    },
  };
}

type Computer = ReturnType<typeof computer>;

const typed = ({ sent }: Computer) =>
  sent
    .filter(usage => usage > 0x58)
    .map(usage => (usage - 0x58) % 10)
    .join('');

/** Returns a fob whose person switched type-out on, where the policy allows it. */
async function typing(keyboard: Computer, policy: number): Promise<Hand> {
  const hand = await Hand.hold({ keyboard });
  await hand.enrol(1, 1);
  await hand.policy({ pinDigits: 0, typing: policy });
  hand.plays('press; hold');
  for (let presses = 0; presses < 9 && hand.fob.screen[0] !== 'Type out'; presses++) hand.fob.press();
  if (hand.fob.screen[0] === 'Type out') {
    hand.plays('says off; hold; says on');
  }
  for (let presses = 0; presses < 9 && hand.fob.screen[0] !== 'Back'; presses++) hand.fob.press();
  hand.plays('hold; find account 0; hold');
  return hand;
}

it('a hold types the passcode where the person switched that on, without Enter, and makes no new one', async () => {
  const keyboard = computer();
  const hand = await typing(keyboard, 1);
  hand.plays(`code ${hand.passcode(0, 0)}; hold; wait 2000`);
  expect(typed(keyboard)).toBe(hand.passcode(0, 0));
  expect(keyboard.sent).not.toContain(0x58);
  hand.plays(`code ${hand.passcode(0, 0)}; lacks Typing; hold; wait 2000`);
  expect(typed(keyboard)).toBe(hand.passcode(0, 0).repeat(2));
});

it('a hold types Enter after the passcode where the policy says so', async () => {
  const keyboard = computer();
  const hand = await typing(keyboard, 3);
  hand.plays('hold; wait 2000');
  expect(keyboard.sent.slice(-2)).toEqual([0x58, 0]);
});

it('a hold types nothing under a policy that never allows it', async () => {
  const keyboard = computer();
  const hand = await typing(keyboard, 0);
  hand.plays('hold; wait 2000');
  expect(keyboard.sent).toEqual([]);
});

it('type-out says where no computer is there, and types nothing when one comes later', async () => {
  const keyboard = computer();
  const hand = await typing(keyboard, 1);
  keyboard.isThere = false;
  hand.plays('hold; wait 1000; says No computer');
  keyboard.isThere = true;
  hand.fob.run(5_000);
  expect(keyboard.sent).toEqual([]);
});

it('type-out stops at a press, with every key up', async () => {
  const keyboard = computer();
  const hand = await typing(keyboard, 1);
  hand.plays('hold; wait 500; press 30; wait 3000');
  expect(typed(keyboard).length).toBeLessThan(6);
  expect(keyboard.sent.at(-1) ?? 0).toBe(0);
});
