import { it } from 'vitest';
import { LONG } from '../kit/counts.ts';
import { LIVES_TIMEOUT_MS, liveAll } from './kit/lives.ts';

const OPTIONS = { ...LONG, timeout: LIVES_TIMEOUT_MS };

it('fobs in random use keep accounts, counters, PIN and clock: part 1 of 4', OPTIONS, () => liveAll(0));
