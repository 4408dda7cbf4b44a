import { fileURLToPath } from 'node:url';
import { failureLines, runScenarioFile } from '@passfob/simulator';
import { scenarioOwner } from 'passfob/commands/scenario-owner';
import { expect } from 'vitest';

/** Runs a scenario file, with `passfob` as the owner of its fob, and expects that it passes. */
export async function passes(file: URL): Promise<void> {
  const { failure } = await runScenarioFile(fileURLToPath(file), { owner: scenarioOwner });
  expect(failure ? failureLines(file.pathname, failure) : []).toEqual([]);
}
