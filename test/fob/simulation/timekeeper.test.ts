import { TRIM_AGE_SECONDS } from '@passfob/firmware/core/base/limits';
import { CLOCK_STALE, CLOCK_TRUSTED, CLOCK_UNSET } from '@passfob/firmware/core/timekeeper';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { Chips, PowerCut, TEARS } from './kit/chips.ts';
import { adopted } from './kit/facts.ts';
import { Token } from './kit/token.ts';

const START = 1_800_000_000;
const DAY = 86_400;

const unset = (ppm: number, trims = false): Token =>
  adopted(Object.assign(new Chips(makeRandomness(ppm)), { utc: START, ppm, trims }));

function synchronised(ppm: number, trims = false): Token {
  const token = unset(ppm, trims);
  // As after a change of the battery.
  token.now.utc = -1;
  expect(token.time.set(START)).toBe(true);
  return token;
}

it('the clock is unset until its owner has set it, whatever it shows', () => {
  const token = unset(2);
  expect([token.time.state, token.time.age, token.time.suspicious(START + DAY)]).toEqual([
    CLOCK_UNSET,
    0,
    false,
  ]);
  expect(token.time.set(START + 5)).toBe(true);
  expect([token.time.state, token.now.utc]).toEqual([CLOCK_TRUSTED, START + 5]);
});

it('the clock is unset once it stood still, or shows a time before its synchronisation', () => {
  const { chips } = synchronised(2);
  for (const utc of [-1, START - 1, 0]) {
    chips.utc = utc;
    expect(new Token(chips).time.state).toBe(CLOCK_UNSET);
  }
  chips.utc = START;
  expect(new Token(chips).time.state).toBe(CLOCK_TRUSTED);
});

it('the clock is stale after 180 days', () => {
  const token = synchronised(1);
  token.wait(180 * DAY);
  expect([token.time.state, token.time.error]).toEqual([CLOCK_TRUSTED, 1 + 16]);
  token.wait(1);
  expect(token.time.state).toBe(CLOCK_STALE);
  expect(new Token(token.chips).time.state).toBe(CLOCK_STALE);
  expect(token.time.set(token.now.utc)).toBe(true);
  expect([token.time.state, token.time.error]).toEqual([CLOCK_TRUSTED, 1]);
});

it('the clock is stale once it may be off by more than 30 seconds', () => {
  const token = synchronised(20);
  token.wait(29 / 20e-6);
  expect([token.time.state, token.time.error]).toEqual([CLOCK_TRUSTED, 30]);
  token.wait(1);
  expect([token.time.state, token.time.error]).toEqual([CLOCK_STALE, 31]);
});

it('setting the clock is suspicious backward, and forward beyond five seconds and 200 ppm', () => {
  const token = synchronised(20);
  const by = (seconds: number) => token.time.suspicious(token.now.utc + seconds);
  expect([-1, 0, 5, 6].map(by)).toEqual([true, false, false, true]);
  token.wait(10 * DAY);
  expect([-1, 0, 177, 178].map(by)).toEqual([true, false, false, true]);
  expect([177, 178].map(seconds => new Token(token.chips).time.suspicious(token.now.utc + seconds))).toEqual([
    false,
    true,
  ]);
});

it('setting the clock cannot advance by five seconds a time, reboots and waiting included', () => {
  for (const pause of [0, 1, 60, 3_600]) {
    let token = synchronised(20);
    let gained = 0;
    for (let turn = 0; turn < 500; turn++) {
      for (let step = 5; step > 0; step--) {
        if (token.time.suspicious(token.now.utc + step)) continue;
        expect(token.time.set(token.now.utc + step)).toBe(true);
        gained += step;
      }
      if (turn % 3 === 0) token = new Token(token.chips);
      token.wait(pause);
    }
    expect(gained).toBeGreaterThanOrEqual(5);
    expect(gained).toBeLessThanOrEqual(5 + 500 * pause * 200e-6);
  }
});

it('an approved time gives the five seconds again', () => {
  const token = synchronised(20);
  expect(token.time.set(START + 5)).toBe(true);
  expect(token.time.suspicious(START + 6)).toBe(true);
  expect(token.time.set(START + 1_000)).toBe(true);
  expect(token.time.suspicious(START + 1_005)).toBe(false);
});

it('a time that storage does not take is reported as failed', () => {
  const token = synchronised(20);
  token.chips.fail('protected', 0, 100);
  expect(token.time.set(START + 3)).toBe(false);
  token.chips.heal();
  const again = new Token(token.chips);
  expect([again.time.state, again.now.utc]).toEqual([CLOCK_TRUSTED, START]);
});

