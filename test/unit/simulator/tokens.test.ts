import { spelled } from '@passfob/simulator/interpreter/realm/tokens';
import { expect, it } from 'vitest';
import { bytes, printed } from './kit.ts';

/** `return` and `this` as bytes. */
const RETURN = '\xab';
const THIS = '\xaf';

it('tokenised code runs as a boot file, through eval, through Function and as a module', () => {
  expect(printed('\xacx=5;\xa3(x\x8b5)print("five")')).toEqual(['five']);
  const files = { mod: bytes('exports.n=1\xa02') };
  expect(printed('print(require("mod").n)', { files })).toEqual(['1']);
  const app = { app: bytes(`\xaaf(a){${RETURN}a\x9e7}`) };
  expect(printed('eval(require("Storage").read("app"));print(f(0))', { files: app })).toEqual(['0']);
  const code = `${RETURN}a\x8b2`;
  expect(printed(`print(new Function("a","${code}")(2))`)).toEqual(['true']);
});

it('tokenised code has no words inside strings, templates, regular expressions and comments', () => {
  const inside = `"${THIS}"+'${RETURN}\\'${THIS}'+\`${THIS}\x24{\`${RETURN}\`}\`+/${THIS}/.test(x)//${RETURN}\n`;
  expect(spelled(inside)).toBe(inside);
  expect(spelled(`/*${THIS}*/${THIS}`)).toBe(`/*${THIS}*/ this `);
});

it('tokenised code distinguishes a division from a regular expression as Espruino does', () => {
  expect(spelled(`a/${THIS}/b`)).toBe('a/ this /b');
  expect(spelled(`(a)/${THIS}/b`)).toBe('(a)/ this /b');
  expect(spelled(`=/${THIS}/`)).toBe(`=/${THIS}/`);
  expect(spelled(`${RETURN}/${THIS}/`)).toBe(` return /${THIS}/`);
  expect(spelled(`\xb4/${THIS}`)).toBe(' true / this ');
});

it('tokenised code has raw strings of both lengths', () => {
  expect(spelled('\xd1\x03a"\0;')).toBe('"a\\"\\u0000";');
  expect(spelled(`\xd2\x02\x01${'x'.repeat(258)}\xd0`)).toBe(`"${'x'.repeat(258)}" ?? `);
});

it('tokenised code does not run with a byte that is no word', () => {
  expect(printed('try{eval("1\xc7")}catch(e){print(e instanceof SyntaxError)}')).toEqual(['true']);
  expect(printed('var a=1;\x81')[0]).toContain('SyntaxError');
});
