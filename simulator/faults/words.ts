import type { FaultName, FaultReport } from '../base/fault-plan.ts';
import { oddsOf } from './draw.ts';
import { FAULT_NAMES } from './names.ts';
import { plannedFaults, planText } from './plan.ts';
import { FAULTS } from './table.ts';

/** What a fault may do and what not, on a line of its own. */
function envelope(name: FaultName): string {
  const { on, does, never } = FAULTS[name];
  return `on ${on}: ${does}. Always: ${never}.`;
}

/** Every fault there is, for people. */
export function faultList(): string {
  return FAULT_NAMES.map(name => `${name}\n  ${envelope(name)}\n`).join('');
}

/** The faults of a run that is over: what each may do, and how often it struck. Empty without a plan. */
export function faultReport({ plan, seed, counts }: FaultReport): string {
  const names = plannedFaults(plan);
  if (names.length === 0) return '';
  const lines = names.map(name => {
    const { occasions, struck } = counts[name];
    return `  ${name}, 1 in ${oddsOf(plan, name)}: struck ${struck} of ${occasions}; ${envelope(name)}`;
  });
  const again = `The same faults again: --faults ${planText(plan)} --replay ${seed}`;
  return [`Faults of this run:`, ...lines, again].map(line => `${line}\n`).join('');
}
