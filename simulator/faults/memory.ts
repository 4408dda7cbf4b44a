import type { MemoryFaults } from '../base/fault-plan.ts';
import type { FaultFact } from './fact.ts';

export const MEMORY_FAULTS = {
  torn: {
    on: 'each page write of the EEPROM',
    does: 'the page is torn as by a power cut, though the power stays',
    always: 'other pages stay as they are, and reads are right',
    fob: 'reads back each write, tries again or refuses, and goes on with its accounts',
  },
  stuck: {
    on: 'each page write of the EEPROM',
    does: 'from now on one bit of a written byte keeps its value',
    always: 'other bits stay good; the bit is stuck for as long as the process runs, also when the plan ends',
    fob: 'reads back each write, and refuses where the bit matters',
  },
  worn: {
    on: 'each page write of the EEPROM',
    does: 'from now on the page keeps its contents: the part acknowledges writes to it and does nothing',
    always:
      'other pages stay good; the page is worn for as long as the process runs, also when the plan ends',
    fob: 'reads back each write, takes another page where it can, and refuses otherwise',
  },
  full: {
    on: 'each start of the board',
    does: 'a file of another program, named `full`, fills the Storage of the microcontroller to its end, and stays there',
    always: 'existing files stay as they are and can be written',
    fob: 'works on with its owner; a blank one refuses to be paired',
  },
} satisfies Record<keyof MemoryFaults, FaultFact>;
