import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Hand } from './kit.ts';

const NEVER = -1;

/** A person's acts at the fob, by a number: presses and holds of any length, and waiting. */
const acts = fc.array(
  fc.oneof(
    fc.record({ heldMs: fc.integer({ min: 20, max: 3_000 }) }),
    fc.record({ waitMs: fc.integer({ min: 1, max: 20_000 }) }),
  ),
  { maxLength: 12 },
);

it('an idle fob needs no tick with the display off, and at most one a second before', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async script => {
      const hand = await Hand.hold();
      await hand.put({ kind: 2 });
      await hand.put({ kind: 1 });
      for (const act of script) {
        if ('heldMs' in act) hand.fob.press(act.heldMs);
        else hand.fob.run(act.waitMs);
      }
      let wakings = 0;
      for (let next = hand.fob.deadlineMs; next !== NEVER; next = hand.fob.deadlineMs) {
        const isShown = hand.shown !== '';
        hand.fob.run(next);
        wakings++;
        // The last tick dismisses the passcode.
        if (isShown && hand.shown !== '') expect(next).toBeGreaterThanOrEqual(1_000);
        if (wakings > 400) throw new Error('the fob does not go to sleep');
      }
      expect(hand.fob.screen.join('')).toBe('');
    }),
    { numRuns: 40 },
  );
});

it('an idle fob shows a passcode for a minute, second by second', async () => {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  hand.fob.press(650);
  const gaps: number[] = [];
  while (hand.shown !== '') {
    gaps.push(hand.fob.deadlineMs);
    hand.fob.run(hand.fob.deadlineMs);
  }
  expect(Math.min(...gaps.slice(0, -1))).toBe(1_000);
  expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeLessThanOrEqual(60_000);
  expect(gaps.length).toBeGreaterThan(58);
});

it('an idle fob shows a HOTP value for a minute without a tick', async () => {
  const hand = await Hand.hold();
  await hand.enrol(1, 1);
  hand.fob.press(650);
  expect(hand.fob.deadlineMs).toBeGreaterThan(59_000);
});

it('an idle fob turns the display off half a minute after the last key, and the next key only wakes it', async () => {
  const hand = await Hand.hold();
  await hand.enrol(2, 1);
  hand.plays(`
    press; says Settings; wait 29000; press; says account 0; wait 29999; says account 0; wait 2; dark
    press 3000; says account 0`);
});
