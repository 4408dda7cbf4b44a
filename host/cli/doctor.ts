import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../commands/package-root.ts';
import type { Finding } from '../doctor/base/finding.ts';
import { examine } from '../doctor/doctor.ts';
import { thisSystem } from '../doctor/this-system.ts';
import { FobError } from '../errors.ts';
import { inventoryDirectory } from '../inventory/directory.ts';
import { readAddress } from '../transports/discover.ts';
import type { CommandCall } from './base/command.ts';
import { inLines, type Report, reportOf } from './base/report.ts';
import { printable } from './base/terminal.ts';

/**
 * Checks this computer, or only reports the udev rules.
 * @throws FobError `unfit` after printing, if a check found a problem
 */
export async function examineComputer(
  justRules: boolean,
  { choice, isJson, terminal }: CommandCall,
): Promise<Report> {
  const udevRules = await readFile(join(packageRoot(), 'udev', '70-passfob.rules'), 'utf8');
  if (justRules) return reportOf({ udevRules }, inLines(udevRules.trimEnd()));
  const inventory = inventoryDirectory(terminal.environment);
  const port = choice.port === undefined ? undefined : readAddress(choice.port);
  const checks = await examine(thisSystem(), { udevRules, inventory, port });
  const error = unfitness(checks);
  if (!error) return reportOf({ checks }, inLines(doctorText(checks)));
  if (!isJson) terminal.out(`${doctorText(checks)}\n`);
  throw error;
}

/** Makes the error for the findings, or undefined if none is a problem. */
export function unfitness(checks: readonly Finding[]): FobError | undefined {
  const count = checks.filter(({ state }) => state === 'problem').length;
  if (count === 0) return undefined;
  return new FobError('unfit', {
    ...(count > 1 && { sentence: `${count} problems were found.` }),
    details: { checks },
  });
}

/** Formats one line for each check, with the next step below it. */
export function doctorText(checks: readonly Pick<Finding, 'state' | 'sentence' | 'next'>[]): string {
  return checks
    .flatMap(({ state, sentence, next }) => [
      `${state.padEnd(8)} ${sentence}`,
      ...(next ? [`         ${next}`] : []),
    ])
    .map(printable)
    .join('\n');
}
