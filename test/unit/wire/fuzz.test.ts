import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { fuzzCase } from './kit/fuzz-case.ts';

const CASES = countOf(20_000, 1_000_000);
const LONG_RUN_TIMEOUT_MS = 600_000;

/** `PASSFOB_SEED` of a run with a finding repeats it. */
const first = Number(process.env.PASSFOB_SEED ?? firstSeed(randomInt(2 ** 31)));

const kept = JSON.parse(readFileSync(new URL('fuzz-seeds.json', import.meta.url), 'utf8')) as {
  seed: number;
  found: string;
}[];

/** Returns the rule that a case breaks, with the seed that repeats it; undefined where everything holds. */
function finding(seed: number): string | undefined {
  try {
    fuzzCase(seed);
    return undefined;
  } catch (error) {
    return `seed ${seed} (add it to fuzz-seeds.json): ${error instanceof Error ? error.message : error}`;
  }
}

it.each(kept)('the fuzzer finds nothing with seed $seed, which once found: $found', ({ seed }) => {
  expect(finding(seed)).toBeUndefined();
});

it(`the fuzzer finds nothing in ${CASES} cases from seed ${first}`, {
  ...LONG,
  timeout: LONG_RUN_TIMEOUT_MS,
}, () => {
  for (let i = 0; i < CASES; i++) {
    const found = finding((first + i) >>> 0);
    if (found !== undefined) expect.fail(found);
  }
});
