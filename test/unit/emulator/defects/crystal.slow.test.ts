import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeNeeds } from '../../../kit/tools.ts';
import type { Change } from '../../../tools/mutants/defect.ts';
import { builtBoard, needsFirmware } from '../kit/built-board.ts';
import { compiledWithout } from './compiled-without.ts';
import { fobWithout, NEW_FOB, shownBy } from './fob-without.ts';
import { WITHOUT } from './mends.ts';

/** A hold that begins before the change and ends after it. */
const HOLD_AT_MS = 1_400;
/** A hold takes effect after 600 ms; the display then takes some more. */
const HOLD_MS = 1_000;

/**
 * Looks at the fob's clock without a pause while Espruino changes to the crystal, two seconds after the power came, and
 * says how often it went back. A timer would not see that: it is late by as much.
 */
const WATCHING = `
  import { seconds } from './firmware/boards/parts/uptime.ts';
  setTimeout(() => {
    let latest = seconds();
    let jumps = 0;
    for (let looks = 0; looks < 4000; looks++) {
      const now = seconds();
      if (now < latest) jumps++;
      latest = now;
    }
    USB.println('jumps: ' + jumps);
  }, 900);`;
const WATCHED_MS_MAX = 6_000;

/** Returns how often the fob's clock goes back around the change to the crystal. */
async function jumpsOf(path: string, changes: readonly Change[]): Promise<number> {
  const code = await compiledWithout(WATCHING, changes, { format: 'iife', target: 'es2015', minify: true });
  const virtualBoard = await builtBoard();
  const board = virtualBoard({
    firmware: new Uint8Array(readFileSync(path)),
    image: { '.bootcde': Buffer.from(code, 'latin1') },
    seed: 1,
    crystal: true,
  });
  const said = () => /jumps: (\d+)/.exec(board.consoleText())?.[1];
  for (let ms = 0; ms < WATCHED_MS_MAX && said() === undefined; ms += 100) board.advance(100);
  board.close();
  return Number(said());
}

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
      expect(await jumpsOf(path, [])).toBe(0);
      expect(await jumpsOf(path, [WITHOUT.monotonicClock])).toBe(1);
    });

    it('a hold two seconds after the power came takes effect in time', async () =>
      expect(await shownAfterHold(path, [])).toContain('About'));

    it('a hold comes late if the clock changes to the crystal meanwhile', async () =>
      expect(await shownAfterHold(path, [WITHOUT.oscillator])).toBe(NEW_FOB));
  });
});
