import { expect, it } from 'vitest';
import { lines, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

const WATCH = (options: string) =>
  `${QUIET}setWatch(e => print(e.state, Math.round((e.time - e.lastTime) * 1000) / 1000), BTN, ${options});`;

prints('simulated keys')`
  a key is high while it is down:
    ${QUIET}setInterval(() => print(BTN.read(), digitalRead(BTN1), C13 === BTN), 50);
    @ down; advance 52
    > true 1 true
    @ up; advance 50
    > false 0 true

  a key press shorter than the debounce is not noticed:
    ${WATCH('{ repeat: true, edge: "both", debounce: 50 }')}
    @ press 0 30

  a key has the defaults of a built-in button, which are rising, 25 ms and once:
    ${QUIET}setWatch(e => print(e.state), BTN);
    @ down; advance 20
    @ advance 20
    > true
    @ up; advance 50; press

  a key can be watched for one edge, and no longer:
    ${QUIET}var w = setWatch(e => { print(e.state); clearWatch(w) }, BTN, { repeat: true, edge: "falling", debounce: 5 });
    try { setWatch(() => 0, BTN, { edge: "sideways" }) } catch (e) { print(e.message) }
    try { setWatch(() => 0, "Z9") } catch (e) { print(e.message) }
    > 'edge' in setWatch should be 1, -1, 0, 'rising', 'falling' or 'both'
    > Invalid pin
    @ press; press
    > false
`;

it('a key bounces by seed, and the debounce sees one edge each way', () => {
  const edges = (seed: number, debounce: number) => {
    const source = `${QUIET}setWatch(e => print(e.state), BTN, { repeat: true, edge: "both", debounce: ${debounce} });`;
    const fob = run(source, { seed });
    fob.press();
    return lines(fob);
  };
  const raw = new Set<number>();
  for (let seed = 0; seed < 20; seed++) {
    const bare = edges(seed, 0);
    raw.add(bare.length);
    expect(bare.at(-1)).toBe('false');
    expect(edges(seed, 25)).toEqual(['true', 'false']);
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

it('a key that does not exist is refused', () => {
  const fob = run('');
  expect(fob.keys).toBe(1);
  expect(() => fob.keyDown(1)).toThrow('there is no key 1');
  const bench = run('', { board: 'bench' });
  expect(bench.keys).toBe(0);
  expect(() => bench.press()).toThrow('this board has no keys');
});
