import type { PowerFaults } from '../base/fault-plan.ts';
import type { FaultFact } from './fact.ts';

export const POWER_FAULTS = {
  cut: {
    on: 'each non-volatile operation: a page write of the EEPROM, a write or an erasure of flash',
    does: 'the supply fails in the middle of the operation, tears it, and is back 0.1 to 5 s later',
    always: 'other pages stay as they are; the clock runs on by its battery',
    fob: 'keeps its owner, its accounts and its counters, and shows no HOTP value twice',
  },
  brownout: {
    on: 'each start of the board',
    does: 'the supply fails again 1 ms to 3 s later, and is back 0.1 to 5 s after that; with odds of 1/1 this goes on in a loop',
    always: 'the supply never fails at once',
    fob: 'keeps its owner, its accounts and its counters, and works at the first start that lasts',
  },
} satisfies Record<keyof PowerFaults, FaultFact>;
