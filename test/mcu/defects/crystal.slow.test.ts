import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import type { Change } from '../../mutants/defect.ts';
import { builtBoard, needsFirmware } from '../kit/built-board.ts';
import { compiledWithout } from './compiled-without.ts';
import { fobWithout, NEW_FOB, shownBy } from './fob-without.ts';
import { WITHOUT } from './mends.ts';

vi.setConfig({ testTimeout: 600_000 });

/** Two seconds after its power came, Espruino changes to the crystal. */
const AFTER_CHANGE_MS = 3_000;
/** A hold that begins before the change and ends after it. */
const HOLD_AT_MS = 1_400;
/** A hold takes effect after 600 ms; the display then takes some more. */
const HOLD_MS = 1_000;

/** Sends the seconds of the fob's clock, fifty times a second. */
const SENDING =
  "import { seconds } from './firmware/boards/parts/uptime.ts'; setInterval(() => USB.println(seconds()), 20);";

/** Returns the seconds that the fob's clock shows around the change to the crystal, one after the other. */
async function secondsShown(path: string, changes: readonly Change[]): Promise<number[]> {
  const code = await compiledWithout(SENDING, changes, { format: 'iife', target: 'es2017', minify: true });
  const virtualBoard = await builtBoard();
  const board = virtualBoard({
    firmware: new Uint8Array(readFileSync(path)),
    image: { '.bootcde': Buffer.from(code, 'latin1') },
    seed: 1,
    crystal: true,
  });
  board.advance(AFTER_CHANGE_MS);
  const times = [...board.consoleText().matchAll(/\d+\.\d+/g)].map(Number);
  board.close();
  expect(times.length).toBeGreaterThan(60);
  return times;
}

const jumpsBack = (times: readonly number[]): number =>
  times.filter((time, index) => time < (times[index - 1] ?? 0)).length;

/** Holds the button over the change to the crystal; returns what the fob shows then. */
async function shownAfterHold(path: string, changes: readonly Change[]): Promise<string> {
  const board = await fobWithout(path, changes, { crystal: true });
  board.advance(HOLD_AT_MS);
  board.keyDown();
  board.advance(HOLD_MS);
  const shown = shownBy(board);
  board.close();
  return shown;
}

describeNeeds(needsFirmware(), 'the crystal of a virtual board', paths => {
  describe.each(paths.map(path => [basename(path), path]))('%s', (_name, path) => {
    it("the fob's clock never goes back, although that of the interpreter does", async () => {
      expect(jumpsBack(await secondsShown(path, []))).toBe(0);
      expect(jumpsBack(await secondsShown(path, [WITHOUT.monotonicClock]))).toBe(1);
    });

    it('a hold two seconds after the power came takes effect in time', async () => {
      expect(await shownAfterHold(path, [])).toContain('About');
    });

    it('a hold comes late if the clock changes to the crystal meanwhile', async () => {
      expect(await shownAfterHold(path, [WITHOUT.oscillator])).toBe(NEW_FOB);
    });
  });
});
