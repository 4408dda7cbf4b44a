import { expect, it } from 'vitest';
import { printed } from './kit.ts';
import { prints } from './prints.ts';

it.each(['==', '=', ' ==', '=\n='])('atob answers %j with a string of length -1 and junk in it', text => {
  const source = `var s = atob(${JSON.stringify(text)}); print(s.length, typeof s.charCodeAt(0), typeof s.charCodeAt(40))`;
  expect(printed(source)).toEqual(['-1 number number']);
});

it('atob has other junk in another fob', () => {
  const source =
    'var s = atob("="); var o = []; for (var i = 0; i < 9; i++) o.push(s.charCodeAt(i)); print(o.join())';
  expect(printed(source, { seed: 1 })).not.toEqual(printed(source, { seed: 2 }));
});

it('crypto of the bench has what that of the pico lacks', () => {
  const source = 'var c = require("crypto"); print(typeof c.SHA384, typeof c.SHA512, typeof AES.ccmEncrypt)';
  expect(printed(source, { board: 'bench' })).toEqual(['function function function']);
});

prints('differences that an image can meet')`
  atob and btoa keep all 256 values:
    var u = new Uint8Array(256); for (var i = 0; i < 256; i++) u[i] = i; var s = atob(btoa(u)), ok = s.length === 256;
    for (i = 0; i < 256; i++) if (s.charCodeAt(i) !== i) ok = false; print(ok)
    > true

  hwRand is a signed number of 32 bits:
    print((function (n) { return n === (n | 0) })(E.hwRand()))
    > true

  crypto prints argument errors and answers undefined:
    var c = require("crypto");
    print(c.AES.encrypt(new Uint8Array(15), new Uint8Array(16)));
    print(c.AES.encrypt(new Uint8Array(16), new Uint8Array(5)));
    print(c.AES.encrypt(new Uint8Array(16), new Uint8Array(16), { mode: "OFB" }));
    > ERROR: Invalid input length
    > undefined
    > ERROR: Unknown error: -0x20
    > undefined
    > ERROR: Feature unavailable
    > undefined

  crypto on the pico has neither SHA-512 nor CCM:
    var c = require("crypto"); print(typeof c.SHA384, typeof c.SHA512, typeof AES.ccmEncrypt, typeof c.PBKDF2)
    > undefined undefined undefined function
`;
