/**
 * A bad cable around a wire. Both directions fail alike and independently. Bytes are never reordered, and never
 * invented without a transfer; a transfer may become empty. All listeners of the wire receive the same bytes.
 */

import { bytesOfText } from '../base/bytes.ts';
import { checkBytes } from '../base/bytes-given.ts';
import type { FaultPlan, WireFaults } from '../base/fault-plan.ts';
import type { Wire } from '../base/fob.ts';
import {
  FAULT_SPAN_MAX_BYTES,
  WIRE_DELAY_MAX_US,
  WIRE_STALL_MAX_US,
  WIRE_STALL_MIN_US,
} from '../base/limits.ts';
import type { Randomness } from '../base/randomness.ts';
import { FaultDraw } from './draw.ts';
import type { FaultFact } from './fact.ts';
import { FAULT_KINDS } from './names.ts';
import { checkedPlan } from './plan.ts';

const ON = 'each transfer in either direction';
const REPEATS =
  'drops frames whose checksum is wrong; the host sends the request again, and the fob answers a repeated request without doing it twice';

export const WIRE_FAULTS = {
  flip: { on: ON, does: 'one bit is flipped', always: 'other bytes are right', fob: REPEATS },
  drop: { on: ON, does: 'up to 16 bytes in a row are lost', always: 'other bytes are right', fob: REPEATS },
  duplicate: {
    on: ON,
    does: 'up to 16 bytes in a row arrive twice, the second time right behind the first',
    always: 'no byte comes back later',
    fob: REPEATS,
  },
  truncate: {
    on: ON,
    does: 'the end is lost from any byte on',
    always: 'the bytes before are right',
    fob: REPEATS,
  },
  noise: {
    on: ON,
    does: 'up to 16 bytes of junk arrive at any place in it',
    always: 'the bytes around are right',
    fob: REPEATS,
  },
  flow: {
    on: ON,
    does: 'a byte of flow control, XON (0x11) or XOFF (0x13), arrives at any place in it',
    always: 'nobody obeys it: neither Espruino nor the host uses flow control',
    fob: 'ignores the byte between frames, and drops a frame that it stands in',
  },
  console: {
    on: ON,
    does: 'a prompt or an error message of a console arrives at any place in it',
    always: 'the bytes around are right',
    fob: REPEATS,
  },
  delay: {
    on: ON,
    does: 'it arrives up to 0.5 s later, and what follows waits behind it',
    always: 'no byte changes, gets lost or overtakes others',
    fob: 'waits: a frame ends with its last byte',
  },
  stall: {
    on: ON,
    does: 'nothing arrives in either direction for 1 to 10 s; then everything does, in order',
    always: 'no byte changes, gets lost or overtakes others',
    fob: 'goes on; the host sends the request again, and reports a fob that does not answer in time',
  },
} satisfies Record<keyof WireFaults, FaultFact>;

export type WireFaultKind = keyof WireFaults;

export interface FaultyWire extends Wire {
  /** Number of faults of each kind so far. */
  readonly faults: Readonly<Record<WireFaultKind, number>>;
  /** From now on the cable is good. */
  heal(): void;
}

/** Simulated time, for faults that hold bytes back. */
export interface CableClock {
  nowUs(): number;
  at(dueUs: number, run: () => void): void;
}

type Spoil = (bytes: number[], randomness: Randomness) => void;

const XON = 0x11;
const XOFF = 0x13;
const PROMPT = [...bytesOfText('\r\n>')];
const MESSAGE = [...bytesOfText('Uncaught Error: Unexpected token\r\n at line 1 col 1\r\n')];

function span(bytes: readonly number[], randomness: Randomness): { at: number; count: number } {
  const at = randomness.below(bytes.length);
  return { at, count: 1 + randomness.below(Math.min(FAULT_SPAN_MAX_BYTES, bytes.length - at)) };
}

function insert(bytes: number[], randomness: Randomness, noise: readonly number[]): void {
  bytes.splice(randomness.below(bytes.length + 1), 0, ...noise);
}

