import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../commands/package-root.ts';
import type { Finding } from '../doctor/base/finding.ts';
import { examine } from '../doctor/doctor.ts';
import { thisSystem } from '../doctor/this-system.ts';
import { FobError } from '../errors.ts';
import { inventoryDirectory } from '../inventory/directory.ts';
import { readAddress } from '../transports/discover.ts';
import { inLines, sayReport } from './base/report.ts';
import { printable, type Terminal } from './base/terminal.ts';
import type { Invocation } from './invocation.ts';

/**
 * Says whether this machine has what passfob needs. The inventory is not opened: it may be what is wrong.
 * @throws FobError `unfit` after everything was said
 */
export async function runDoctor(
  { justRules, choice }: Extract<Invocation, { readonly command: 'doctor' }>,
  isJson: boolean,
  terminal: Terminal,
): Promise<void> {
  const udevRules = await readFile(join(packageRoot(), 'udev', '70-passfob.rules'), 'utf8');
  if (justRules)
    return sayReport(terminal, isJson, { document: { udevRules }, text: inLines(udevRules.trimEnd()) });
  const inventory = inventoryDirectory(terminal.environment);
  const port = choice.port === undefined ? undefined : readAddress(choice.port);
  const checks = await examine(thisSystem(), { udevRules, inventory, port });
  const error = unfitness(checks);
  if (!error) return sayReport(terminal, isJson, { document: { checks }, text: inLines(doctorText(checks)) });
  if (!isJson) terminal.out(`${doctorText(checks)}\n`);
  throw error;
}

/** The error for what was found, or undefined where nothing is a problem. */
export function unfitness(checks: readonly Finding[]): FobError | undefined {
  const count = checks.filter(({ state }) => state === 'problem').length;
  if (count === 0) return undefined;
  return new FobError('unfit', {
    ...(count > 1 && { sentence: `${count} problems were found.` }),
    details: { checks },
  });
}

/** One line a check, and under it what to do. */
export function doctorText(checks: readonly Pick<Finding, 'state' | 'sentence' | 'next'>[]): string {
  return checks
    .flatMap(({ state, sentence, next }) => [
      `${state.padEnd(8)} ${sentence}`,
      ...(next ? [`         ${next}`] : []),
    ])
    .map(printable)
    .join('\n');
}
