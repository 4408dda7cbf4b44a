import { describe, expect, it } from 'vitest';
import { isBigRun } from '../kit/tools.ts';
import { Life } from './kit/life.ts';

const LIVES = isBigRun ? 400 : 8;
const STEPS = 30;
/** `PASSFOB_SEED=n` runs that life alone, as the message of a failure says. */
const FIRST = Number(process.env.PASSFOB_SEED ?? 1);
const SEEDS = Array.from({ length: process.env.PASSFOB_SEED ? 1 : LIVES }, (_, i) => FIRST + i);

async function live(seed: number): Promise<void> {
  const life = new Life(seed);
  try {
    await life.settle();
    for (let step = 0; step < STEPS; step++) await life.step();
    expect(life.driver.complaints()).toBe('');
    expect(life.driver.fob.violations).toEqual([]);
  } catch (error) {
    throw new Error(`PASSFOB_SEED=${seed}: ${life.told.join(', ')}`, { cause: error });
  } finally {
    life.driver.fob.close();
  }
}

describe('a fob in random use whose power goes at random', () => {
  it('loses no account, revives none, shows no HOTP value twice, and always has one owner or none', async () => {
    for (const seed of SEEDS) await live(seed);
  }, 1_200_000);
});
