import { describe, expect, it } from 'vitest';
import { lines, printed, QUIET, run } from './kit.ts';

describe('timers', () => {
  it('timers run in the order of their times, and of their making where those are equal', () => {
    const fob = run(
      `${QUIET}[[30, "c"], [10, "a"], [20, "b1"], [20, "b2"]].forEach(t => setTimeout(() => print(t[1], Math.round(getTime() % 100 * 1000)), t[0]));`,
    );
    expect(lines(fob)).toEqual([]);
    fob.advance(9);
    expect(lines(fob)).toEqual([]);
    fob.advance(11.1);
    expect(lines(fob).map(line => line.slice(0, 2))).toEqual(['a ', 'b1', 'b2']);
    fob.advance(10);
    expect(lines(fob)).toHaveLength(4);
  });

  it('timers run in the order of making when several are late', () => {
    // The idle loop compares all of them with one time (jsinteractive.c): after a stall the order is that of the
    // list.
    const fob = run(
      `${QUIET}setTimeout(() => print("late"), 8); setTimeout(() => print("early"), 5); setTimeout(() => { var t = getTime() + 0.02; while (getTime() < t); }, 1);`,
    );
    fob.advance(30);
    expect(lines(fob)).toEqual(['late', 'early']);
  });

  it('timers of an interval keep their phase after a stall', () => {
    const fob = run(
      `${QUIET}var n = 0; setInterval(() => n++, 10); setTimeout(() => { var t = getTime() + 0.25; while (getTime() < t); }, 15); setTimeout(() => print(n), 1005);`,
    );
    fob.advance(1010);
    expect(lines(fob)).toEqual(['100']);
  });

  it('timers can be changed, cleared and given arguments', () => {
    const fob = run(`${QUIET}
      var a = setInterval(x => print("a", x), 10, 7); setTimeout(() => changeInterval(a, 50), 25);
      var b = setTimeout(() => print("never"), 5); clearTimeout(b);
      setTimeout(() => clearInterval(a), 85);
      setTimeout("print('text')", 1);
      try { clearTimeout(undefined) } catch (e) { print(e.message) }
      try { changeInterval(99, 1) } catch (e) { print(e.message) }`);
    fob.advance(200);
    expect(lines(fob)).toEqual([
      'clearTimeout(undefined) not allowed. Use clearTimeout() instead',
      'Unknown Interval',
      'text',
      'a 7',
      'a 7',
      'a 7',
    ]);
  });

  it('timers are not moved by setTime', () => {
    const fob = run(
      `${QUIET}setTimeout(() => print("due"), 50); setTime(2000000000); print(getTime() >= 2000000000);`,
    );
    fob.advance(49);
    expect(lines(fob)).toEqual(['true']);
    fob.advance(2);
    expect(lines(fob)).toEqual(['true', 'due']);
  });

  it('timers do not survive the power', () => {
    const fob = run(`${QUIET}setTimeout(() => print("due"), 50);`);
    fob.cutPower();
    fob.advance(100);
    expect(lines(fob)).toEqual([]);
  });

  it('timers of no length run before a stimulus returns, those of some length wait for time', () => {
    const fob = run(
      `${QUIET}USB.on("data", () => { setTimeout(() => { print("now"); setTimeout(() => print("and now"), 0) }, 0); setTimeout(() => print("later"), 5) });`,
    );
    fob.link.write(Uint8Array.of(65));
    expect(lines(fob)).toEqual(['now', 'and now']);
    fob.advance(5);
    expect(lines(fob)).toEqual(['now', 'and now', 'later']);
  });

  it('timers that never end do not stop the stimulus from returning', () => {
    const fob = run(`${QUIET}USB.on("data", () => { setInterval(() => {}, 0) });`);
    fob.link.write(Uint8Array.of(65));
    const before = fob.now();
    fob.advance(10);
    expect(fob.now() - before).toBe(10);
  });
});

describe('time', () => {
  it('time advances by the work done, so that waiting for it ends', () => {
    expect(printed('var t = getTime() + 0.01; while (getTime() < t); print("there")')).toEqual(['there']);
  });

  it('time is 2000 on a Pico that was without power, and set until then', () => {
    const fob = run(`${QUIET}print(new Date().toISOString().slice(0, 10), Math.floor(getTime() / 1e6));`);
    fob.cutPower();
    fob.powerOn();
    expect(lines(fob)).toEqual(['2000-01-01 946', '2000-01-01 946']);
  });

  it('time cannot be set on the bench', () => {
    expect(printed('setTime(5); print(getTime() > 1e9)', { board: 'bench' })).toEqual(['true']);
  });
});

describe('events and promises', () => {
  it('events and promises run after the code that made them', () => {
    const source = `var o = {}; o.on("x", (a, b) => print("got", a, b)); o.emit("x", 1, 2);
      Promise.resolve(5).then(v => { print("then", v); throw new Error("inside") }).catch(e => print(e.message));
      Promise.all([Promise.resolve(1), 2]).then(v => print(v.join())); print("first");`;
    expect(printed(source)).toEqual(['first', 'got 1 2', 'then 5', 'inside', '1,2']);
  });

  it('an unhandled rejection is reported', () => {
    expect(printed('new Promise((done, failed) => { var keep = done; failed("why") })')).toEqual([
      'Unhandled promise rejection: why',
    ]);
  });

  it('a listener can be added and removed', () => {
    const source = `var o = {}, f = () => print("f"), g = () => print("g"); o.on("x", f); o.prependListener("x", g); o.emit("x");
      setTimeout(() => { o.removeListener("x", g); o.emit("x") }, 1);
      setTimeout(() => { o.removeAllListeners("x"); o.emit("x"); print("end") }, 3);`;
    const fob = run(source);
    fob.advance(10);
    expect(lines(fob)).toEqual(['g', 'f', 'f', 'end']);
  });
});
