/**
 * A bad cable around a wire, controlled by a seed.
 *
 * Fault envelope. Every transfer (one `write`, one arrival at a listener) can suffer each of these faults once, each
 * with its own probability: a bit flipped; up to 16 bytes in a row dropped; up to 16 in a row delivered twice; the
 * end cut off at any byte; bytes inserted at any place: XON (0x11), XOFF (0x13), a console's prompt, a console's
 * message, or up to 16 bytes of junk. Both directions fail alike and independently. Bytes are never reordered, held
 * back beyond their transfer, or invented without a transfer; a transfer may become empty. All listeners of the wire
 * receive the same bytes.
 */

import { bytesOfText } from '../base/bytes.ts';
import type { Wire } from '../base/fob.ts';
import { FAULT_SPAN_MAX_BYTES } from '../base/limits.ts';
import { makeRandomness, type Randomness } from '../base/randomness.ts';

/** Probabilities from 0 to 1, per transfer. An omitted fault never happens. */
export interface FaultPlan {
  readonly seed: number;
  readonly flip?: number;
  readonly drop?: number;
  readonly duplicate?: number;
  readonly truncate?: number;
  readonly insert?: number;
}

export type FaultKind = Exclude<keyof FaultPlan, 'seed'>;

export interface FaultyWire extends Wire {
  /** Number of faults of each kind so far. */
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** From now on the cable is good. */
  heal(): void;
}

type Spoil = (bytes: number[], randomness: Randomness) => void;

const XON = 0x11;
const XOFF = 0x13;
const NOISE: readonly [readonly number[], ...(readonly number[])[]] = [
  [XON],
  [XOFF],
  [...bytesOfText('\r\n>')],
  [...bytesOfText('Uncaught Error: Unexpected token\r\n at line 1 col 1\r\n')],
];

function span(bytes: readonly number[], randomness: Randomness): { at: number; count: number } {
  const at = randomness.below(bytes.length);
  return { at, count: 1 + randomness.below(Math.min(FAULT_SPAN_MAX_BYTES, bytes.length - at)) };
}

/** In the order in which they are applied. */
const SPOILS: readonly (readonly [FaultKind, Spoil])[] = [
  [
    'flip',
    (bytes, randomness) => {
      const at = randomness.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << randomness.below(8));
    },
  ],
  [
    'drop',
    (bytes, randomness) => {
      const { at, count } = span(bytes, randomness);
      bytes.splice(at, count);
    },
  ],
  [
    'duplicate',
    (bytes, randomness) => {
      const { at, count } = span(bytes, randomness);
      bytes.splice(at, 0, ...bytes.slice(at, at + count));
    },
  ],
  [
    'truncate',
    (bytes, randomness) => {
      bytes.length = randomness.below(bytes.length);
    },
  ],
  [
    'insert',
    (bytes, randomness) => {
      const junk = [...randomness.bytes(1 + randomness.below(FAULT_SPAN_MAX_BYTES))];
      const noise = randomness.pick([...NOISE, junk] as [readonly number[], ...(readonly number[])[]]);
      bytes.splice(randomness.below(bytes.length + 1), 0, ...noise);
    },
  ],
];

/** Returns the same wire through a cable that fails according to `plan`. */
export function faultyWire(wire: Wire, plan: FaultPlan): FaultyWire {
  const faults: Record<FaultKind, number> = { flip: 0, drop: 0, duplicate: 0, truncate: 0, insert: 0 };
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let healed = false;

  function transfer(bytes: Uint8Array, randomness: Randomness): Uint8Array {
    if (healed) return bytes;
    const out = [...bytes];
    for (const [kind, spoil] of SPOILS) {
      if (out.length === 0 || randomness.fraction() >= (plan[kind] ?? 0)) continue;
      spoil(out, randomness);
      faults[kind]++;
    }
    return Uint8Array.from(out);
  }

  const inward = makeRandomness(plan.seed, 'wire in');
  const outward = makeRandomness(plan.seed, 'wire out');
  wire.onData(bytes => {
    const arrived = transfer(bytes, outward);
    for (const listener of [...listeners]) if (arrived.length > 0) listener(arrived.slice());
  });
  return {
    faults,
    heal() {
      healed = true;
    },
    write(bytes) {
      const arrived = transfer(bytes, inward);
      if (arrived.length > 0) wire.write(arrived);
    },
    onData(listener) {
      listeners.push(listener);
      return () => {
        const at = listeners.indexOf(listener);
        if (at >= 0) listeners.splice(at, 1);
      };
    },
  };
}
