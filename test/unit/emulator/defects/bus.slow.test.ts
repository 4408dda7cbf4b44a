import { basename } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeNeeds } from '../../../kit/tools.ts';
import type { Change } from '../../../tools/mutants/defect.ts';
import { needsFirmware } from '../kit/built-board.ts';
import { linkWithout } from './client-without.ts';
import { fobWithout, NEW_FOB, shownBy } from './fob-without.ts';
import { answerTo, cableOf } from './hello.ts';
import { WITHOUT } from './mends.ts';

afterEach(() => void vi.useRealTimers());

/** The read of the first page of the EEPROM: the fob looks for an owner there. */
const READ_AT_START = 4;
/** Longer than a start takes in which one transfer fails and is tried again. */
const START_MS = 1_800;
/** For parts that do not come back. */
const LATER_MS = 700;

/** Starts a fob whose bus fails once; returns what it shows then. */
async function shownAfter(path: string, fault: 'fail' | 'late', changes: readonly Change[], ms = START_MS) {
  const board = await fobWithout(path, changes, { faults: { bus: { at: { [READ_AT_START]: fault } } } });
  board.advance(ms);
  const shown = shownBy(board);
  expect([board.consoleText(), board.violations]).toEqual(['', []]);
  board.close();
  return shown;
}

/** Of a computer at a fob without a display. */
const PATIENCE_MS = 6_000;

/** Starts a fob without a display; returns after how many ms it answers, infinite if a computer does not wait for it. */
async function answeringWithoutDisplay(path: string, changes: readonly Change[]): Promise<number> {
  const board = await fobWithout(path, changes, { parts: { display: false } });
  const { Link, hostPrimitives } = await linkWithout();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const from = board.now();
  board.advance(500);
  const link = new Link(cableOf(board), hostPrimitives);
  const answer = await answerTo(board, link, { number: 1, noise: 0, waitMs: PATIENCE_MS });
  const took = board.now() - from;
  board.close();
  return answer === undefined ? Number.POSITIVE_INFINITY : took;
}

describeNeeds(needsFirmware(), 'the I2C bus of a virtual board', paths => {
  describe.each(paths.map(path => [basename(path), path]))('%s', (_name, path) => {
    it('a fob whose first read fails at its start starts as usual', async () =>
      expect(await shownAfter(path, 'fail', [])).toBe(NEW_FOB));

    it('a fob that does not try again takes the memory for silent', async () =>
      expect(await shownAfter(path, 'fail', [WITHOUT.retry])).toContain('Memory does not answer.'));

    it('a fob that neither tries again nor knows silence takes the memory for damaged', async () => {
      const shown = await shownAfter(path, 'fail', [WITHOUT.retry, WITHOUT.silence]);
      expect(shown).toContain('Memory damaged. Hold 10 s to erase.');
    });

    it('a fob whose start comes late on the bus once starts as usual', async () =>
      expect(await shownAfter(path, 'late', [])).toBe(NEW_FOB));

    it('after a late start nothing reaches the display of a fob that does not set the bus up anew', async () =>
      expect(await shownAfter(path, 'late', [WITHOUT.newSetup], START_MS + LATER_MS)).toBe(''));

    it('a fob without a display answers within five seconds of its start', async () =>
      expect(await answeringWithoutDisplay(path, [])).toBeLessThan(5_000));

    it('a fob that does not probe an absent display answers nobody for six seconds', async () =>
      expect(await answeringWithoutDisplay(path, [WITHOUT.probe])).toBe(Number.POSITIVE_INFINITY));
  });
});
