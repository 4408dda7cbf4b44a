/**
 * A bad I2C bus. Each transfer (one `writeTo` or `readFrom`) suffers at most one fault. Bytes that arrive are right:
 * no part answers for another, and nothing is garbled.
 */

import type { BusFault, BusFaults } from '../base/fault-plan.ts';
import type { FaultDraw } from './draw.ts';
import type { FaultFact } from './fact.ts';

const MENDED =
  'frees the bus, sets it up anew and tries again; after several failures in a row it says that the part does not answer';

export const BUS_FAULTS = {
  fail: {
    on: 'each transfer',
    does: 'it ends with an exception; a part that was to be written has got any number of the first bytes, and takes their end for the end of the transfer; a part that was read has sent everything',
    always: 'bytes that arrive are right',
    fob: MENDED,
  },
  late: {
    on: 'each transfer',
    does: 'its start takes longer than the driver waits: no part hears anything, and no further transfer is possible before I2C1 is set up anew',
    always: 'the parts stay as they are',
    fob: MENDED,
  },
  hang: {
    on: 'each transfer',
    does: 'the same as bus.late, and a part also holds SDA low until SCL has been clocked nine times with SDA released',
    always: 'the parts stay as they are',
    fob: MENDED,
  },
} satisfies Record<Exclude<keyof BusFaults, 'at'>, FaultFact>;

/** The fault of one transfer, and how many of its bytes arrive where it fails. */
export interface TransferFault {
  readonly kind: BusFault;
  arriving(length: number): number;
}

/** Returns the fault of the next transfer; undefined if it succeeds. */
export function busFault(faults: FaultDraw, transfer: number): TransferFault | undefined {
  const planned = faults.plan.bus?.at?.[transfer];
  const hit = faults.first(['bus.fail', 'bus.late', 'bus.hang'], planned && `bus.${planned}`);
  if (!hit) return undefined;
  const kind = hit.name.slice('bus.'.length) as BusFault;
  return { kind, arriving: length => hit.randomness.below(length + 1) };
}
