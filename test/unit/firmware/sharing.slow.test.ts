import { fileURLToPath } from 'node:url';
import { imageOf } from '@passfob/firmware/build/image';
import { BUDGETS, type ImageBoard } from '@passfob/firmware/build/limits';
import { optionalIn, placeOptional } from '@passfob/firmware/build/optional';
import { holders, propertyName, share } from '@passfob/firmware/build/sharing';
import { parsed, walk } from '@passfob/firmware/build/tree';
import type { AnyNode } from 'acorn';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

function groupsOf(code: string): string[] {
  return holders(parsed(code)).map(group => [...group].sort().join(' '));
}

function shared(
  counts: Record<string, number>,
  groups: string[],
  alone: string[] = [],
  taken: string[] = [],
) {
  const sets = groups.map(group => new Set(group.split(' ')));
  return share(new Map(Object.entries(counts)), sets, new Set(alone), new Set(taken));
}

it('the names of a class are its methods, fields, accessors and own properties', () =>
  expect(
    groupsOf('class A { kept; get all() { return [1].map(x => this.of + x); } put() { this.set = 1; } }'),
  ).toEqual(['all kept of put set']));

it('the names of a class include those of its superclasses, but not of their other subclasses', () => {
  const code =
    'var A = class { a() {} }, B = class extends A { b() {} }; class C extends B { c() {} } class D extends A {}';
  expect(groupsOf(code)).toEqual(['a', 'a b', 'a b c', 'a']);
});

it('all literals of a function share their names: TypeScript may see one type in them', () => {
  const code =
    'function f(x) { return x ? { a: 1, n: { b: 2 } } : { c: 3 }; } var g = () => ({ d: 4 }); h({ e: 5 }); k({ f: 6 });';
  expect(groupsOf(code)).toEqual(['a b c n', 'd', 'e', 'f']);
});

it.each([
  ['var o = { ...p };', 'spread'],
  ['Object.assign(a, b);', 'Object.assign'],
  ['function f() { this.a = 1; }', 'outside a class'],
  ['class A { m() { return function () { return this.a; }; } }', 'outside a class'],
  ['class A extends f() {}', 'no class'],
  ['class A extends Device {}', 'no class'],
  ['var x = "a" in o;', 'may lack'],
])('the names of an object cannot be told in %s', (code, why) =>
  expect(() => holders(parsed(code))).toThrow(why),
);

const source = `
    interface Suite { readonly kind: number; digits: number; step?: number; /* not?: this */ }
    interface Control { down?: boolean; on?(x: number): void }
    interface Nested { a: number; inner: { b: number; c?: number }; d?: number }
    function f(x: number, y?: number) {}`;

it('an optional property is found, with the properties beside it', () =>
  expect(optionalIn(source)).toEqual([
    { name: 'step', beside: ['kind', 'digits'] },
    { name: 'down', beside: [] },
    { name: 'c', beside: ['b'] },
    { name: 'on', beside: [] },
    { name: 'd', beside: [] },
    { name: 'y', beside: [] },
  ]));

it('an optional property is on every object that may be of its type, and shares with nothing where that is unknown', () => {
  const groups = [new Set(['kind', 'digits', 'more']), new Set(['kind']), new Set(['b', 'x'])];
  expect([...placeOptional(groups, optionalIn(source))].sort()).toEqual(['d', 'down', 'on', 'y']);
  expect(groups.map(group => [...group].join(' '))).toEqual(['kind digits more step', 'kind', 'b x c']);
});

it('two properties share a short name only where no object holds both', () => {
  expect(shared({ a1: 9, a2: 8, b1: 7, b2: 6 }, ['a1 a2', 'b1 b2'])).toEqual({
    a1: 'a',
    a2: 'b',
    b1: 'a',
    b2: 'b',
  });
  expect(shared({ a1: 9, a2: 8, b1: 7 }, ['a1 a2', 'b1 a1', 'b1 a2'])).toEqual({
    a1: 'a',
    a2: 'b',
    b1: 'c',
  });
});

it('the most frequent names are of one letter', () => {
  const names = Array.from({ length: 60 }, (_, at) => `name${at}`);
  const given = shared(Object.fromEntries(names.map((name, at) => [name, at])), [names.join(' ')]);
  expect(new Set(Object.values(given)).size).toBe(60);
  expect(names.filter(name => given[name]?.length === 2)).toEqual(names.slice(0, 6));
});

it('optional properties and those of unknown objects share their short name with no other', () =>
  expect(shared({ a1: 1, a2: 1, odd: 9, far: 8 }, ['a1 a2', 'odd'], ['odd'])).toEqual({
    a1: 'a',
    a2: 'b',
    odd: 'c',
    far: 'd',
  }));

it('short names are never names of the device', () =>
  expect(shared({ one: 1 }, ['one'], [], ['a', 'b'])).toEqual({ one: 'c' }));

/** Returns the property names that stand twice in one class, except the halves of an accessor, or in one literal. */
function doubles(code: string): string[] {
  const found: string[] = [];
  walk(parsed(code), node => {
    const members: AnyNode[] =
      node.type === 'ClassBody' ? node.body : node.type === 'ObjectExpression' ? node.properties : [];
    const names = members.map(one => `${'kind' in one ? one.kind : ''} ${propertyName(one)?.name}`);
    found.push(...names.filter((name, at) => names.indexOf(name) !== at));
  });
  return found;
}

it.each(Object.keys(BUDGETS) as ImageBoard[])('the %s image has no name twice in one place', async board => {
  const files = await imageOf(ROOT, board, code => code);
  for (const code of Object.values(files)) expect(doubles(code)).toEqual([]);
  expect(doubles('x = { a: 1, a: 2 }; class A { b() {} b() {} }')).toEqual(['init a', 'method b']);
});
