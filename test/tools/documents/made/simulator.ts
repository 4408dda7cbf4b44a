import { FAULTS } from '@passfob/simulator/faults/table';
import { tableOf } from '../../tidy/tables.ts';
import type { MadePart } from './part.ts';

/** Every fault with its envelope. */
function faultsTable(): string {
  const cells = Object.entries(FAULTS);
  const rows = cells.map(([name, { on, does, always, fob }]) => [`\`${name}\``, on, does, always, fob]);
  return tableOf(['fault', 'strikes on', 'and then', 'always', 'the fob'], rows);
}

export const simulatorParts: readonly MadePart[] = [{ name: 'faults', make: faultsTable }];
