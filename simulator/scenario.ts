import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { boot } from './boot.ts';
import type { ScenarioFiles } from './scenarios/base/world.ts';
import { readScenario, type Scenario } from './scenarios/read.ts';
import { type RunOptions, run, type ScenarioResult } from './scenarios/run.ts';
import { memoryStore } from './state/stores.ts';

/** Options of a run, and the folder of the files that a scenario names; default: the working directory. */
export interface ScenarioOptions extends RunOptions {
  readonly folder?: string | undefined;
}

function filesIn(folder: string): ScenarioFiles {
  return {
    read(path) {
      const file = resolve(folder, path);
      return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
    },
    write: (path, bytes) => writeFileSync(resolve(folder, path), bytes),
  };
}

/** Runs a scenario on a new fob, in virtual time. Errors of its steps are in the result. */
export function runScenario(scenario: Scenario, options: ScenarioOptions = {}): Promise<ScenarioResult> {
  return run({ boot, memoryStore }, scenario, filesIn(options.folder ?? '.'), options);
}

/**
 * Reads a scenario file and runs it.
 * @throws ScenarioError with line and column; the system's error for a file that cannot be read
 */
export function runScenarioFile(path: string, options: RunOptions = {}): Promise<ScenarioResult> {
  return runScenario(readScenario(readFileSync(path, 'utf8')), { ...options, folder: dirname(path) });
}
