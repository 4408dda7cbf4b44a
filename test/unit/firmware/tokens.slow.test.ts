import { fileURLToPath } from 'node:url';
import { spellConstants } from '@passfob/firmware/build/constants';
import { imageOf } from '@passfob/firmware/build/image';
import type { ImageBoard } from '@passfob/firmware/build/limits';
import { tokenise } from '@passfob/firmware/build/tokens';
import { spelled } from '@passfob/simulator/interpreter/realm/tokens';
import { parse } from 'acorn';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { itNeeds, needsEspruino } from '../../kit/tools.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Returns the tree of a program without positions and formatting. */
function tree(code: string): unknown {
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'script' });
  return JSON.parse(
    JSON.stringify(program, (key, value) => (['start', 'end', 'raw'].includes(key) ? undefined : value)),
  );
}

/** Each entry is an expression; its value is text. */
const TRICKY = [
  // Property names like reserved words.
  '(function () { var o = { of: 1, default: 2, in: 3, new: 4, get: 5, if: 6, this: 7 }; return "" + o.of + o.default + o["in"] + o.new + o.get + o.if + o.this; })()',
  '(function () { class A { constructor(n) { this.n = n; } static make() { return new A(4); } set(n) { this.n = n; return this; } } class B extends A { constructor() { super(5); } set(n) { return super.set(n + 1); } } return "" + A.make().n + new B().set(8).n; })()',
  '(function () { var o = { get a() { return "got"; }, set b(v) { this.c = v; } }; o.b = "set"; return o.a + o.c; })()',
  // Templates, strings and regular expressions that look like code.
  '(function () { var n = 2; return `if \x24{n + 1} \x24{`return \x24{n === 2}`} else`; })()',
  '"return this => function" + \'it is "new"\' + "a\\nb\\x41\\u0042"',
  '"\\xe9\\xd1\\x80\\0" + "a string that is long enough \\xd1\\xd2 \\0 to be left where it is"',
  '"while (true) { return `\x24{this}` }"',
  '"if===this".replace(/if===/g, "") + /^.*return$/.test("return") + (8 / 2 / 2)',
  '(function () { var a = 8, g = 2; return "" + a / g + (a) / g + [a][0] / g; })()',
  '"" + [1, 2].map(x => x / 2).join()',
  // Characters that would form another operator side by side.
  '(function () { var a = 1, b = 2; return "" + (a + +b) + (a - -b) + (a + ++b) + (a - --b) + (a++ + b) + (a-- - b); })()',
  '(function () { var a = 7; a <<= 3; a >>= 1; a ^= 5; a |= 64; a &= 127; a %= 100; a *= 3; a /= 2; a >>>= 1; a -= 1; a += 4; return "" + a + (a << 2) + (a >> 1) + (-a >>> 28); })()',
  '(function () { return "" + (1 == "1") + (1 === 1) + (1 != 2) + (1 !== 1) + (1 <= 1) + (1 >= 2) + (1 && 0) + (0 || 3); })()',
  '(function () { return "" + 1 .toFixed(1) + 1..toFixed(1) + .5; })()',
  // Words.
  '(function () { var out = ""; for (var k in { x: 1, y: 2 }) out += k; for (var v of [3, 4]) out += v; do { out += "."; } while (out.length < 6); return out; })()',
  '(function () { switch (5) { case 4: return "no"; case 5: break; default: return "never"; } try { throw "thrown"; } catch (e) { return e; } finally { var f = void 0; } })()',
  '(function () { var o = { a: 1 }; delete o.a; return typeof o.a + (o instanceof Object) + ("b" in o) + null + true + false + undefined; })()',
  '(function () { const a = 1; let b = 2; if (a) { if (b) return "both"; else return "one"; } else return "none"; })()',
  '(function () { for (var i = 0; ; i++) { if (i < 3) continue; break; } return "" + i; })()',
  '(function () { var a = 1\n;var b = 2\n/* a comment\nof lines */a = 5 // and one\nreturn "" + a + b; })()',
  '"" + !0 + !1 + void 0 + (!0 ? 1 : 2)',
];

it.each<ImageBoard>(['pico', 'bench'])(
  'the tokenised program equals the %s image, once its words are restored',
  async board => {
    const plain = await imageOf(ROOT, board, code => code);
    const image = await imageOf(ROOT, board);
    for (const [name, code] of Object.entries(image)) {
      expect(tree(spelled(code)), name).toEqual(tree(plain[name] ?? ''));
      expect(code.length, name).toBeLessThanOrEqual(plain[name]?.length ?? 0);
    }
  },
);

it.each(TRICKY)('a program survives tokenising: %s', code =>
  expect(tree(spelled(tokenise(code)))).toEqual(tree(code)),
);

it('a tokenised program has a byte for each word, and no unneeded space', () => {
  expect(tokenise('if (a === 1) return_ ( typeof b ) ; else c in d')).toBe(
    '\xa3(a\x8b1)return_(\xbf' + 'b);\xa4c\xb9d',
  );
  expect(tokenise('a . return + {return : 1, b : "of"} . of')).toBe('a.return+{return:1,b:"of"}.of');
  expect(tokenise('a + +b; a++ - -1; 1 .x')).toBe('a+ +b;a\x98- -1;1 .x');
});

it('a tokenised program has longer strings unchanged', () => {
  expect(tokenise('"\\0\\x01\\n    9"')).toBe('\xd1\x08\0\x01\n    9');
  const long = 'x'.repeat(300);
  expect(tokenise(`f("${long}")`)).toBe(`f(\xd2\x2c\x01${long})`);
});

it.each(['"\u20ac"', '`\u20ac`', 'var \xe9 = 1'])('a program is refused where there is no byte: %s', code =>
  expect(() => tokenise(code)).toThrow('no byte'),
);

itNeeds(needsEspruino(), 'tokenised code means the same to the real interpreter', async binary => {
  const folder = temporaryFolder('tokens');
  const interpreter = new Interpreter([binary], folder);
  const program = `[${TRICKY.map(code => `function () { return ${code}; }`)}]`;
  await interpreter.write('plain', Buffer.from(program, 'latin1'));
  await interpreter.write('tokens', Buffer.from(tokenise(program), 'latin1'));
  const values = async (name: string) => {
    const printed = await interpreter.run(
      'function call(f) { try { return f(); } catch (e) { return "throws " + e; } }' +
        `print("<<"+JSON.stringify(eval(require("Storage").read("${name}")).map(call))+">>");quit();`,
    );
    return JSON.parse(/<<(.*)>>/s.exec(printed)?.[1] ?? printed) as unknown[];
  };
  const expected = await values('plain');
  expect(expected).toHaveLength(TRICKY.length);
  expect(String(expected)).not.toContain('throws');
  expect(await values('tokens')).toEqual(expected);
});

it('a tokenised program spells constants as words', () =>
  expect(spellConstants('return_(!0,!1,void 0,!2,!x,a!=0,-0)').replace(/ /g, '')).toBe(
    'return_(true,false,undefined,!2,!x,a!=0,-0)',
  ));
