import type { RefusalCode } from '../../../base/results.ts';
import { apiTexts } from '../../../base/texts/api.ts';
import { texts } from '../../../base/texts/texts.ts';
import { problemCodes, statusOf } from '../../web/problems.ts';
import type { ServedRoute } from '../../web/served.ts';
import { refusalStatuses } from '../kit/refusals.ts';
import { locationOf, operationsOf } from './described.ts';
import { whoMay } from './page.ts';

/** Returns the operations as the table of `docs/api.md` has them: operation, effect, permission, who. */
export function operationRows(served: readonly ServedRoute[]): string[][] {
  return operationsOf(served).map(operation => [
    `\`${operation.method} ${locationOf(operation)}\``,
    apiTexts.summaries[operation.name],
    operation.action === undefined ? '' : `\`${operation.action}\``,
    whoMay(operation),
  ]);
}

/** Returns every problem as the table of `docs/api.md` has it: code, status, meaning. */
export function problemRows(): string[][] {
  const refusals = Object.keys(refusalStatuses) as RefusalCode[];
  return [
    ...problemCodes.map(code => [`\`${code}\``, String(statusOf(code)), texts.problems[code].detail]),
    ...refusals.map(code => [`\`${code}\``, String(refusalStatuses[code]), texts.refusals[code]]),
  ];
}
