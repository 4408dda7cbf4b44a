import type { BoardName } from '@passfob/simulator';
import { isFobError } from 'passfob/errors';
import { describe, expect, it } from 'vitest';
import { LONG, seedsOrOne } from '../../kit/counts.ts';
import { Life } from './kit/life.ts';

const STEPS = 30;
/** `PASSFOB_SEED=n` begins with that life, as the message of a failure says. */
const SEEDS = seedsOrOne(8, 100);
/** For boards of the same image in other facts. */
const OTHER_SEEDS = seedsOrOne(2, 25);
/** Tore the header of the file of keys, which another file of another length then replaced. */
const TORN_HEADER = 217_007;

async function live(seed: number, steps: number, board: BoardName = 'pico'): Promise<void> {
  const life = new Life(seed, { board });
  try {
    await life.settle();
    for (let step = 0; step < steps; step++) await life.step();
    expect(life.driver.complaints()).toBe('');
    expect(life.driver.fob.violations).toEqual([]);
  } catch (error) {
    // A header of a new file torn in a certain way loses all of Storage, the image too, and ends this life: the board
    // is flashed again (docs/boards/pico.md). The EEPROM keeps its content; test/system/flash restores such boards.
    const isErased = life.driver.fob.consoleText().includes('Storage is corrupt');
    if (isErased && isFobError(error, 'no-answer')) return;
    throw new Error(`PASSFOB_SEED=${seed}: ${life.told.join(', ')}`, { cause: error });
  } finally {
    life.driver.fob.close();
  }
}

describe('a fob in random use whose power goes at random', { ...LONG, timeout: 1_200_000 }, () => {
  it('a fob loses no account, revives none, shows no HOTP value twice, and always has one owner or none', async () => {
    for (const seed of SEEDS) await live(seed, STEPS);
  });

  it.each<BoardName>(['espruino-wifi', 'rpi-pico', 'rpi-pico2'])(
    'another board, %s, in random use loses and revives nothing either',
    async board => {
      for (const seed of OTHER_SEEDS) await live(seed, STEPS, board);
    },
  );

  it('a fob can be paired, however often the power went during pairing', async () => {
    await live(TORN_HEADER, 0);
    for (const seed of SEEDS) for (let nth = 0; nth < 8; nth++) await live(seed * 1_000 + nth, 0);
  });
});
