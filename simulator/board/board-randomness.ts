import { COMPUTER } from '../base/computer.ts';
import type { BootOptions } from '../base/fob.ts';
import { DEFAULT_SEED } from '../base/limits.ts';
import { makeRandomness, type Randomness, secureRandomness } from '../base/randomness.ts';

/**
 * Returns the source of a board's own randomness, for one use each.
 * @throws TypeError for a `random` that is neither `real` nor `seed`: a slip must not make secrets guessable
 */
export function boardRandomness({
  seed,
  random = seed === undefined ? 'real' : 'seed',
}: Pick<BootOptions, 'seed' | 'random'>): (...labels: readonly (string | number)[]) => Randomness {
  if (random === 'real') return () => secureRandomness(COMPUTER.random);
  if (random !== 'seed') throw new TypeError("random is 'real' or 'seed'");
  return (...labels) => makeRandomness(seed ?? DEFAULT_SEED, ...labels);
}
