import type { WireFaults } from '@passfob/simulator/base/fault-plan';
import type { Wire } from '@passfob/simulator/base/fob';
import { FAULT_SPAN_MAX_BYTES } from '@passfob/simulator/base/limits';
import { faultyWire } from '@passfob/simulator/faults/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';

/** A wire that returns its input. */
function loop(): Wire {
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  return {
    write(bytes) {
      for (const listener of listeners) listener(bytes);
    },
    onData(listener) {
      listeners.push(listener);
      return () => listeners.splice(listeners.indexOf(listener), 1);
    },
  };
}

function through(plan: WireFaults & { seed: number }, ...transfers: readonly (readonly number[])[]) {
  const inner = loop();
  const arrived: number[][] = [];
  inner.onData(bytes => arrived.push([...bytes]));
  const { seed: chance, ...faults } = plan;
  const wire = faultyWire(inner, { seed: chance, wire: faults });
  for (const transfer of transfers) wire.write(Uint8Array.from(transfer));
  return { arrived, faults: wire.faults };
}

const data = fc.array(fc.nat(255), { minLength: 1, maxLength: 100 });
const seed = fc.nat();

it('a faulty wire without a plan is a plain wire', () =>
  fc.assert(
    fc.property(seed, data, (chance, bytes) => {
      expect(through({ seed: chance }, bytes).arrived).toEqual([bytes]);
    }),
  ));

it('a faulty wire fails the same way for the same seed', () =>
  fc.assert(
    fc.property(seed, data, (chance, bytes) => {
      const plan = {
        seed: chance,
        flip: 2,
        drop: 2,
        duplicate: 2,
        truncate: 2,
        noise: 2,
        flow: 2,
        console: 2,
      };
      expect(through(plan, bytes, bytes)).toEqual(through(plan, bytes, bytes));
    }),
  ));

it('a faulty wire flips one bit', () =>
  fc.assert(
    fc.property(seed, data, (chance, bytes) => {
      const [out = []] = through({ seed: chance, flip: 1 }, bytes).arrived;
      const bits = out.reduce((sum, byte, at) => sum + ones(byte ^ (bytes[at] ?? 0)), 0);
      expect([out.length, bits]).toEqual([bytes.length, 1]);
    }),
  ));

it('a faulty wire drops, repeats or cuts off in one place', () =>
  fc.assert(
    fc.property(seed, data, (chance, bytes) => {
      const [dropped = []] = through({ seed: chance, drop: 1 }, bytes).arrived;
      expect(bytes.length - dropped.length).toBeGreaterThanOrEqual(1);
      expect(bytes.length - dropped.length).toBeLessThanOrEqual(FAULT_SPAN_MAX_BYTES);
      expect(isSubsequence(dropped, bytes)).toBe(true);
      const [doubled = []] = through({ seed: chance, duplicate: 1 }, bytes).arrived;
      expect(doubled.length - bytes.length).toBeLessThanOrEqual(FAULT_SPAN_MAX_BYTES);
      expect(doubled.length).toBeGreaterThan(bytes.length);
      expect(isSubsequence(bytes, doubled)).toBe(true);
      const [cut = []] = through({ seed: chance, truncate: 1 }, bytes).arrived;
      expect(bytes.slice(0, cut.length)).toEqual(cut);
      expect(cut.length).toBeLessThan(bytes.length);
    }),
  ));

it('a faulty wire inserts junk, flow control, or the prompt and messages of a console', () => {
  const extras = (kind: 'noise' | 'flow' | 'console') =>
    Array.from({ length: 60 }, (_, chance) => {
      const [out = []] = through({ seed: chance, [kind]: 1 }, [7, 7]).arrived;
      expect(isSubsequence([7, 7], out)).toBe(true);
      return Buffer.from(out.filter(byte => byte !== 7)).toString('latin1');
    });
  expect([...new Set(extras('flow'))].sort()).toEqual(['\x11', '\x13']);
  expect([...new Set(extras('console').map(text => text.slice(0, 5)))].sort()).toEqual(['\r\n>', 'Uncau']);
  const junk = extras('noise');
  expect(Math.max(...junk.map(text => text.length))).toBeLessThanOrEqual(FAULT_SPAN_MAX_BYTES);
  expect(new Set(junk).size).toBeGreaterThan(50);
});

it('a faulty wire fails in both directions, counts, and can be healed', () => {
  const inner = loop();
  const wire = faultyWire(inner, { seed: 1, wire: { flip: 1 } });
  const seen: number[] = [];
  const stop = wire.onData(bytes => seen.push(...bytes));
  wire.write(Uint8Array.of(0));
  expect(wire.faults.flip).toBe(2);
  wire.heal();
  wire.write(Uint8Array.of(7));
  expect(seen.at(-1)).toBe(7);
  stop();
  wire.write(Uint8Array.of(8));
  expect(seen.at(-1)).toBe(7);
});

function ones(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}

function isSubsequence(short: readonly number[], long: readonly number[]): boolean {
  let at = 0;
  for (const byte of long) if (byte === short[at]) at++;
  return at === short.length;
}
