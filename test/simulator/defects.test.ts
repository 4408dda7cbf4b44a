import { describe, expect, it } from 'vitest';
import { printed } from './kit.ts';

describe('atob', () => {
  it.each(['==', '=', ' ==', '=\n='])('atob answers %j with a string of length -1 and junk in it', text => {
    const source = `var s = atob(${JSON.stringify(text)}); print(s.length, typeof s.charCodeAt(0), typeof s.charCodeAt(40))`;
    expect(printed(source)).toEqual(['-1 number number']);
  });

  it('atob has other junk in another fob', () => {
    const source =
      'var s = atob("="); var o = []; for (var i = 0; i < 9; i++) o.push(s.charCodeAt(i)); print(o.join())';
    expect(printed(source, { seed: 1 })).not.toEqual(printed(source, { seed: 2 }));
  });

  // Lengths and bytes as the real interpreter gave them.
  it.each([
    ['', ''],
    ['Q', ''],
    ['QQ', '65'],
    ['QQ==', '65'],
    ['Q Q\n==', '65'],
    ['QUI', '65,66'],
    ['QUJD=', '65,66'],
    ['QUJD====', '65,66,67,0'],
    ['QQ==QQ==', '65,65,0,0'],
    ['$$$$', '0,0,0'],
    ['/+8A', '255,239,0'],
  ])('atob decodes %j as Espruino does', (text, expected) => {
    const source = `var s = atob(${JSON.stringify(text)}), o = []; for (var i = 0; i < s.length; i++) o.push(s.charCodeAt(i)); print(o.join())`;
    expect(printed(source)).toEqual([expected]);
  });

  it('atob and btoa keep all 256 values', () => {
    const source =
      'var u = new Uint8Array(256); for (var i = 0; i < 256; i++) u[i] = i; var s = atob(btoa(u)), ok = s.length === 256; for (i = 0; i < 256; i++) if (s.charCodeAt(i) !== i) ok = false; print(ok)';
    expect(printed(source)).toEqual(['true']);
  });
});

describe('differences an image can meet', () => {
  it.each([
    ['slice of a typed array is an array', 'Array.isArray(new Uint8Array([1,2,3]).slice(1))', 'true'],
    ['filter of a typed array too', 'Array.isArray(new Uint8Array([1,2]).filter(x => x > 1))', 'true'],
    [
      'an ArrayBuffer has elements',
      'var b = E.toArrayBuffer("AB"); [b[0], b[1], b.length, b.byteLength].join()',
      '65,66,2,2',
    ],
    ['and takes them', 'var b = new ArrayBuffer(2); b[1] = 9; new Uint8Array(b).join()', '0,9'],
    [
      'and can be copied from',
      'var u = new Uint8Array(3); u.set(E.toArrayBuffer("AB"), 1); u.join()',
      '0,65,66',
    ],
    ['fromCharCode keeps a byte', 'String.fromCharCode(8364).charCodeAt(0)', '172'],
    ['apply takes 256', 'String.fromCharCode.apply(null, new Uint8Array(256)).length', '256'],
    ['events are on every object', 'typeof {}["on"] + typeof {}["emit"]', 'functionfunction'],
    ['hwRand is a signed 32-bit number', '(function (n) { return n === (n | 0) })(E.hwRand())', 'true'],
  ])('the simulator differs from the standard as Espruino does: %s', (_what, expression, expected) => {
    expect(printed(`print(eval(${JSON.stringify(expression)}))`)).toEqual([expected]);
  });

  it('apply refuses 257', () => {
    const source =
      'try { String.fromCharCode.apply(null, new Uint8Array(257)) } catch (e) { print(e.message) }';
    expect(printed(source)).toEqual([
      'Array passed to Function.apply is too big! Maximum 256 arguments, got 257',
    ]);
  });
});

describe('crypto', () => {
  it('crypto prints argument errors and answers undefined', () => {
    const source = `var c = require("crypto");
      print(c.AES.encrypt(new Uint8Array(15), new Uint8Array(16)));
      print(c.AES.encrypt(new Uint8Array(16), new Uint8Array(5)));
      print(c.AES.encrypt(new Uint8Array(16), new Uint8Array(16), { mode: "OFB" }));
      print(c.SHA1(undefined));`;
    expect(printed(source)).toEqual([
      'ERROR: Invalid input length',
      'undefined',
      'ERROR: Unknown error: -0x20',
      'undefined',
      'ERROR: Feature unavailable',
      'undefined',
      'undefined',
    ]);
  });

  it('crypto ignores the IV in counter mode', () => {
    const source = `var k = new Uint8Array(16), d = new Uint8Array(20), iv = new Uint8Array([1, 2, 3]);
      print(new Uint8Array(AES.encrypt(d, k, { mode: "CTR", iv: iv })).join());`;
    expect(printed(source)).toEqual([
      '102,233,75,212,239,138,44,59,136,76,250,89,202,52,43,46,88,226,252,206',
    ]);
  });

  it('crypto on pico has neither SHA-512 nor CCM', () => {
    const source =
      'var c = require("crypto"); print(typeof c.SHA384, typeof c.SHA512, typeof AES.ccmEncrypt, typeof c.PBKDF2)';
    expect(printed(source)).toEqual(['undefined undefined undefined function']);
    expect(printed(source, { board: 'bench' })).toEqual(['function function function function']);
  });

  it('crypto flattens the data it hashes', () => {
    const source = `var c = require("crypto"), h = c.SHA1([1, [2, "a"], new Uint8Array([3]), { data: 4, count: 2 }]);
      print(h[0] === c.SHA1("\\x01\\x02a\\x03\\x04\\x04")[0], h.length)`;
    expect(printed(source)).toEqual(['true 20']);
  });
});

describe('indexOf', () => {
  // As the real interpreter gave them.
  it.each([
    ['abc ', ' x', 3],
    ['abcx', 'xyz', 3],
    ['abcxy', 'xyz', 3],
    ['abcx', 'q', -1],
    ['abc', 'abcd', -1],
    ['a b', ' c', -1],
    ['aab', 'ab', 1],
    [' 12 34 ', ' 56 ', 6],
  ])('indexOf finds at the end of %j the beginning of %j, at %i', (text, sought, at) => {
    const source = `print(${JSON.stringify(text)}.indexOf(${JSON.stringify(sought)}))`;
    expect(printed(source)).toEqual([`${at}`]);
  });

  it('includes uses indexOf', () => {
    expect(printed('print(" 12 34 ".includes(" 56"), " 12 34 .".includes(" 56"))')).toEqual(['true false']);
  });
});
