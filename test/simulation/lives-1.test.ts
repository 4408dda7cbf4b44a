import { it } from 'vitest';
import { countOf, LONG } from '../kit/counts.ts';
import { FEW_LIVES, LIVES_TIMEOUT_MS, liveAll, MANY_LIVES } from './kit/lives.ts';

const OPTIONS = { ...LONG, timeout: LIVES_TIMEOUT_MS };

it('fobs in random use keep accounts, counters, PIN and clock: part 1 of 4', OPTIONS, () =>
  liveAll(0, countOf(FEW_LIVES, MANY_LIVES)),
);
