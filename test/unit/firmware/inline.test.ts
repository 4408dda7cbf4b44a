import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { declaredFirst } from '@passfob/firmware/build/first';
import { inlined, withoutGetters } from '@passfob/firmware/build/inline';
import { APART } from '@passfob/firmware/build/limits';
import { numbersFirst } from '@passfob/firmware/build/numbers';
import { expect, it } from 'vitest';

const NONE: ReadonlySet<string> = new Set();
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Returns the functions and methods of a program, by name. */
function functionsOf(code: string): string[] {
  const found = [...code.matchAll(/function (\w+)\(|^ {2}(?:get )?(\w+)\(/gm)];
  return found
    .map(([, one, other]) => one ?? other ?? '')
    .filter(name => !/^(constructor|if|for|while)$/.test(name));
}

/** Compares the results of each form of a program for each of its arguments: they must be the same. */
function expectSame(code: string, wanted: readonly string[], args: readonly number[] = [0, 1, 2, 3]): void {
  const written = inlined(code, NONE);
  expect(functionsOf(written).sort(), written).toEqual([...wanted].sort());
  for (const arg of args) {
    const run = (text: string) => JSON.stringify(runInNewContext(`${text}\nmain(${arg})`));
    expect(run(written), written).toBe(run(code));
  }
}

/** Callees that return in every form that can be inlined, and the log of their effects. */
const RETURNS = [
  'log.push(n);',
  'return n + 1;',
  'log.push(n); return n * 2;',
  'if (n > 1) return 5; log.push(n); return 6;',
  'if (n > 1) { log.push(7); return 5; } else if (n === 0) return 8; log.push(n); return 6;',
  'if (n > 1) log.push(3); else return 9; return 4;',
  'if (n > 1) { if (n > 2) return 1; return 2; } return 3;',
  'const a = n + 1; let b = a; b++; for (let i = 0; i < n; i++) b += i; return a * b;',
  'n = n + 1; n++; return n;',
  'if (n === 2) throw 5; return n;',
  'const all = [1, 2].map(x => x + n); return all;',
  'try { if (n > 1) log.push(n); } catch (e) { log.push(e); } return { n, a: n };',
];

const PLACES = [
  'called(n);',
  'return called(n);',
  'const a = called(n); log.push(a);',
  'let a = 3; a = called(n); log.push(a);',
  'if (called(n)) log.push("yes"); else log.push("no");',
  'if (!called(n + 1)) return 4; return 5;',
  'log.push(called(log.length + n));',
  'if (n > 1) called(n); else log.push("other");',
  'if (n > 1) return 0; else if (called(n)) return 1; return 2;',
  'for (let i = 0; i < 2; i++) called(i);',
  'const f = m => called(m); return [f(1), f(2), f(n)];',
  'const a = n > 0 && called(n); log.push(a);',
  'n++; const b = [n, called(n), n]; n++; log.push(b);',
  'while (n < 3) { n++; const a = called(n); log.push(a); }',
  'return `a\x24{called(n)}b\x24{n}`;',
];

it.each(RETURNS.flatMap(body => PLACES.map(place => [body, place] as const)))(
  '%s is inlined in %s',
  (body, place) => {
    const code = `var log = [];
function called(n) { ${body} }
function inner(n) { ${place} }
function main(n) { let result; try { result = inner(n); } catch (e) { result = "thrown " + e; } return [result, log]; }`;
    const written = inlined(code, new Set(['inner']));
    for (const arg of [0, 1, 2, 3]) {
      const run = (text: string) => JSON.stringify(runInNewContext(`${text}\nmain(${arg})`));
      expect(run(written), written).toBe(run(code));
    }
  },
);

it('a function is inlined in most of these places', () => {
  const left = RETURNS.flatMap(body =>
    PLACES.filter(place => {
      const code = `var log = []; function called(n) { ${body} }\nfunction main(n) { ${place} }`;
      return inlined(code, NONE).includes('called');
    }),
  );
  expect(left.length).toBeLessThan(RETURNS.length * PLACES.length * 0.35);
});

it('a method is inlined, too, with the object of its call', () => {
  const code = `
var A = class {
  constructor(n) { this.n = n; this.log = []; }
  first(n) { const m = this.second(n, this.n); this.log.push(m, this.half); return this; }
  second(n, m) { this.n++; return n * m + this.n; }
  get half() { return this.n / 2; }
};
var B = class {
  constructor(n) { this.held = new A(n); }
  all(n) { this.held.first(n + 1); this.held = new A(7); return this.rest(); }
  rest() { const held = this.held; return held.log.concat(held.n); }
};
function main(n) { return new B(n).all(n); }`;
  expectSame(code, ['main']);
});

it.each([
  ['calls itself', 'function f(n) { return n ? f(n - 1) : 4; } function main(n) { return 1; }'],
  ['is a value', 'function f(n) { return n; } function main(n) { return [1].map(f); }'],
  ['is called twice', 'function f(n) { for (;;) return n; } function main(n) { return f(n) + f(n); }'],
  [
    'returns from a loop',
    'function f(n) { for (;;) if (n++ > 5) return n; }\nfunction main(n) { const a = f(n); return a; }',
  ],
  ['has the name of a variable', 'function f(n) { return n; } function main(f) { return f; }'],
])('a function is not inlined where it %s', (_, code) =>
  expect(inlined(code, NONE)).toContain('function f('),
);

it('a function is not inlined where its name means something else, too', () => {
  const method = 'var A = class {\n  m() { return 1; }\n};\nfunction main() { return new A().m(); }';
  expect(functionsOf(inlined(method, NONE))).toEqual(['main']);
  expect(functionsOf(inlined(method, new Set(['m', 'main'])))).toEqual(['m', 'main']);
  for (const more of ['var o = { m: 1 };', 'var B = class {\n  m() {}\n};', 'new A()["m"]();', 'x = A.m;'])
    expect(functionsOf(inlined(`${method}\n${more}`, NONE)).filter(name => name === 'm')[0], more).toBe('m');
});

it('a function is not inlined where a variable at the call shadows a name that it uses', () => {
  const code =
    'var a = 1; function f() { a++; return a; }\nfunction main(n) { const a = f(); return a + n; }';
  expectSame(code, ['f', 'main']);
});

it('an inlined function keeps its arguments, whatever happens to their variables', () => {
  expectSame(
    'var g = 1; function f(a, b) { g = 5; return a + b; }\nfunction main(n) { let m = n; const s = f(m, g); m = 9; return s + m; }',
    ['main'],
  );
  expectSame(
    'function f(a) { const b = a; return () => a + b; }\nfunction main(n) { const all = []; for (const x of [1, n]) { const g = f(x); all.push(g); } return all.map(g => g()); }',
    ['f', 'main'],
  );
});

it('the arguments of an inlined function are evaluated once, first, and in order', () =>
  expectSame(
    'var log = []; function e(n) { log.push(n); return n; } function keep() { return [e, e]; }\n' +
      'function f(a, b, c) { log.push("in"); return b + b + a; }\n' +
      'function main(n) { keep(); const s = f(e(1), e(n), e(3)); return [s, log]; }',
    ['e', 'main'],
  ));

it('a function that is not inlined keeps its name', () => {
  const sources = ['firmware/core', 'protocol'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith('.ts'))
      .map(path => readFileSync(join(ROOT, folder, path), 'utf8')),
  );
  const code = sources.join('\n');
  const gone = APART.split(' ').filter(
    name => !new RegExp(`^(?:export )?function ${name}\\(|^  private ${name}\\(`, 'm').test(code),
  );
  expect(gone).toEqual([]);
});

it('a small expression is inlined at every call', () => {
  expectSame('function f(a) { return a * 2; }\nfunction main(n) { return f(n) + f(4) - f(n); }', ['main']);
  expectSame('function f(a) { return a * 2; }\nfunction main(n) { return f(n + 1) + 3 * f(n - 2); }', [
    'main',
  ]);
});

it('a getter becomes a method that is called', () => {
  const code =
    'var A = class {\n  get n() { return this.b + this.b; }\n};\nfunction main(a) { a.b = 2; return a.n + a.n + !a.n; }';
  expect(withoutGetters(code, NONE)).toBe(
    'var A = class {\n  n() { return this.b + this.b; }\n};\nfunction main(a) { a.b = 2; return a.n() + a.n() + !a.n(); }',
  );
});

it.each(['a.n = 1;', 'a.n++;', 'a.n();', 'o = { n: 1 };', 'var B = class {\n  n() {}\n};', 'a["n"];'])(
  'a getter stays a getter beside %s',
  other => {
    const code = `var A = class {\n  get n() { return 1; }\n};\n${other}\nf(a.n);`;
    expect(withoutGetters(code, NONE)).toBe(code);
  },
);

it('constant numbers come first, as constants', () =>
  expect(numbersFirst('var A = 1;\nf(A, B);\nvar B = -0x1f;\nvar c = 3;\nc = 4;\n')).toBe(
    'const A = 1;\nconst B = -0x1f;\n\nf(A, B);\n\nvar c = 3;\nc = 4;\n',
  ));

it.each([
  ['var A = 0.015;', 'const A = 0.015;'],
  ['var A = 3;\nvar B = A;', 'const A = 3;\nconst B = 3;'],
  ['var A = 1;\nvar B = 1 << A | 1 << 3;', 'const A = 1;\nconst B = 10;'],
  ['var A = B | 1;\nvar B = C;', ''],
])('in %s the constants are %s', (code, constants) =>
  expect(
    numbersFirst(code)
      .split('\n')
      .filter(line => line.startsWith('const'))
      .join('\n'),
  ).toBe(constants),
);

const code = 'const N = 1;\nvar a = 2;\nfunction f() { return g(a); }\nclass C {}\nvar g = Math.floor;\nf();';

it('what is named comes first in its order, behind the constants, and the rest as it was', () =>
  expect(declaredFirst(code, ['g', 'f', 'gone'])).toBe(
    'const N = 1;\nvar g = Math.floor;\nfunction f() { return g(a); }\nvar a = 2;\nclass C {}\nf();',
  ));

it('what reads a later declaration when it is run is refused', () =>
  expect(() => declaredFirst('var a = 2;\nvar b = a;', ['b'])).toThrow('b cannot be declared before a'));

it.each(['var t = time();', 'var t = new Date;'])('%s stays where it is', code =>
  expect(() => declaredFirst(code, ['t'])).toThrow('t calls'),
);
