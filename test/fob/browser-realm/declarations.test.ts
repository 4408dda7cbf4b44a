import { createContext, runInContext } from 'node:vm';
import { BOARD_NAMES } from '@passfob/simulator/base/boards-and-parts';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { declarationsOf } from '@passfob/simulator/interpreter/contexts/browser/declarations';
import { spelled } from '@passfob/simulator/interpreter/realm/tokens';
import { expect, it } from 'vitest';

/** Returns what V8 makes global before it runs the first statement of the script: `var` and functions. */
function declaredInV8(code: string): string[] {
  const context = createContext({});
  const names = () => runInContext('Object.getOwnPropertyNames(globalThis)', context) as string[];
  const before = new Set(names());
  expect(() => runInContext(`throw 0; ${code}`, context)).toThrow();
  return names().filter(name => !before.has(name));
}

const BOARDS = BOARD_NAMES;

it.each(BOARDS)('every name that the files of the %s image declare is found, and no other', board => {
  for (const [name, bytes] of Object.entries(builtImage(board))) {
    const code = spelled(Buffer.from(bytes).toString('latin1'));
    const { vars, lets } = declarationsOf(code);
    expect([name, [...vars].sort(), lets]).toEqual([name, declaredInV8(code).sort(), []]);
  }
});

it.each([
  ['var a = 1, b = [2, 3], c = {d: 4}, e = (5, 6)', 'a b c e'],
  ['var a = function f(x, y) { var z; }, b', 'a b'],
  ['var a = class { m() { var n } static s() {} }; var t', 'a t'],
  ['function f() { var g; function h() {} } var i', 'f i'],
  ['for (var a = 0, b = 1; a < b; a++) { var c }', 'a b c'],
  ['for (var a in {}) ; for (var b of []) var c', 'a b c'],
  ['if (1) { var a } else { var b } while (0) var c; do var d; while (0)', 'a b c d'],
  ['try { var a } catch (x) { var b } finally { var c } switch (1) { case 1: var d }', 'a b c d'],
  ['var a = x => { var b }, c = (y, z) => y, d', 'a c d'],
  [`var a = \`\${function () { var b }} var c\`, d = "var e", f = 'var g'`, 'a d f'],
  ['var a = /var b, "c/, d = 4 / 2 / 1, e = a++ / 2, f', 'a d e f'],
  ['if (1) /"/.test(""); var a; // var b\n/* var c */ var d', 'a d'],
  ['var a = 1\nb = 2, c = 3\nvar d', 'a d'],
  ['var a = { get b() { var c }, d() { var e }, f: function () { var g } }, h', 'a h'],
  ['var a = 1 in {}, b = 2', 'a b'],
  ['var $a_1, _b, c\xe9', '$a_1 _b c\xe9'],
  ['(function g() { var b })(); !function h() {}()', ''],
  ['function a() {} function b() {}\nfunction c() {}', 'a b c'],
])('the names of %j are found', (code, names) => {
  expect([...declarationsOf(code).vars].sort().join(' ')).toBe(names);
  expect([...declaredInV8(code)].sort()).toEqual(
    names
      .split(' ')
      .filter(name => name !== '')
      .sort(),
  );
});

it('names by let, const and class are those of the top level alone', () => {
  const code =
    'let a = 1, b; const c = 2; class D {} { let e; class F {} } for (let g of []) ; var h = class I {}';
  expect(declarationsOf(code)).toEqual({ vars: ['h'], lets: ['a', 'b', 'c', 'D'] });
});
