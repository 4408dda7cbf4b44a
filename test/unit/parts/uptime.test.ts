import { expect, it } from 'vitest';
import { bench, partImage } from './kit.ts';

it('the uptime never goes back where the clock of the interpreter does, and continues from there', async () => {
  const { ask, fob } = bench(await partImage({ ms: 'uptime' }), { crystal: true });
  const clock: number[] = [];
  const uptime: number[] = [];
  for (let step = 0; step < 250; step++) {
    clock.push(Number(ask('getTime()')));
    uptime.push(Number(ask('ms()')));
    fob.advance(20);
  }
  const falls = (times: number[]) => times.filter((time, at) => time < (times[at - 1] ?? 0)).length;
  expect([falls(clock), falls(uptime)]).toEqual([1, 0]);
  // It counts on at once: it does not wait until the clock has caught up.
  const longest = uptime.map((time, at) => uptime.slice(at).filter(later => later === time).length);
  expect(Math.max(...longest)).toBeLessThanOrEqual(2);
});
