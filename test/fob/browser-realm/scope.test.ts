import { expect, it } from 'vitest';
import { lines, printed, run } from '../../unit/simulator/kit.ts';

it('names of one script are there for later ones, and as members of global', () => {
  const source = `
      var a = 1; let b = 2; const c = 3; function d() { return a; } class E2 {} f = 4;
      setTimeout("print(a, b, c, d(), typeof E2, f, global.a, global.d(), globalThis.f)", 1);
      setTimeout("a = 5; var a; print(d(), a)", 2);
      setTimeout("var a = 6; function d() { return 7; }", 3);
      setTimeout("print(a, d())", 4);`;
  const fob = run(source);
  fob.advance(10);
  expect(lines(fob)).toEqual(['1 2 3 1 function 4 1 1 4', '1 5', '6 7']);
});

it("names that a script assigns without declaring them are gone at the next boot, and never the simulator's", () => {
  const fob = run(
    'print(typeof left, typeof fetch, typeof process.exit); left = 1; print(left, global.left);',
  );
  fob.cutPower();
  fob.powerOn();
  expect(lines(fob)).toEqual([
    'undefined undefined undefined',
    '1 1',
    'undefined undefined undefined',
    '1 1',
  ]);
  expect('left' in globalThis).toBe(false);
});

it('a script that is an expression has a value, and one within another has its own names', () => {
  const source = `
      var x = eval("1 + 1;"); print(x, eval("({a:1})").a, eval("var y = 3; y"), y);
      Modules.addCached("m", function () { return { z: 5 }; }); print(require("m").z, new Function("a", "b", "return a + b")(1, 2));`;
  expect(printed(source)).toEqual(['2 1 undefined 3', '5 3']);
});

it("fobs in one realm have built-ins of their own, and the realm keeps the language's", () => {
  const one = run('Math.mine = 1; Object.prototype.mine = 2; Uint8Array.prototype.mine = 3; JSON.mine = 4;');
  expect(printed('print(Math.mine, Object.prototype.mine, Uint8Array.prototype.mine, JSON.mine)')).toEqual([
    'undefined undefined undefined undefined',
  ]);
  one.close();
  expect([(Math as { mine?: 1 }).mine, ({} as { mine?: 1 }).mine]).toEqual([undefined, undefined]);
});

it("what an image makes by name is Espruino's: buffers with elements, lists of typed arrays, listeners, promises", () => {
  const source = `
      var b = new Uint8Array([1, 2, 3]).buffer; print(b[1], b.length, new ArrayBuffer(2).length);
      print(Array.isArray(new Uint8Array(3).slice(1)), String.fromCharCode(321), new Date(0).getTimezoneOffset());
      print([] instanceof Array, new Uint8Array(1) instanceof Uint8Array, {} instanceof Object, print instanceof Function);
      try { null.x } catch (e) { print(e instanceof TypeError, e instanceof Error, e.toString().slice(0, 10)) }
      try { throw new Error("why") } catch (e) { print(e instanceof Error, e instanceof TypeError, e.message) }
      E.on("own", function (v) { print("heard", v) }); E.emit("own", 5);
      Promise.resolve(6).then(print); print("first");`;
  const fob = run(source);
  fob.advance(1);
  expect(lines(fob)).toEqual([
    '2 3 2',
    'true A 0',
    'true true true true',
    'true false TypeError:',
    'true false why',
    'first',
    'heard 5',
    '6',
  ]);
});
