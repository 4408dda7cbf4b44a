import { TABLE } from '@passfob/emulator/core/table';
import { afterAll, expect, it } from 'vitest';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { ROWS_BEYOND } from './beyond-oracle.ts';
import { compareTrials, type TrialResult } from './compare.ts';
import { DIGESTS_SEED, memoryOf, trialsOfAll } from './digests.ts';
import { itTrials } from './it-blocks.ts';
import { compileOracle, needsUnicorn } from './oracle.ts';
import { InstructionSource, trialsOf } from './trials.ts';

/** Trials of a row by one seed, and the least of them that have to be executed on both sides. */
const TRIALS_A_ROW = 200;
const EXECUTED_MIN = 100;
const IT_BLOCKS = 5000;
/** Problems in one message. */
const SHOWN = 20;

describeNeeds(needsUnicorn(), 'the core beside an independent one', gcc => {
  const oracle = compileOracle(gcc);
  afterAll(() => oracle.remove());
  const source = new InstructionSource(TABLE);
  const seeds = seedsOrOne(1, 100);

  const problemsIn = (results: readonly TrialResult[]): string[] =>
    results
      .filter(({ problems }) => problems.length > 0)
      .map(({ trial, problems }) => `${trial.title}: ${problems.join('; ')}`);

  it('agrees with Unicorn in the trials whose digests are kept', () => {
    const results = compareTrials(oracle, trialsOfAll(source, DIGESTS_SEED), memoryOf(DIGESTS_SEED));
    expect(problemsIn(results).slice(0, SHOWN)).toEqual([]);
  });

  it.each(seeds)('executes random instructions of every row as Unicorn does (seed %i)', LONG, seed => {
    const rows = TABLE.filter(({ name }) => !(name in ROWS_BEYOND));
    const trials = rows.flatMap(row => trialsOf(source, row, seed, TRIALS_A_ROW));
    const results = compareTrials(oracle, trials, memoryOf(seed));
    expect(problemsIn(results).slice(0, SHOWN)).toEqual([]);
    const executed = new Map<string, number>();
    for (const { trial, wasExecuted } of results)
      if (wasExecuted) executed.set(trial.row, (executed.get(trial.row) ?? 0) + 1);
    const rare = TABLE.filter(({ name }) => (executed.get(name) ?? 0) < EXECUTED_MIN);
    expect(rare.map(({ name }) => name).sort()).toEqual(Object.keys(ROWS_BEYOND).sort());
  });

  it.each(seeds)('executes random IT blocks as Unicorn does (seed %i)', LONG, seed => {
    const results = compareTrials(oracle, itTrials(source, seed, IT_BLOCKS), memoryOf(seed));
    expect(problemsIn(results).slice(0, SHOWN)).toEqual([]);
    expect(results.filter(({ wasExecuted }) => wasExecuted).length).toBeGreaterThan(IT_BLOCKS / 2);
  });
});
