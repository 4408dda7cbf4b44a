import { describe, expect, it } from 'vitest';
import { lines, QUIET, run } from './kit.ts';

const WATCH = (options: string) =>
  `${QUIET}setWatch(e => print(e.state, Math.round((e.time - e.lastTime) * 1000) / 1000), BTN, ${options});`;

describe('simulated keys', () => {
  it('a key is high while it is down', () => {
    const fob = run(`${QUIET}setInterval(() => print(BTN.read(), digitalRead(BTN1), C13 === BTN), 50);`);
    fob.keyDown();
    fob.advance(52);
    fob.keyUp();
    fob.advance(50);
    expect(lines(fob)).toEqual(['true 1 true', 'false 0 true']);
  });

  it('a key bounces by seed, and the debounce sees one edge each way', () => {
    const raw = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const bare = run(
        `${QUIET}setWatch(e => print(e.state), BTN, { repeat: true, edge: "both", debounce: 0 });`,
        { seed },
      );
      bare.press();
      raw.add(lines(bare).length);
      expect(lines(bare).at(-1)).toBe('false');
      const calm = run(
        `${QUIET}setWatch(e => print(e.state), BTN, { repeat: true, edge: "both", debounce: 25 });`,
        { seed },
      );
      calm.press();
      expect(lines(calm)).toEqual(['true', 'false']);
    }
    expect(Math.max(...raw)).toBeGreaterThan(2);
    expect(raw.size).toBeGreaterThan(2);
  });

  it('a key reports the time of its change, not the end of the debounce', () => {
    const fob = run(WATCH('{ repeat: true, edge: "both", debounce: 10 }'), { seed: 4 });
    fob.press(0, 500);
    const [down = '', up = ''] = lines(fob);
    expect(down).toMatch(/^true/);
    const held = Number(up.replace('false ', ''));
    expect(held).toBeGreaterThan(0.495);
    expect(held).toBeLessThan(0.505);
  });

  it('a key press shorter than the debounce is not noticed', () => {
    const fob = run(WATCH('{ repeat: true, edge: "both", debounce: 50 }'));
    fob.press(0, 30);
    expect(lines(fob)).toEqual([]);
  });

  it('a key has the defaults of a built-in button: rising, 25 ms, once', () => {
    const fob = run(`${QUIET}setWatch(e => print(e.state), BTN);`);
    fob.keyDown();
    fob.advance(20);
    expect(lines(fob)).toEqual([]);
    fob.advance(20);
    expect(lines(fob)).toEqual(['true']);
    fob.keyUp();
    fob.advance(50);
    fob.press();
    expect(lines(fob)).toEqual(['true']);
  });

  it('a key can be watched for one edge, and no longer', () => {
    const fob = run(
      `${QUIET}var w = setWatch(e => { print(e.state); clearWatch(w) }, BTN, { repeat: true, edge: "falling", debounce: 5 });
       try { setWatch(() => 0, BTN, { edge: "sideways" }) } catch (e) { print(e.message) } try { setWatch(() => 0, "Z9") } catch (e) { print(e.message) }`,
    );
    fob.press();
    fob.press();
    expect(lines(fob)).toEqual([
      "'edge' in setWatch should be 1, -1, 0, 'rising', 'falling' or 'both'",
      'Invalid pin',
      'false',
    ]);
  });

  it('a key that does not exist is refused', () => {
    const fob = run('');
    expect(fob.keys).toBe(1);
    expect(() => fob.keyDown(1)).toThrow('there is no key 1');
    const bench = run('', { board: 'bench' });
    expect(bench.keys).toBe(0);
    expect(() => bench.press()).toThrow('this board has no keys');
  });
});
