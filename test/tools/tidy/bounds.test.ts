import { describe, expect, it } from 'vitest';
import { boundsIn, isBounded } from './bounds.ts';
import { codeFiles } from './files.ts';

describe('bounds', () => {
  it('every bound stands in the limits.ts of its part', () => {
    const stray = codeFiles
      .filter(({ path }) => isBounded(path))
      .flatMap(file => boundsIn(file).map(({ name }) => `${file.path}#${name}`));
    const next =
      'Move the constant to limits.ts of its part, or to a file of limits/, and say what it bounds.';
    expect(stray, next).toEqual([]);
  });

  it.each([
    'const RECORD_BYTES_MAX = 96;',
    'export const TIMEOUT_MS: number = 5_000;',
    'const MAX_DEPTH = 0x10;',
    'const STALE_SECONDS = 180 * 24 * 60 * 60;',
    'function f(a: A, timeoutMs = 2000) {}',
    'f({ timeoutMs: 250, b });',
    'const maxAccounts = 32;',
    'let retryLimit = 1 << 5;',
    'class A { private readonly attempts = 3; maxRetries = 3; }',
  ])('a bound is seen in %s', text => {
    expect(boundsIn({ path: 'host/x.ts', text })).toHaveLength(1);
  });

  it.each([
    'const OPCODE = 0xfd;',
    'const DAY_SECONDS = 86_400;',
    'const LOW_BYTE_MASK = 0xff;',
    'const FRAME_MAX = LIMITS.frame;',
    'let attempts = 0;',
    'const REFUSED_PRESS = 10;',
    'const left = total - 30;',
    'f({ status: 404, width: 128 });',
    'reply.code(503);',
    'const text = "MAX_A = 30;"; // MAX_B = 40;',
    'if (timeoutMs === 30) g();',
  ])('no bound is seen in %s', text => {
    expect(boundsIn({ path: 'host/x.ts', text })).toEqual([]);
  });

  it('bounds may stand in limits files and in tests', () => {
    expect(['protocol/limits.ts', 'host/client/limits.ts', 'test/x.ts'].filter(isBounded)).toEqual([]);
    expect(isBounded('host/client/client.ts')).toBe(true);
  });
});
