import { expect, it } from 'vitest';
import { lines, run } from '../kit.ts';
import { IMPORTS, report, SEARCH } from './search.ts';

/** Names of Node's global object, of its built-ins and modules. `process` is the board's own, without these. */
const OF_NODE = [
  ...'mainModule binding getBuiltinModule dlopen kill exit Buffer setImmediate structuredClone'.split(' '),
  ...'queueMicrotask fetch WebSocket readFileSync createRequire navigator performance URL Worker'.split(' '),
];

it('an image that looks for a way out of its context by the known routes reaches nothing of Node', async () => {
  const fob = run(SEARCH + IMPORTS + report(OF_NODE));
  fob.press();
  fob.serial('USB').write(Uint8Array.of(65));
  fob.advance(20);
  // An import is refused in a microtask.
  await new Promise(resolve => setTimeout(resolve, 0));
  fob.advance(1_000);
  fob.close();
  expect(lines(fob).filter(line => line.startsWith('reached'))).toEqual(['reached  true']);
});

it('an image that catches the end of its power gets no object by which it could leave its context', () => {
  const source = `${SEARCH}
    ${report(OF_NODE)}
    setTimeout(function () {
      require("Storage").write("a", "b");
    }, 5);
    var kept; setTimeout(function () { try { E.reboot(); } catch (e) { kept = e; follow(e); found.forEach(function (g) {
      if (g.Buffer) g.leaked = true;
    }); } }, 300);`;
  const fob = run(source);
  fob.advance(1_000);
  fob.close();
  expect((globalThis as { leaked?: true }).leaked).toBeUndefined();
});

it('an exception that a native function throws at the end of the stack leads an image to nothing of Node', () => {
  const fob = run(`
    var caught = [];
    function deep() { try { (0.1).toString(); (0.1).toFixed(20); Math.random(); } catch (e) { caught.push(e); return; } deep(); }
    for (var pad = 0; pad < 20; pad++) (function go(n) { if (n) go(n - 1); else deep(); })(pad);
    var reached = caught.filter(function (e) {
      try { return e.constructor.constructor("return process")().binding !== undefined; } catch (x) { return false; }
    });
    print("reached", reached.length, caught.length > 0);`);
  fob.advance(1_000);
  fob.close();
  expect(lines(fob).filter(line => line.startsWith('reached'))).toEqual(['reached 0 true']);
});
