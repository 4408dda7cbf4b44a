import { describe, expect, it } from 'vitest';
import { EXCEPTIONS_MAX, exceptions, settle } from './exceptions.ts';
import { codeFiles } from './files.ts';
import { functionsIn } from './functions.ts';
import { scan } from './scan.ts';

const FILE_LINES_MAX = 700;
/** Nine files of ten are shorter. */
const FILE_LINES_USUAL = 240;
const FUNCTION_LINES_MAX = 60;

describe('sizes', () => {
  it(`sizes: a file has at most ${FILE_LINES_MAX} lines`, () => {
    const long = codeFiles
      .map(({ path, text }) => ({ where: path, count: text.split('\n').length - 1 }))
      .filter(({ count }) => count > FILE_LINES_MAX);
    expect(settle('file-lines', long)).toEqual([]);
  });

  it(`sizes: nine of ten files have at most ${FILE_LINES_USUAL} lines`, () => {
    const lines = codeFiles.map(({ text }) => text.split('\n').length - 1).sort((one, other) => one - other);
    expect(lines[Math.floor(lines.length * 0.9)]).toBeLessThanOrEqual(FILE_LINES_USUAL);
  });

  it(`sizes: a function has at most ${FUNCTION_LINES_MAX} lines`, () => {
    const long = codeFiles.flatMap(({ path, text }) =>
      functionsIn(scan(text))
        .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
        .map(({ name, line, lines }) => ({
          where: `${path}#${name === 'anonymous' ? line : name}`,
          count: lines,
        })),
    );
    expect(settle('function-lines', long)).toEqual([]);
  });
});

describe('the exceptions', () => {
  it('exceptions are few, each named once, each with a reason', () => {
    expect(exceptions).toHaveLength(EXCEPTIONS_MAX);
    const keys = exceptions.map(({ rule, where }) => `${rule} ${where}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(exceptions.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });

  it('exceptions cover exactly what they say, and go when they are not needed', () => {
    const list = [{ rule: 'file-lines', where: 'a.ts', count: 310, reason: '' }] as const;
    const settled = (...breaches: [string, number][]) =>
      settle(
        'file-lines',
        breaches.map(([where, count]) => ({ where, count })),
        list,
      );
    expect(settled(['a.ts', 310])).toEqual([]);
    expect(settled(['a.ts', 311])).toEqual(['a.ts: file-lines 311, allowed 310']);
    expect(settled(['a.ts', 305])).toEqual(['a.ts: exception for file-lines 310, needed 305']);
    expect(settled()).toEqual(['a.ts: exception for file-lines 310, needed no more']);
    expect(settled(['a.ts', 310], ['b.ts', 301])).toEqual(['b.ts: file-lines 301, allowed none']);
  });
});
