import type { Ports } from '@passfob/firmware/core/base/ports';
import { serialText } from 'passfob/client/fob-serial';
import { expect, it } from 'vitest';
import { Hand, HOLD_MS } from './kit.ts';

/** Returns a fob with one account, in its settings. */
async function opened(parts: Partial<Ports> = {}): Promise<Hand> {
  const hand = await Hand.hold(parts);
  await hand.enrol(2, 1);
  hand.plays('press; hold');
  return hand;
}

/** Presses until a setting is on the screen. */
function to(hand: Hand, title: string): void {
  for (let presses = 0; presses < 9 && hand.fob.screen[0] !== title; presses++) hand.fob.press();
  expect(hand.fob.screen[0]).toBe(title);
}

const words = (hand: Hand) => hand.fob.screen.join(' ');

it('the settings are those of this board and its policy, and lead back', async () => {
  const hand = await opened();
  const titles: (string | undefined)[] = [];
  for (let presses = 0; presses < 7; presses++) {
    titles.push(hand.fob.screen[0]);
    hand.fob.press();
  }
  const all = ['About', 'Clock (UTC)', 'Screen off', 'Brightness', 'Erase', 'Back'];
  expect(titles).toEqual([...all, 'About']);
  hand.plays('turn Back; hold');
  expect(hand.says('account 0') || hand.says('Settings')).toBe(true);
});

it('the settings show the serial of the fob as owners know it', async () => {
  const hand = await opened();
  expect(words(hand)).toContain(serialText(hand.fob.serial).toLowerCase());
});

it('the settings show the time in UTC with its bound', async () => {
  for (const utc of [951_868_800, 978_307_199, 1_709_208_000, 1_735_689_599, 2_147_483_648, 4_107_542_400]) {
    const hand = await Hand.hold();
    await hand.client.call('setClock', { utc }, { onPressNeeded: () => hand.fob.approve() });
    hand.plays('wait 6000; hold; turn Clock (UTC)');
    const { utc: now } = await hand.client.call('clock', {});
    const date = new Date(Number(now) * 1000).toISOString().slice(0, 16).replace('T', ' ');
    expect(words(hand)).toMatch(new RegExp(`${date} \\+-\\d+s`));
  }
});

it('the settings change by holds: how long the display stays on, and how bright it is', async () => {
  const hand = await opened();
  to(hand, 'Screen off');
  const seconds: (string | undefined)[] = [];
  for (let holds = 0; holds < 5; holds++) {
    seconds.push(hand.fob.screen[1]);
    hand.fob.press(HOLD_MS);
  }
  expect(seconds).toEqual(['30 s', '60 s', '120 s', '15 s', '30 s']);
  hand.plays('wait 59000; turn Brightness');
  for (let holds = 0; holds < 3; holds++) hand.fob.press(HOLD_MS);
  expect(hand.fob.lights).toEqual([1, 2, 0, 1]);
});

it('the settings erase after a hold of ten seconds, counted down, and not before', async () => {
  const hand = await opened();
  hand.plays('turn Erase; down; wait 3500; says Erasing in 7 s; wait 6000; up; turn Erase');
  expect((await hand.client.call('info', {})).accounts).toBe(1);
  hand.plays('press 10100; says Erased.');
  expect((await hand.client.hello()).state).toBe('blank');
});

it('the settings show the battery where it is measured, and the list says when it is low', async () => {
  let percent = 16;
  const hand = await opened({ power: { battery: () => percent } });
  hand.plays('turn Battery; says 16%; turn Back; hold; lacks Batt.');
  percent = 15;
  hand.plays('press; says Batt. 15%');
});
