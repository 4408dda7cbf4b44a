import { expect, it } from 'vitest';
import { FLASH_AT, makeOurSide, RAM_AT, RAM_BYTES } from './our-side.ts';
import { placeState, STATE_NUMBERS } from './processor-state.ts';
import { FINISHED, PROGRAMS } from './programs/programs.ts';

/** All programs together take some 62,000 instructions. */
const INSTRUCTIONS_MAX = 200_000;
/** What they end with on Unicorn's processor, too. */
const CHECKSUM = 0x55bf_4aa8;
const [SP, PC] = [13, 15];

it.each([1, 150, INSTRUCTIONS_MAX])(
  'compiled programs end with their checksum, in runs of %i instructions',
  count => {
    const { core } = makeOurSide({ flash: PROGRAMS, ram: new Uint8Array() });
    const state = new Int32Array(STATE_NUMBERS);
    state[SP] = RAM_AT + RAM_BYTES;
    state[PC] = FLASH_AT;
    placeState(state, core.places);
    while (core.places[PC] !== FINISHED && core.executed < INSTRUCTIONS_MAX) core.run(count);
    expect([core.places[PC], (core.places[0] ?? 0) >>> 0]).toEqual([FINISHED, CHECKSUM]);
  },
);
