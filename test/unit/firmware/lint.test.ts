import { lint } from '@passfob/firmware/build/lint';
import { expect, it } from 'vitest';

/**
 * Code that the interpreter cannot parse, does not have, or understands differently (docs/boards.md), one trap a
 * line.
 */
const REFUSED: readonly [string, RegExp][] = [
  ['function f(a = 1) {}', /default value/],
  ['function f(...a) {}', /rest/],
  ['Math.min(...[1, 2]);', /spread/],
  ['var { a } = E;', /destructuring/],
  ['var [a] = [1];', /destructuring/],
  ['E?.a;', /optional chaining/],
  ['var a = 2 ** 3;', /operator \*\*/],
  ['var a; a ||= 1;', /operator \|\|=/],
  ['var a = { [E]: 1 };', /computed key/],
  ['class A { ["x"]() {} }', /computed or quoted/],
  ['class A { "x"() {} }', /computed or quoted/],
  ['class A { delete() {} }', /method named delete/],
  ['class A { x = 1 }', /class field/],
  ['class A { #x() {} }', /private name|computed/],
  ['class A { static { E; } }', /static block/],
  ['class A { constructor() {} } class B extends A {}', /without a constructor/],
  [
    'class A { constructor() {} m() {} } class B extends A { constructor() { super(); } m() { super.m(); } } ' +
      'class C extends B { constructor() { super(); } }',
    /three levels/,
  ],
  [
    'var A = class { constructor() {} m() {} }, B = class extends A { constructor() { super(); } ' +
      'm() { super.m(); } }, C = class extends B { constructor() { super(); } };',
    /three levels/,
  ],
  ['class A { constructor() {} m() { return () => super.m(); } }', /super in an arrow/],
  ['function* g() { yield 1; }', /generator/],
  ['async function f() { await 1; }', /await/],
  ['a: for (;;) break a;', /label/],
  ['E`x`;', /tagged template/],
  ['switch (1) { default: break; case 1: }', /case after default/],
  ['var a = 1n;', /BigInt/],
  ['var a = /x{2}/;', /regular expression/],
  ['var a = /x?/;', /regular expression/],
  ['function f() { return arguments.length; }', /arguments/],
  ['new Map();', /global Map/],
  ['setInterval(E, 1);', /global setInterval/],
  ['Math.trunc(1);', /\.trunc/],
  ['"x".trimStart();', /\.trimStart/],
  ['Array.from("x");', /\.from/],
  ['[1].flat();', /\.flat/],
];

it.each(REFUSED)('the bundler refuses %s', (code, reason) => expect(lint(code).join('; ')).toMatch(reason));

it('the bundler accepts code that the interpreter runs', () => {
  const code =
    'class A { constructor(a) { this.a = a; } get b() { return this.a; } go() { return this.a + `x`; } }' +
    'class B extends A { constructor() { super(1); } go() { return super.go(); } }' +
    'for (let i of [1, 2]) { let k = i; setTimeout(() => print(k), 1); }' +
    'switch (1) { case 1: break; default: } try { new B().go(); } catch { print(/^a(b|c)d*$/.test("x")); }';
  expect(lint(code)).toEqual([]);
});
