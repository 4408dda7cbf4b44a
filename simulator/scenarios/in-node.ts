import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { writeAnew } from '../base/node/open-anew.ts';
import { readAtMost } from '../base/node/read-at-most.ts';
import { boot } from '../fob/boot.ts';
import { memoryStore } from '../recording/state/stores.ts';
import { BESIDE_BYTES_MAX } from './base/limits.ts';
import type { ScenarioFiles } from './base/world.ts';
import { readScenario, type Scenario } from './read.ts';
import { type RunOptions, run, type ScenarioResult } from './run.ts';
import { scenarioText } from './text.ts';

/** Options of a run, and the folder of the files that a scenario names; default: the working directory. */
export interface ScenarioOptions extends RunOptions {
  readonly folder?: string | undefined;
}

/**
 * Returns the real path of a file beside a scenario. A scenario may come from a stranger, and a link beside it too.
 * @throws Error if it leads out of the folder
 */
function fileIn(folder: string, path: string): string {
  const file = resolve(folder, path);
  const real = existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file));
  if (relative(realpathSync(folder), real).split(/[/\\]/)[0] === '..') {
    throw new Error(`${path} leads out of the folder of the scenario.`);
  }
  return real;
}

function filesIn(folder: string): ScenarioFiles {
  return {
    read(path) {
      const file = fileIn(folder, path);
      if (!existsSync(file)) return undefined;
      const bytes = readAtMost(file, BESIDE_BYTES_MAX);
      if (bytes === undefined) throw new Error(`${path} is longer than ${BESIDE_BYTES_MAX} bytes.`);
      return bytes;
    },
    write: (path, bytes) => writeAnew(fileIn(folder, path), bytes),
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
export async function runScenarioFile(path: string, options: RunOptions = {}): Promise<ScenarioResult> {
  return runScenario(readScenario(scenarioText(path)), { ...options, folder: dirname(path) });
}
