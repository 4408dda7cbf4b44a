import { makeRandomness } from '@passfob/simulator/base/randomness';
import { afterAll, expect, it } from 'vitest';
import { LONG, seedsOrOne } from '../../kit/counts.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { readMemory, run, setState, writeMemory } from './commands.ts';
import { compileOracle, needsUnicorn } from './oracle.ts';
import { FLASH_AT, makeOurSide, RAM_AT, RAM_BYTES } from './our-side.ts';
import { differences, placeState, STATE_NUMBERS, stateOf } from './processor-state.ts';
import { FINISHED, PROGRAMS } from './programs/programs.ts';
import { Replies } from './replies.ts';

/** Instructions between two comparisons, at most. */
const RUN_MAX = 150;
/** All programs together take some 62,000 instructions. */
const INSTRUCTIONS_MAX = 200_000;
const SP = 13;
const PC = 15;

/** Returns the state in which the programs begin. */
function startState(): Int32Array {
  const state = new Int32Array(STATE_NUMBERS);
  state[SP] = RAM_AT + RAM_BYTES;
  state[PC] = FLASH_AT;
  return state;
}

/** Runs the programs on our core, and returns its state after every few instructions. */
function runOurs(seed: number) {
  const side = makeOurSide({ flash: PROGRAMS, ram: new Uint8Array() });
  const random = makeRandomness(seed, 'programs');
  const runs: { readonly instructions: number; readonly state: Int32Array }[] = [];
  placeState(startState(), side.core.places);
  while (side.core.places[PC] !== FINISHED && side.core.executed < INSTRUCTIONS_MAX) {
    const instructions = 1 + random.below(RUN_MAX);
    side.core.run(instructions);
    runs.push({ instructions, state: stateOf(side.core.places) });
  }
  return { side, runs };
}

describeNeeds(needsUnicorn(), 'compiled programs', gcc => {
  const oracle = compileOracle(gcc);
  afterAll(() => oracle.remove());

  it.each(seedsOrOne(3, 300))('run beside Unicorn, compared every few instructions (seed %i)', LONG, seed => {
    const { side, runs } = runOurs(seed);
    expect(side.core.places[PC]).toBe(FINISHED);
    const commands = runs.map(({ instructions }) => run(instructions));
    const start = [writeMemory(FLASH_AT, PROGRAMS), setState(startState())];
    const replies = new Replies(oracle.exchange([...start, ...commands, readMemory(RAM_AT, RAM_BYTES)]));
    for (const [index, { state }] of runs.entries())
      expect(differences(state, replies.step().state), `run ${index}`).toEqual([]);
    expect(Buffer.compare(side.ram, replies.memory(RAM_BYTES))).toBe(0);
  });
});
