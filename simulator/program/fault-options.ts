import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { FaultPlan } from '../base/fault-plan.ts';
import { FAULT_FILE_MAX_BYTES } from '../base/limits.ts';
import { readAtMost } from '../base/node/read-at-most.ts';
import { BadPlan, checkedPlan, planOfText } from '../faults/plan.ts';

/** Prints every fault in place of a plan. */
export const LIST = 'list';

/**
 * Reads the plan of `--faults`: `NAME=1/N,…`, or the name of a JSON file with a plan.
 * @throws BadPlan
 */
export function readPlan(text: string): FaultPlan {
  if (text.includes('=')) return planOfText(text);
  if (!existsSync(text)) {
    throw new BadPlan('there is no such file, and a plan is written NAME=1/N,…; "list" shows the names');
  }
  const bytes = readAtMost(text, FAULT_FILE_MAX_BYTES);
  if (bytes === undefined) throw new BadPlan(`a file with a plan has at most ${FAULT_FILE_MAX_BYTES} bytes`);
  let plan: unknown;
  try {
    plan = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BadPlan('the file holds no JSON');
  }
  return checkedPlan(plan);
}

/** Returns the seed of a run without a secret, and its plan of faults without a seed of its own. */
export function seedAndPlan({ seed, replay, faults }: SeedOptions): { seed: number; plan: FaultPlan } {
  const { seed: planned, ...plan } = faults === undefined || faults === LIST ? {} : readPlan(faults);
  return { seed: seed ?? replay ?? planned ?? randomInt(2 ** 31), plan };
}

interface SeedOptions {
  readonly seed?: number | undefined;
  readonly replay?: number | undefined;
  readonly faults?: string | undefined;
}
