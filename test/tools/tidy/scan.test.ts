import { describe, expect, it } from 'vitest';
import { codeFiles } from './files.ts';
import { functionsIn } from './functions.ts';
import { closing, scan } from './scan.ts';

const spans = (text: string) => functionsIn(scan(text)).map(({ name, lines }) => `${name} ${lines}`);
const body = (lines: number) => `{\n${'  x();\n'.repeat(lines - 2)}}`;

describe('the scanner', () => {
  it('the scanner blanks comments, strings, templates and regular expressions, and keeps every place', () => {
    // § stands for $, which the linter takes for a forgotten template.
    const text = 'a(/* { */ "{", \'}\\\'\', `{§{b("}")} {§{`{`}`, /[/{]\\/"/g, c / d / "e") // {\nf;';
    const { code, strings } = scan(text.replaceAll('§', '$'));
    expect(code).toHaveLength(text.length);
    const left = 'a( " ", \' \', ` §{b(" ")} §{` `}`, / /g, c / d / " ") \nf;'.replaceAll('§', '$');
    expect(code.replace(/ +/g, ' ')).toBe(left);
    expect(strings.map(({ value }) => value)).toHaveLength(6);
    expect(strings.map(({ start }) => text.charAt(start)).join('')).toBe(`"'\`"\`"`);
  });

  it.each(['x = /"/;', 'return /"/.test(x);', 'f(/"/)', 'a = b ? /"/ : 1;', '/"/.exec(x)'])(
    'the scanner takes the / of %s for a regular expression',
    text => expect(scan(text).code).not.toContain('"'),
  );

  it.each(['a / b / "c"', '(a) / 2 + "c"', 'a[0] / 2 + "c"', 'a++ / "c"'.replace('++', '.b')])(
    'the scanner takes the / of %s for a division',
    text => expect(scan(text).strings).toHaveLength(1),
  );

  it('the scanner leaves the brackets of every file paired', () => {
    const lost = codeFiles.filter(({ text }) => {
      const { code } = scan(text);
      const unclosed = [...code.matchAll(/[([{]/g)].some(match => closing(code, match.index) < 0);
      return unclosed || code.match(/[([{]/g)?.length !== code.match(/[)\]}]/g)?.length;
    });
    expect(lost.map(({ path }) => path)).toEqual([]);
  });
});

describe('the function finder', () => {
  it.each([
    [`function one(a: number): void ${body(5)}`, 'one 5'],
    [`export async function* two<T extends { a: 1 }>(a: T): AsyncGenerator<T> ${body(4)}`, 'two 4'],
    [`const three = (a = { b: 1 }): { c: number }[] => ${body(6)};`, 'three 6'],
    [`const four: F = async a => ${body(3)};`, 'four 3'],
    [`class A {\n  five(a: string): a is 'b' | C<{ d: 1 }> ${body(7)}\n}`, 'five 7'],
    [`class A {\n  get six(): number | undefined ${body(3)}\n}`, 'six 3'],
    [`class A extends B(C) {\n  private readonly seven = (x: X): void => ${body(4)};\n}`, 'seven 4'],
    [`const o = {\n  eight: function (a) ${body(3)},\n};`, 'eight 3'],
    [`function nine(\n  a: number,\n  b: number,\n) ${body(4)}`, 'nine 7'],
    ['const ten = (a: A) =>\n  a\n    .b()\n    .c({ d: 1 });', 'ten 4'],
    [`return (x) => ${body(3)};`, 'anonymous 3'],
    [`function eleven(a: A): () => void ${body(3)}`, 'eleven 3'],
    [`const twelve = async (a: A): Promise<[B, 'c'] | undefined> => ${body(3)};`, 'twelve 3'],
    [`export function thirteen(a: A): asserts a is B.C<D> & { e: F } ${body(3)}`, 'thirteen 3'],
  ])('the function finder measures %j', (text, span) => {
    expect(spans(text)).toEqual([span]);
  });

  it.each([
    `if (a) ${body(9)}`,
    `for await (const a of b) ${body(9)}`,
    `try {} catch (error) ${body(9)}`,
    `switch (f(a)) ${body(9)}`,
    'interface A { b(c: number): { d: number }; }',
    'const a = b ? f(c) : { d: 1 };',
    'switch (a) { case f(b): { c(); } }',
  ])('the function finder takes %j for no function', text => {
    expect(spans(text)).toEqual([]);
  });

  it('the function finder counts a test but not the describe around it', () => {
    const it4 = `it('a', () => ${body(4)});`;
    expect(spans(`describe('x', () => {\n${it4}\n});`)).toEqual(['anonymous 4']);
    expect(spans(`describe.each([1, f(2)])('x', one => {\n${it4}\n});`)).toEqual(['anonymous 4']);
    expect(spans(`describeNeeds(need, 'x', () => {\n${it4}\n});`)).toEqual(['anonymous 4']);
  });
});
