import { describe, expect, it } from 'vitest';
import { pathsIn, takesSlow } from './slow.ts';
import { fileTimes, longFileMs, slowestLines } from './slowest.ts';

const FILES = [
  'test/wire/fuzz.test.ts',
  'test/service/serve/ready.test.ts',
  'test/service/serve/tls.slow.test.ts',
  'test/demo/browser.slow.test.ts',
];

describe('a run of part of the tests', () => {
  it('takes the arguments that are no options, nor values of options, for paths', () => {
    expect(pathsIn(['test/wire', '-t', 'a frame', '--reporter=verbose', './test/demo'])).toEqual([
      'test/wire',
      './test/demo',
    ]);
  });

  it.each([
    [['test/service/serve'], false],
    [['test/service'], false],
    [['test/service/serve/tls.slow.test.ts'], true],
    [['./test/service/serve/tls.slow.test.ts'], true],
    [['test/service/serve/tls'], true],
    [['test/wire', 'test/demo'], true],
    [['test/none'], false],
    [[], false],
  ])('of %j takes slow files where one is named or there are no others: %s', (paths, isTaken) => {
    expect(takesSlow(paths, FILES)).toBe(isTaken);
  });
});

describe('the slowest', () => {
  const test = (fullName: string, duration: number) => ({ fullName, duration, status: 'passed', tags: [] });

  it('files and tests are listed, ten of each, with a hint at files that are long for a quick run', () => {
    const tests = Array.from({ length: 12 }, (_, index) => test(`test ${index}`, index * 100));
    const report = {
      testResults: [{ name: '/p/test/wire/fuzz.test.ts', status: 'passed', assertionResults: tests }],
    };
    const times = 'wire\t21000\ttest/wire/fuzz.test.ts\ndemo\t20000\ttest/demo/kit.test.ts\n';
    const lines = slowestLines('/p', report, fileTimes(times), 20_000);
    expect(lines.slice(0, 7)).toEqual([
      '',
      'slowest files',
      '   21.0 s  test/wire/fuzz.test.ts  (long for a quick run: make it quicker, or name it *.slow.test.ts)',
      '   20.0 s  test/demo/kit.test.ts',
      '',
      'slowest tests',
      '    1.1 s  test/wire/fuzz.test.ts: test 11',
    ]);
    expect(lines).toHaveLength(6 + 10);
    expect(slowestLines('/p', report, fileTimes(times), 30_000)[2]).toBe('   21.0 s  test/wire/fuzz.test.ts');
  });

  it('files get their hint later on a machine on which more wants to run than it has cores', () => {
    expect(longFileMs(0.5, 2)).toBe(20_000);
    expect(longFileMs(10, 2)).toBe(100_000);
  });

  it('are not listed where nothing took a tenth of a second', () => {
    const report = {
      testResults: [{ name: '/p/test/a.test.ts', status: 'passed', assertionResults: [test('a', 99)] }],
    };
    expect(slowestLines('/p', report, [], 20_000)).toEqual([]);
  });
});
