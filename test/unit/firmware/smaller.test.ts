import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { numbersApart, shareNumbers } from '@passfob/firmware/build/numbers';
import { decodeTexts, placeTexts } from '@passfob/firmware/build/strings';
import { withSums } from '@passfob/firmware/build/sums';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';

it('a text stays in place where it is used once, or where it is as short as a name', () =>
  expect(placeTexts('var a = "only once", b = "~", c = "twice"; f(a, b, b, c, c, o.a, { a: 1 });')).toBe(
    'var a = "only once", b = "~", c = "twice"; f("only once", "~", "~", c, c, o.a, { a: 1 });',
  ));

it.each([
  'var a = "x"; a = "y"; f(a);',
  'var a = "x"; function g(a) { return a; }',
  'var a = "x"; function g() { let a = 2; return a; }',
  'var a = "x"; function g() { try { h(); } catch (a) { return a; } }',
  'var a = "x"; f({ a });',
  'var a = "x"; for (a of b) f(a);',
])('a text stays where the name may mean something else: %s', code => expect(placeTexts(code)).toBe(code));

it('texts of base64 are decoded', () =>
  expect(decodeTexts('f(atob("AEF/"), atob(x), o.atob("AEF/"))')).toBe(
    'f("\\u0000A\x7f", atob(x), o.atob("AEF/"))',
  ));

it('a field that is only declared is a name of its class, although functions set it', async () => {
  const folder = temporaryFolder('declared');
  const path = join(folder, 'person.ts');
  writeFileSync(
    path,
    'export class Person {\n  declare code: string;\n  declare private setting: number;\n}\n',
  );
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [numbersApart],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } },
  });
  expect(outputFiles[0]?.text).toMatch(/code;\s+setting;/);
});

it.each([
  ['`$' + '{n}`', '(""+n)'],
  ['let s = `a$' + '{n}`;', 'let s = "a"+n;'],
  ['f(`$' + '{n}$' + '{m}b`)', 'f(""+n+m+"b")'],
  ['`a$' + '{n + 1}`.length', '("a"+(n + 1)).length'],
  ['1 + `$' + '{n}`', '1 + (""+n)'],
  ['f(`\\n"`)', 'f("\\n\\"")'],
  ['f(x ? `a$' + '{n}` : 1)', 'f(x ? "a"+n : 1)'],
  ['f(`a$' + '{`b$' + '{n}`}`)', 'f("a"+("b"+n))'],
  ['f(``)', 'f("")'],
  ['function f(a) { return`$' + '{a.b}c`; }', 'function f(a) { return a.b+"c"; }'],
])('a template becomes a sum: %s', (code, sum) => expect(withSums(code)).toBe(sum));

it('a template and its sum give the same text', () => {
  const code = '[1, 2].map(n => `$' + '{n}$' + '{n + 1}: $' + '{n > 1 ? `many $' + '{n}` : "one"}.`).join()';
  expect(runInNewContext(withSums(code))).toBe(runInNewContext(code));
});

it('long numbers that occur often become variables', () => {
  expect(shareNumbers('f(4294967296, 4294967296 * 2, 4294967296 - 5, 16777216, 16777216)')).toBe(
    'var number4294967296 = 4294967296;f(number4294967296, number4294967296 * 2, number4294967296 - 5, 16777216, 16777216)',
  );
  expect(shareNumbers('f(255, 255, 255, 255, { 4294967296: 4294967296 })')).toBe(
    'f(255, 255, 255, 255, { 4294967296: 4294967296 })',
  );
});
