/**
 * How many cases a test tries. `npm test` takes few, always the same; `npm run test:long` takes the full count, or the
 * share of it that `PASSFOB_SHARE` names, from a seed of the day that it prints.
 */

/** Whether long counts apply: `npm run test:long`, or `PASSFOB_BIG=1` for vitest itself. */
export const isBigRun = process.env.PASSFOB_BIG === '1';

/** The part of each full count that a long run tries, above 0 and up to 1: CI takes a tenth. */
export const share = isBigRun ? shareIn(process.env) : 1;

/** @throws where `PASSFOB_SHARE` is set and no such number: a run must not silently test less than requested */
export function shareIn({ PASSFOB_SHARE: text }: NodeJS.ProcessEnv): number {
  if (text === undefined || text === '') return 1;
  const number = Number(text);
  if (number > 0 && number <= 1) return number;
  throw new Error(`PASSFOB_SHARE is ${text}; it takes a number above 0 and up to 1, such as 0.1`);
}

/**
 * The part of the slow files that a long run takes: CI takes one of eight, another one each day; where it
 * runs daily, every file has its turn.
 *
 * @returns how many parts there are, and which of them, from 0, the first seed gives
 * @throws where `PASSFOB_PARTS` is set and no such number
 */
export function partIn(env: NodeJS.ProcessEnv, seed: number): { readonly of: number; readonly part: number } {
  const text = env.PASSFOB_PARTS || '1';
  const of = Number(text);
  if (!Number.isInteger(of) || of < 1 || of > PARTS_MAX)
    throw new Error(`PASSFOB_PARTS is ${text}; it takes a whole number from 1 to ${PARTS_MAX}, such as 4`);
  return { of, part: Math.floor(seed / SEEDS_A_DAY) % of };
}

const PARTS_MAX = 9;

/** More seeds than one run uses, so that the runs of two days share none. */
const SEEDS_A_DAY = 10_000;
const SEED_MAX = 2 ** 31 - 1;
const DAY_MS = 86_400_000;

/**
 * The first seed of a long run: `PASSFOB_LONG_SEED`, or one that changes each day (UTC).
 *
 * @throws where `PASSFOB_LONG_SEED` is set and no whole number of 31 bits
 */
export function longSeedOf({ PASSFOB_LONG_SEED: text }: NodeJS.ProcessEnv, nowMs: number): number {
  if (text === undefined || text === '') return Math.floor(nowMs / DAY_MS) * SEEDS_A_DAY;
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed <= SEED_MAX) return seed;
  throw new Error(`PASSFOB_LONG_SEED is ${text}; it takes a whole number from 0 to ${SEED_MAX}`);
}

const longSeed = isBigRun ? longSeedOf(process.env, Date.now()) : 0;

/** Returns the first seed: `usual` in `npm test`, the printed seed in a long run. */
export function firstSeed(usual = 1): number {
  return isBigRun ? longSeed : usual;
}

/** Returns `few` in `npm test`; in a long run its share of `many`, and at least one. */
export function countOf(few: number, many: number): number {
  return isBigRun ? Math.max(1, Math.ceil(many * share)) : few;
}

/** A long run with a small share tries one in so many of the places of a test that goes through all of them. */
const PLACES_A_STEP = 10;

/**
 * How to go through all places of something, such as each message of a conversation: from `first` in steps of `step`.
 * All of them, but one in ten, others each day, in a long run that tries a small share.
 */
export function places(): { readonly first: number; readonly step: number } {
  const step = share <= 1 / PLACES_A_STEP ? PLACES_A_STEP : 1;
  return { first: firstSeed(0) % step, step };
}

/** Returns as many successive seeds as `countOf` says. */
export function seedsOf(few: number, many: number): number[] {
  const first = firstSeed();
  return Array.from({ length: countOf(few, many) }, (_, index) => first + index);
}

/** Returns the seeds of a test whose failure names one: `PASSFOB_SEED` repeats that one alone. */
export function seedsOrOne(few: number, many: number): number[] {
  const one = process.env.PASSFOB_SEED;
  return one ? [Number(one)] : seedsOf(few, many);
}

/** Options of a test or of a group with a long count: `npm run test:long` runs those and no others. */
export const LONG = { tags: ['long'] };
