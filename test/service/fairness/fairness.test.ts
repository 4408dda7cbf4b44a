import { Holdings } from '@passfob/service/base/fairness/holdings';
import { RoundRobin } from '@passfob/service/base/fairness/round-robin';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const key = fc.constantFrom('a', 'b', 'c', 'd');

it('a round robin serves each key once before any key twice, and each key in its order', () => {
  fc.assert(
    fc.property(fc.array(key), keys => {
      const queue = new RoundRobin<string>();
      for (const [at, one] of keys.entries()) queue.add(one, `${one}${at}`);
      const served = Array.from(keys, () => queue.next() ?? '');
      expect(queue.next()).toBeUndefined();
      for (const name of new Set(keys)) {
        const own = served.filter(one => one.startsWith(name));
        expect(own).toEqual(keys.flatMap((one, at) => (one === name ? [`${name}${at}`] : [])));
      }
      const first = served.slice(0, new Set(keys).size).map(one => one[0]);
      expect(new Set(first).size).toBe(new Set(keys).size);
    }),
  );
});

it('a round robin skips keys that may not be served now, and keeps their turn', () => {
  const queue = new RoundRobin<number>();
  for (const [at, name] of ['a', 'a', 'b', 'c'].entries()) queue.add(name, at);
  expect(queue.next(name => name !== 'a')).toBe(2);
  expect([queue.next(), queue.next(), queue.next()]).toEqual([0, 3, 1]);
});

it('the largest holder is a key that holds most, after any additions and removals', () => {
  const act = fc.tuple(key, fc.boolean());
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), acts => {
      const holdings = new Holdings();
      const model = new Map<string, number>();
      for (const [name, isAdded] of acts) {
        if (isAdded) holdings.add(name);
        else holdings.remove(name);
        model.set(name, Math.max(0, (model.get(name) ?? 0) + (isAdded ? 1 : -1)));
        const most = Math.max(...model.values());
        expect(holdings.of(name)).toBe(model.get(name));
        if (most === 0) expect(holdings.largest).toBeUndefined();
        else expect(model.get(holdings.largest ?? '')).toBe(most);
      }
    }),
  );
});
