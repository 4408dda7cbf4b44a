import { basename } from 'node:path';
import type { VirtualBoard } from '@passfob/emulator/board/options';
import { describe, expect, it } from 'vitest';
import { describeNeeds } from '../../../kit/tools.ts';
import type { Change } from '../../../tools/mutants/defect.ts';
import { needsFirmware } from '../kit/built-board.ts';
import { fobWithout, NEW_FOB, shownBy } from './fob-without.ts';
import { WITHOUT } from './mends.ts';

/** Longer than Espruino takes until it trusts its clock and sleeps deeply. */
const START_MS = 5_000;
const SLEPT_MS = 100_000;
const PAUSES_MS = [100, 200, 300, 450, 600, 750, 900, 1_100, 1_300, 1_500, 1_700, 1_900] as const;
/** Longer than the fob takes to show what a press or a hold did. */
const SHOWN_MS = 300;
/** Longer than one transfer that fails, or two in a row, keep the fob busy. */
const LATER_MS = 6_000;
/** A fob without a seed shows how far it is: each press is worth so many percent. */
const PERCENT_A_PRESS = 10;

const percent = (board: VirtualBoard) => Number(/(\d+)%/.exec(shownBy(board))?.[1] ?? 0);

/** Presses twice, the second time while the first keeps the fob busy; returns how many presses it counted. */
async function countedWhileBusy(path: string, heldMs: number, changes: readonly Change[]): Promise<number> {
  const board = await fobWithout(path, changes, { files: {} });
  board.advance(START_MS);
  const before = percent(board);
  // Each edge reads the clock in two transfers, and the first of them fails.
  board.setFaults({ bus: { at: { 1: 'fail' } } });
  board.press(0, 100);
  board.press(0, heldMs);
  board.advance(LATER_MS);
  const counted = (percent(board) - before) / PERCENT_A_PRESS;
  expect([board.violations, board.consoleText()]).toEqual([[], '']);
  board.close();
  return counted;
}

/**
 * Presses on battery with pauses in which the processor sleeps. Returns the first pause after which a press counted as a
 * hold. The first press only wakes.
 * @param seed of the bounces
 */
async function pauseBeforeHold(
  path: string,
  { heldMs, seed }: { readonly heldMs: number; readonly seed: number },
  changes: readonly Change[] = [],
): Promise<number | undefined> {
  const board = await fobWithout(path, changes, { seed });
  board.advance(START_MS);
  board.setUsb(false);
  board.advance(SLEPT_MS);
  board.press(0, heldMs);
  const pause = PAUSES_MS.find(pauseMs => {
    board.advance(pauseMs);
    board.press(0, heldMs);
    board.advance(SHOWN_MS);
    return shownBy(board) !== NEW_FOB;
  });
  expect(board.violations).toEqual([]);
  board.close();
  return pause;
}

/** Presses on battery after a long sleep, twice; returns what the fob shows. */
async function shownAfterSleep(path: string, heldMs: number): Promise<string> {
  const board = await fobWithout(path, []);
  board.advance(START_MS);
  board.setUsb(false);
  board.advance(SLEPT_MS);
  expect(shownBy(board)).toBe('');
  for (let presses = 0; presses < 2; presses++) {
    board.press(0, heldMs);
    board.advance(1_000);
  }
  const shown = shownBy(board);
  expect(board.violations).toEqual([]);
  board.close();
  return shown;
}

describeNeeds(needsFirmware(), 'presses on a virtual board', paths => {
  describe.each(paths.map(path => [basename(path), path]))('%s', (_name, path) => {
    it('each press counts whose two edges come while the fob is busy', async () => {
      for (const heldMs of [150, 250, 350, 450]) expect(await countedWhileBusy(path, heldMs, [])).toBe(2);
    });

    it('a fob that leaves the debounce to Espruino loses such a press', async () =>
      expect(await countedWhileBusy(path, 250, [WITHOUT.ownDebounce])).toBe(1));

    it('a press that ends a long sleep is as long as it was', async () => {
      for (const heldMs of [60, 200, 550]) expect(await shownAfterSleep(path, heldMs)).toBe(NEW_FOB);
      expect(await shownAfterSleep(path, 700)).toContain('About');
    });

    it.each([
      [150, 3],
      [350, 3],
      [550, 1],
    ])('no press of %i ms counts as a hold, after whatever pause: bounces %i', async (heldMs, seed) =>
      expect(await pauseBeforeHold(path, { heldMs, seed })).toBe(undefined),
    );

    it('a hold counts as one after any pause', async () =>
      expect(await pauseBeforeHold(path, { heldMs: 700, seed: 1 })).toBe(PAUSES_MS[0]));

    it('a press becomes a hold where it counts before Espruino has noticed the sleep', async () => {
      const press = { heldMs: 150, seed: 3 };
      expect(await pauseBeforeHold(path, press, [WITHOUT.sleepNoticed])).toBeGreaterThan(0);
    });

    it('a press becomes a hold where a late timer makes its release younger', async () => {
      const press = { heldMs: 550, seed: 1 };
      expect(await pauseBeforeHold(path, press, [WITHOUT.edgesOfHolds])).toBeGreaterThan(0);
    });
  });
});
