import { expect, it } from 'vitest';
import { lines, printed, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

prints('timers')`
  timers run in the order of their times, and of their making where those are equal:
    ${QUIET}[[30, "c"], [10, "a"], [20, "b1"], [20, "b2"]].forEach(t => setTimeout(() => print(t[1]), t[0]));
    @ advance 9
    @ advance 11.1
    > a
    > b1
    > b2
    @ advance 10
    > c

  timers that are late after a stall run in the order of the list, which the idle loop compares with one time:
    ${QUIET}setTimeout(() => print("late"), 8); setTimeout(() => print("early"), 5);
    setTimeout(() => { var t = getTime() + 0.02; while (getTime() < t); }, 1);
    @ advance 30
    > late
    > early

  timers of an interval keep their phase after a stall:
    ${QUIET}var n = 0; setInterval(() => n++, 10); setTimeout(() => { var t = getTime() + 0.25; while (getTime() < t); }, 15);
    setTimeout(() => print(n), 1005);
    @ advance 1010
    > 100

  timers can be changed, cleared and given arguments:
    ${QUIET}var a = setInterval(x => print("a", x), 10, 7); setTimeout(() => changeInterval(a, 50), 25);
    var b = setTimeout(() => print("never"), 5); clearTimeout(b); setTimeout(() => clearInterval(a), 85);
    setTimeout("print('text')", 1);
    try { clearTimeout(undefined) } catch (e) { print(e.message) } try { changeInterval(99, 1) } catch (e) { print(e.message) }
    > clearTimeout(undefined) not allowed. Use clearTimeout() instead
    > Unknown Interval
    @ advance 200
    > text
    > a 7
    > a 7
    > a 7

  timers are not moved by setTime:
    ${QUIET}setTimeout(() => print("due"), 50); setTime(2000000000); print(getTime() >= 2000000000);
    > true
    @ advance 49
    @ advance 2
    > due

  timers do not survive the power:
    ${QUIET}setTimeout(() => print("due"), 50);
    @ cut; advance 100

  timers of no length run before a stimulus returns, and those of some length wait for time:
    ${QUIET}USB.on("data", () => { setTimeout(() => { print("now"); setTimeout(() => print("and now"), 0) }, 0); setTimeout(() => print("later"), 5) });
    @ send A
    > now
    > and now
    @ advance 5
    > later

  time is 2000 on an Espruino Pico that was without power, and set until then:
    ${QUIET}print(new Date().toISOString().slice(0, 10), Math.floor(getTime() / 1e6));
    > 2000-01-01 946
    @ cut; on
    > 2000-01-01 946

  a listener can be added and removed:
    var o = {}, f = () => print("f"), g = () => print("g"); o.on("x", f); o.prependListener("x", g); o.emit("x");
    setTimeout(() => { o.removeListener("x", g); o.emit("x") }, 1);
    setTimeout(() => { o.removeAllListeners("x"); o.emit("x"); print("end") }, 3);
    > g
    > f
    @ advance 10
    > f
    > end
`;

it('timers that never end do not stop the stimulus from returning', () => {
  const fob = run(`${QUIET}USB.on("data", () => { setInterval(() => {}, 0) });`);
  fob.link.write(Uint8Array.of(65));
  const before = fob.now();
  fob.advance(10);
  expect([fob.now() - before, lines(fob)]).toEqual([10, []]);
});

it('time cannot be set on the bench', () =>
  expect(printed('setTime(5); print(getTime() > 1e9)', { board: 'bench' })).toEqual(['true']));

it.each([
  [
    'time advances by the work done',
    'var t = getTime() + 0.01; while (getTime() < t); print("there")',
    ['there'],
  ],
  [
    'events and promises run after the code that made them',
    `var o = {}; o.on("x", (a, b) => print("got", a, b)); o.emit("x", 1, 2);
       Promise.resolve(5).then(v => { print("then", v); throw new Error("inside") }).catch(e => print(e.message));
       Promise.all([Promise.resolve(1), 2]).then(v => print(v.join())); print("first");`,
    ['first', 'got 1 2', 'then 5', 'inside', '1,2'],
  ],
  [
    'an unhandled rejection is reported',
    'new Promise((done, failed) => { var keep = done; failed("why") })',
    ['Unhandled promise rejection: why'],
  ],
])('%s', (_, source, expected) => expect(printed(source)).toEqual(expected));