/** In the order in which they are applied. */
const SPOILS: readonly (readonly [WireFaultKind, Spoil])[] = [
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
    'noise',
    (bytes, randomness) =>
      insert(bytes, randomness, [...randomness.bytes(1 + randomness.below(FAULT_SPAN_MAX_BYTES))]),
  ],
  ['flow', (bytes, randomness) => insert(bytes, randomness, [randomness.pick([XON, XOFF])])],
  ['console', (bytes, randomness) => insert(bytes, randomness, randomness.pick([PROMPT, MESSAGE]))],
];

function spoiled(bytes: Uint8Array, faults: FaultDraw, lane: string): Uint8Array {
  const out = [...bytes];
  for (const [kind, spoil] of SPOILS) {
    const randomness = out.length > 0 ? faults.strikes(`wire.${kind}`, lane) : undefined;
    if (randomness) spoil(out, randomness);
  }
  return Uint8Array.from(out);
}

/** The state of one cable: until when it carries nothing. */
interface Cable {
  readonly faults: FaultDraw;
  readonly clock: CableClock | undefined;
  stalledUntilUs: number;
}

/** Returns one direction of a cable: takes transfers, and hands on what arrives. */
function laneOf(cable: Cable, lane: string, deliver: (bytes: Uint8Array) => void) {
  let waiting = 0;
  let freeAtUs = 0;
  return (bytes: Uint8Array) => {
    const { faults, clock } = cable;
    if (!faults.plan.wire && waiting === 0) {
      deliver(bytes);
      return;
    }
    const arriving = spoiled(bytes, faults, lane);
    const nowUs = clock?.nowUs() ?? 0;
    const stall = faults.strikes('wire.stall', lane);
    if (stall) {
      const us = WIRE_STALL_MIN_US + stall.below(WIRE_STALL_MAX_US - WIRE_STALL_MIN_US);
      cable.stalledUntilUs = Math.max(cable.stalledUntilUs, nowUs + us);
    }
    const delay = faults.strikes('wire.delay', lane);
    const ownUs = nowUs + (delay ? 1 + delay.below(WIRE_DELAY_MAX_US) : 0);
    const dueUs = Math.max(ownUs, cable.stalledUntilUs, waiting > 0 ? freeAtUs : 0);
    if (arriving.length === 0) return;
    if (!clock || (dueUs <= nowUs && waiting === 0)) {
      deliver(arriving);
      return;
    }
    waiting++;
    freeAtUs = dueUs;
    clock.at(dueUs, () => {
      waiting--;
      deliver(arriving);
    });
  };
}

/** Returns the same wire through a cable on which faults strike. Without a clock it holds nothing back. */
export function throughFaults(wire: Wire, faults: FaultDraw, clock?: CableClock): Wire {
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  const cable: Cable = { faults, clock, stalledUntilUs: 0 };
  const outward = laneOf(cable, 'out', bytes => {
    for (const listener of [...listeners]) listener(bytes.slice());
  });
  const inward = laneOf(cable, 'in', bytes => wire.write(bytes));
  wire.onData(outward);
  return {
    write(bytes) {
      checkBytes(bytes, 'what is written to a wire');
      inward(bytes);
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

/**
 * Returns any wire through a cable that fails according to the wire's part of `plan`. It has no simulated time: for
 * delays and stalls give the plan to `boot`, whose `link` has them. Throws for a plan with those.
 */
export function faultyWire(wire: Wire, plan: FaultPlan): FaultyWire {
  if (checkedPlan(plan).wire?.delay || plan.wire?.stall) {
    throw new TypeError('delay and stall need simulated time: give this plan to boot');
  }
  const draw = new FaultDraw(0);
  draw.set(plan);
  const kinds = FAULT_KINDS.wire;
  return {
    ...throughFaults(wire, draw),
    get faults() {
      const counts = kinds.map(kind => [kind, draw.struck(`wire.${kind}`)] as const);
      return Object.fromEntries(counts) as Record<WireFaultKind, number>;
    },
    heal: () => draw.heal(),
  };
}
