import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { VirtualBoard } from '@passfob/emulator/board/options';
import { describe, expect, it } from 'vitest';
import { describeNeeds } from '../../../kit/tools.ts';
import type { Change } from '../../../tools/mutants/defect.ts';
import { builtBoard, needsFirmware } from '../kit/built-board.ts';
import { fobWithout, NEW_FOB, shownBy } from './fob-without.ts';
import { WITHOUT } from './mends.ts';

/** The watch wakes it. */
const SLEEPER = 'setDeepSleep(1);setWatch(()=>{},BTN1,{repeat:true,debounce:25})';
/** Longer than Espruino takes until it trusts its clock and sleeps deeply. */
const START_MS = 5_000;
const SLEPT_SECONDS = 100;
const AWAKE_MS = 5_000;
/** From the cable to the prompt, and until the clock has run ahead as far as it does. */
const PLUGGED_MS = 11_500;
const LATER_MS = 20_000;
const ANSWER_MS = 100;
/** A hold takes effect after 600 ms; the display then takes some more. */
const HOLD_MS = 1_000;

/**
 * The button and the cable wake Espruino by interrupts that read the time at once, before the shadow registers of the RTC
 * have left deep sleep (RM0368 §17.3.6): it is the time before the sleep. The next tick takes the sleep for its own length.
 */
describeNeeds(needsFirmware(), "Espruino's clock after deep sleep", paths => {
  describe.each(paths.map(path => [basename(path), path]))('%s', (_name, path) => {
    const firmware = new Uint8Array(readFileSync(path));

    it('a cable that ends a long sleep makes the clock run ahead, and then stand still', async () => {
      const sleeper = await Sleeper.start(firmware);
      const before = sleeper.look();
      sleeper.sleep();
      sleeper.plugIn();
      const ahead = sleeper.look();
      expect(ahead.shown - before.shown).toBeGreaterThan(ahead.passed - before.passed + SLEPT_SECONDS / 2);
      sleeper.board.advance(LATER_MS);
      expect(sleeper.look().shown - ahead.shown).toBeLessThan(0.1);
      sleeper.close();
    });

    it('a cable that comes some seconds after the button ended the sleep leaves the clock right', async () => {
      const sleeper = await Sleeper.start(firmware);
      const before = sleeper.look();
      sleeper.sleep();
      sleeper.board.press();
      sleeper.board.advance(AWAKE_MS);
      sleeper.plugIn();
      const after = sleeper.look();
      expect(after.shown - before.shown).toBeCloseTo(after.passed - before.passed, 0);
      sleeper.close();
    });

    it('a fob whose cable ended a long sleep reacts to its button', async () =>
      expect(await shownAfterHold(path, [])).toContain('About'));

    it('a fob that does not set its clock then does not react', async () =>
      expect(await shownAfterHold(path, [WITHOUT.wakeClock])).not.toContain('About'));
  });
});

/** Holds the button, once to wake the display and once more, some time after a cable ended a long sleep. */
async function shownAfterHold(path: string, changes: readonly Change[]): Promise<string> {
  const board = await fobWithout(path, changes);
  board.advance(START_MS);
  expect(shownBy(board)).toBe(NEW_FOB);
  board.setUsb(false);
  board.advance(SLEPT_SECONDS * 1_000);
  board.setUsb(true);
  board.advance(PLUGGED_MS);
  for (let holds = 0; holds < 2; holds++) {
    board.press(0, HOLD_MS);
    board.advance(HOLD_MS);
  }
  const shown = shownBy(board);
  board.close();
  return shown;
}

/** A board that sleeps deeply whenever it is without its cable. */
class Sleeper {
  readonly board: VirtualBoard;
  #heard = '';

  private constructor(board: VirtualBoard) {
    this.board = board;
    board.link.onData(bytes => {
      this.#heard += Buffer.from(bytes).toString('latin1');
    });
    board.advance(START_MS);
  }

  static async start(firmware: Uint8Array): Promise<Sleeper> {
    const virtualBoard = await builtBoard();
    const files = { '.bootcde': Buffer.from(SLEEPER) };
    return new Sleeper(virtualBoard({ firmware, files, seed: 1, crystal: false }));
  }

  sleep(): void {
    this.board.setUsb(false);
    this.board.advance(SLEPT_SECONDS * 1_000);
  }

  plugIn(): void {
    this.board.setUsb(true);
    this.board.advance(PLUGGED_MS);
  }

  /** Seconds by Espruino's clock, and those that have passed. */
  look(): { readonly shown: number; readonly passed: number } {
    this.#heard = '';
    this.board.link.write(Buffer.from('\x10print("TIME",getTime())\n'));
    this.board.advance(ANSWER_MS);
    const shown = Number(/TIME ([\d.]+)/.exec(this.#heard)?.[1]);
    return { shown, passed: this.board.counters().seconds };
  }

  close(): void {
    expect(this.board.violations).toEqual([]);
    this.board.close();
  }
}
