import { describe, expect, it } from 'vitest';
import { longSeedOf, partIn, shareIn } from '../../kit/counts.ts';
import { codeFiles, type ProjectFile } from '../tidy/files.ts';

const DAY_MS = 86_400_000;
const sources = codeFiles.filter(({ path }) => /^test\/.*\.ts$/.test(path) && path !== 'test/kit/counts.ts');

describe('a long run', () => {
  it('takes the seed it is given, and another one each day where it is given none', () => {
    expect(longSeedOf({ PASSFOB_LONG_SEED: '42' }, 0)).toBe(42);
    const morning = longSeedOf({}, 20_000 * DAY_MS);
    expect(longSeedOf({}, 20_000 * DAY_MS + DAY_MS - 1)).toBe(morning);
    expect(longSeedOf({ PASSFOB_LONG_SEED: '' }, 20_001 * DAY_MS)).toBe(morning + 10_000);
    for (const text of ['x', '-1', '1.5', '2147483648'])
      expect(() => longSeedOf({ PASSFOB_LONG_SEED: text }, 0)).toThrow('PASSFOB_LONG_SEED is');
  });

  it('tries all of each count, or the share it is given', () => {
    expect(shareIn({})).toBe(1);
    expect(shareIn({ PASSFOB_SHARE: '0.1' })).toBe(0.1);
    for (const text of ['0', '-1', '1.01', 'all', 'NaN'])
      expect(() => shareIn({ PASSFOB_SHARE: text })).toThrow('PASSFOB_SHARE is');
  });

  it('takes all slow files, or the part that its day gives, and each part within as many days', () => {
    expect(partIn({}, 42)).toEqual({ of: 1, part: 0 });
    const partOn = (day: number) => partIn({ PASSFOB_PARTS: '4' }, longSeedOf({}, day * DAY_MS)).part;
    const first = partOn(20_000);
    expect([1, 2, 3, 4].map(days => (partOn(20_000 + days) - first + 4) % 4)).toEqual([1, 2, 3, 0]);
    for (const text of ['0', '-1', '1.5', '10', 'all'])
      expect(() => partIn({ PASSFOB_PARTS: text }, 0)).toThrow('PASSFOB_PARTS is');
  });

  it('takes the share of a count once, in countOf', () => {
    const isTaken = (text: string) => /kit\/counts\.ts'/.test(text) && /\* ?share\b/.test(text);
    expect(sources.filter(({ text }) => isTaken(text)).map(({ path }) => path)).toEqual([]);
  });

  it('has every file that uses a full count, since each marks the tests that do', () => {
    const users = sources.filter(({ path, text }) => {
      const isUser = /\b(?:countOf|seedsOf|seedsOrOne|isBigRun)\b[(;,\s]/.test(text);
      return isUser && path !== 'test/tools/runner/long.test.ts';
    });
    expect(users.length).toBeGreaterThan(25);
    const isMarked = ({ path, text }: ProjectFile) =>
      path.endsWith('.test.ts') && /\bLONG\b(?!.*from)/.test(text);
    expect(users.filter(one => !isMarked(one)).map(({ path }) => path)).toEqual([]);
  });
});
