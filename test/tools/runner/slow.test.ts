import { describe, expect, it } from 'vitest';
import { pathsIn, takesSlow } from './slow.ts';

const FILES = [
  'test/unit/wire/fuzz.test.ts',
  'test/service/serve/ready.test.ts',
  'test/service/serve/tls.slow.test.ts',
  'test/system/demo/browser.slow.test.ts',
];

describe('a run of part of the tests', () => {
  it('takes the arguments that are no options, nor values of options, for paths', () => {
    expect(pathsIn(['test/unit/wire', '-t', 'a frame', '--reporter=verbose', './test/system/demo'])).toEqual([
      'test/unit/wire',
      './test/system/demo',
    ]);
  });

  it.each([
    [['test/service/serve'], false],
    [['test/service'], false],
    [['test/service/serve/tls.slow.test.ts'], true],
    [['./test/service/serve/tls.slow.test.ts'], true],
    [['test/service/serve/tls'], true],
    [['test/unit/wire', 'test/system/demo'], true],
    [['test/none'], false],
    [[], false],
  ])('of %j takes slow files where one is named or there are no others: %s', (paths, isTaken) => {
    expect(takesSlow(paths, FILES)).toBe(isTaken);
  });
});
