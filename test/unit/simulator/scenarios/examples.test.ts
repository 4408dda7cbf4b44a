import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureLines, readScenario, runScenario, runScenarioFile } from '@passfob/simulator';
import { scenarioOwner } from 'passfob/commands/scenario-owner';
import { describe, expect, it } from 'vitest';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { blocksOfKind } from '../../../tools/documents/documented.ts';
import { EXAMPLES, exampleFiles } from '../../../tools/documents/made/scenarios.ts';

// No example may depend on the random values of its own seed.
describe('the examples of scenario files with other seeds', LONG, () => {
  it.each(exampleFiles)('the scenario %s passes, whatever its seed is', async name => {
    for (const seed of seedsOrOne(1, 20)) {
      const { failure, steps } = await runScenarioFile(join(EXAMPLES, name), { seed, owner: scenarioOwner });
      expect(failure ? failureLines(name, failure) : [], `seed ${seed}`).toEqual([]);
      expect(steps).toBeGreaterThan(5);
    }
  });
});

it('every scenario in a document is a file of the examples', () => {
  const files = exampleFiles.map(name => readFileSync(join(EXAMPLES, name), 'utf8'));
  const blocks = blocksOfKind('scenario');
  expect(blocks.length).toBeGreaterThanOrEqual(10);
  for (const { text, title } of blocks)
    expect(
      files.some(file => file.includes(text)),
      title,
    ).toBe(true);
});

it('the same scenario and seed give the same run, and another seed another one', async () => {
  const scenario = readScenario('title: x\nsteps: [owner: ask for pairing]');
  const screens: string[] = [];
  for (const seed of [1, 1, 2]) {
    const onStep = (step: string, screen: readonly string[]) => {
      if (!step.startsWith('the end')) screens.push(screen.join(' '));
    };
    await runScenario(scenario, { seed, owner: scenarioOwner, onStep });
  }
  expect(screens[0]).toMatch(/Pairing/);
  expect(screens[1]).toBe(screens[0]);
  expect(screens[2]).not.toBe(screens[0]);
});
