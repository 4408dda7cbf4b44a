import { createHash } from 'node:crypto';
import { TABLE } from '@passfob/emulator/core/table';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { ROWS_BEYOND } from './beyond-oracle.ts';
import { ourSteps } from './compare.ts';
import { accessText } from './devices.ts';
import { itTrials } from './it-blocks.ts';
import { type InstructionSource, type InstructionTrial, trialsOf } from './trials.ts';

/** The seed of the trials whose digests are in `digests.json`. */
export const DIGESTS_SEED = 1;
const TRIALS_A_ROW = 60;
const IT_BLOCKS = 600;
const DIGEST_CHARS = 12;

export const memoryOf = (seed: number) => {
  const random = makeRandomness(seed, 'memory');
  return { flash: random.bytes(0x1_0000), ram: random.bytes(0x8000) };
};

/** Trials of every row that Unicorn executes, and of IT blocks. */
export function trialsOfAll(source: InstructionSource, seed: number): InstructionTrial[] {
  const rows = TABLE.filter(({ name }) => !(name in ROWS_BEYOND));
  return [
    ...rows.flatMap(row => trialsOf(source, row, seed, TRIALS_A_ROW)),
    ...itTrials(source, seed, IT_BLOCKS),
  ];
}

/** Returns a digest of all that our core does in the trials of each row: states, faults, accesses and stores. */
export function digestsOf(trials: readonly InstructionTrial[], seed: number): Record<string, string> {
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  for (const { trial, our } of ourSteps(trials, memoryOf(seed))) {
    const hash = hashes.get(trial.row) ?? createHash('sha256');
    hashes.set(trial.row, hash);
    if (!our) continue;
    const { fault, state, accesses, changes } = our;
    hash.update(Uint8Array.from(new Uint8Array(state.buffer)));
    hash.update(JSON.stringify([fault?.message, accesses.map(accessText), changes]));
  }
  return Object.fromEntries(
    [...hashes].map(([row, hash]) => [row, hash.digest('hex').slice(0, DIGEST_CHARS)]),
  );
}
