/**
 * A bad I2C bus, controlled by a seed, by the numbers of its transfers, or both.
 *
 * Fault envelope. Each transfer (one `writeTo` or `readFrom`) suffers at most one of these:
 * - `fail`: it ends with an exception. A part that was to be written has got any number of the first bytes, none and
 *   all included, as the seed decides, and takes their end for the end of the transfer. A part that was read has sent
 *   everything.
 * - `late`: its start takes longer than the driver waits. No part hears anything, and no further transfer is possible
 *   before I2C1 is set up anew.
 * - `hang`: the same, but a part holds SDA low as well, until SCL has been clocked nine times with SDA released.
 *
 * Bytes that arrive are right: no part answers for another, and nothing is garbled.
 */

import type { BusFault, BusFaultPlan } from '../base/fob.ts';
import { makeRandomness } from '../base/randomness.ts';

const KINDS: readonly BusFault[] = ['fail', 'late', 'hang'];

/** The fault of one transfer, and how many of its bytes arrive where it fails. */
export interface TransferFault {
  readonly kind: BusFault;
  arriving(length: number): number;
}

/** Returns the fault of a transfer by its number, from 1; undefined if it succeeds. */
export function busFaults(plan: BusFaultPlan): (transfer: number) => TransferFault | undefined {
  return transfer => {
    const randomness = makeRandomness(plan.seed ?? 0, 'bus', transfer);
    const drawn = KINDS.find(kind => randomness.fraction() < (plan[kind] ?? 0));
    const kind = plan.at?.[transfer] ?? drawn;
    return kind && { kind, arriving: length => randomness.below(length + 1) };
  };
}
