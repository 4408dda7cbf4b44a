import { afterAll, beforeAll, expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { describeNeeds, needsEspruino } from '../../kit/tools.ts';
import { compare, compareSteps } from './compare.ts';
import { Flashed } from './interpreter-side.ts';
import { KEPT } from './kept.ts';

const STEPS = 40;
/** Interpreters that run at the same time: each waits for most of its time, 50 ms for each exchange. */
const LANES = Number(process.env.PASSFOB_LANES ?? 8);
/** More differences would be the same few again. */
const DIFFERENCES_MAX = 3;
/** Scenarios between two lines of progress. */
const REPORT_EVERY = 50;

/** Set by `npm run differential` (run.mjs). */
const { PASSFOB_COUNT, PASSFOB_SEED, PASSFOB_FROM } = process.env;
const COUNT = PASSFOB_COUNT === undefined ? countOf(2, 300) : wholeNumber('PASSFOB_COUNT', PASSFOB_COUNT);
const SEED = PASSFOB_SEED === undefined ? firstSeed() : wholeNumber('PASSFOB_SEED', PASSFOB_SEED);

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`${name} is ${text}; it takes a whole number`);
}

function place(text: string | undefined): 'flash' | 'memory' | undefined {
  if (text === undefined || text === 'flash' || text === 'memory') return text;
  throw new Error(`--from is ${text}; it takes flash or memory`);
}

/** Runs all scenarios in lanes and returns the differences, those of the lowest seeds first. */
async function differencesFrom(flashed: Flashed): Promise<string[]> {
  const start = performance.now();
  const found = new Map<number, string>();
  let next = SEED;
  let done = 0;
  let lines = 0;
  const lane = async () => {
    while (next < SEED + COUNT && found.size < DIFFERENCES_MAX) {
      const seed = next;
      next++;
      const result = await compare(seed, STEPS, flashed);
      done++;
      lines += result.lines;
      if (result.difference !== undefined) found.set(seed, result.difference);
      if (done % REPORT_EVERY === 0 || done === COUNT) {
        const seconds = (performance.now() - start) / 1000;
        console.log(
          `${flashed.title}: ${done} of ${COUNT} scenarios from seed ${SEED}, ${lines} lines, ` +
            `${seconds.toFixed(0)} s, ${found.size} with a difference`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return [...found].sort(([a], [b]) => a - b).map(([, text]) => text);
}

describeNeeds(needsEspruino(), 'the simulator beside the real interpreter', binary => {
  let flashed: Flashed | undefined;
  const ready = (): Flashed => {
    if (!flashed) throw new Error('nothing is flashed before the tests run');
    return flashed;
  };
  beforeAll(async () => {
    flashed = await Flashed.make(binary, place(PASSFOB_FROM));
  });
  afterAll(() => flashed?.remove());

  it.each(KEPT)(
    'they show, store and send the same in a scenario that once differed: $found',
    async ({ steps }) => expect((await compareSteps(steps, ready())).difference).toBeUndefined(),
  );

  it(
    `they show, store and send the same, line by line, in ${COUNT} random scenarios of ${STEPS} steps from seed ${SEED}`,
    {
      ...LONG,
      timeout: 100_000_000,
    },
    async () => expect((await differencesFrom(ready())).join('\n\n')).toBe(''),
  );
});