it('a time before the last setting is suspicious, also where the time was lost', () => {
  const { chips } = synchronised(2);
  for (const utc of [-1, START - DAY, START, START + DAY]) {
    chips.utc = utc;
    expect([START - DAY, START - 1].map(to => new Token(chips).time.suspicious(to))).toEqual([true, true]);
  }
});

it('setting the clock cannot advance where the memory fails or the power goes in between', () => {
  for (const tear of TEARS) {
    for (let nth = 1; nth <= 3; nth++) {
      for (const isFailing of [false, true]) {
        const { chips } = synchronised(20);
        let gained = 0;
        for (let turn = 0; turn < 20; turn++) {
          const token = new Token(chips);
          const before = token.now.utc;
          if (isFailing) chips.fail('protected', nth - 1, 2);
          else chips.cutAt(nth, tear);
          for (let step = 5; step > 0; step--) {
            if (token.time.suspicious(token.now.utc + step)) continue;
            try {
              token.time.set(token.now.utc + step);
            } catch (error) {
              expect(error).toBeInstanceOf(PowerCut);
              break;
            }
          }
          chips.keepPower();
          chips.heal();
          // A clock that was torn itself has no time any more.
          if (chips.utc < 0) break;
          gained += chips.utc - before;
        }
        expect(gained).toBeLessThanOrEqual(5);
      }
    }
  }
});

/** A clock that runs fast by some ppm, in a world whose time is known. */
class Drifting {
  readonly token: Token;
  private readonly ppm: number;
  private truth: number;
  /** The part's own time, with its fraction. */
  private shown: number;

  constructor(ppm: number, trims: boolean, fraction: number) {
    this.token = synchronised(200, trims);
    this.ppm = ppm;
    this.shown = START;
    this.truth = START + fraction;
  }

  run(seconds: number): void {
    const { chips, now, time } = this.token;
    this.truth += seconds;
    this.shown += seconds * (1 + (this.ppm + chips.trimmed / 10) / 1e6);
    chips.utc = Math.floor(this.shown);
    now.utc = time.correct(chips.utc);
  }

  /** Whole seconds that the fob is ahead of the world. */
  get off(): number {
    return this.token.now.utc - Math.floor(this.truth);
  }

  synchronise(): void {
    const utc = Math.floor(this.truth);
    expect(this.token.time.set(utc)).toBe(true);
    this.shown = utc;
  }
}

const chance = makeRandomness(firstSeed(), 'drift');
const cases = Array.from({ length: countOf(200, 2_000) }, () => [
  chance.below(361) - 180,
  chance.fraction(),
  1 + chance.below(80) + chance.fraction(),
]);

it.each([
  ['in software', false],
  ['in its part', true],
])(
  'a drifting clock learns its trim, corrected %s, and is never further off than it says',
  LONG,
  (_name, trims) => {
    for (const [ppm = 0, fraction = 0, days = 0] of cases) {
      const clock = new Drifting(ppm, trims, fraction);
      const { time, chips } = clock.token;
      let untrimmed = 0;
      const learns = days * DAY >= TRIM_AGE_SECONDS;
      for (let round = 0; round < 4; round++) {
        for (let day = 0; day < days; day++) {
          clock.run(Math.min(1, days - day) * DAY);
          const text = `${ppm} ppm, ${days} days, round ${round}, trim ${time.trim}`;
          expect(Math.abs(clock.off), text).toBeLessThanOrEqual(time.error);
        }
        if (round === 0) untrimmed = Math.abs(clock.off);
        if (round > 0 && learns && untrimmed > 12) expect(Math.abs(clock.off)).toBeLessThan(untrimmed / 2);
        clock.synchronise();
      }
      // A clock that is fast is made slower.
      if (learns) expect(Math.abs(time.trim + ppm * 10)).toBeLessThanOrEqual(25);
      else if (days * DAY < TRIM_AGE_SECONDS * 0.999) expect(time.trim).toBe(0);
      expect(chips.trimmed).toBe(trims ? time.trim : 0);
      expect(new Token(chips).time.trim).toBe(time.trim);
    }
  },
);

it('a clock learns nothing from a near synchronisation, or from a step that is no drift', () => {
  const near = synchronised(200);
  near.wait(TRIM_AGE_SECONDS - 1);
  expect(near.time.set(near.now.utc + 100)).toBe(true);
  expect(near.time.trim).toBe(0);
  const far = synchronised(200);
  far.wait(30 * DAY);
  expect(far.time.set(far.now.utc + 3_600)).toBe(true);
  expect(far.time.trim).toBe(0);
});
