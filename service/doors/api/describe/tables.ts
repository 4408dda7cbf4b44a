import type { RefusalCode } from '../../../base/results.ts';
import { apiTexts } from '../../../base/texts/api.ts';
import { texts } from '../../../base/texts/texts.ts';
import { problemCodes, statusOf } from '../../web/problems.ts';
import { refusalStatuses } from '../kit/refusals.ts';
import { apiRoutes } from '../routes.ts';
import { otherOperations } from './others.ts';
import { whoMay } from './page.ts';

/** The operations as the table of `docs/api.md` has them: operation, what it does, permission, who. */
export function operationRows(): string[][] {
  return [...otherOperations, ...apiRoutes].map(({ name, method, path, permission }) => [
    `\`${method} ${path.replace(/:(\w+)/g, '{$1}')}\``,
    apiTexts.summaries[name],
    ['public', 'application'].includes(permission) ? '' : `\`${permission}\``,
    whoMay(permission),
  ]);
}

/** Every problem as the table of `docs/api.md` has it: code, status, meaning. */
export function problemRows(): string[][] {
  const refusals = Object.keys(refusalStatuses) as RefusalCode[];
  return [
    ...problemCodes.map(code => [`\`${code}\``, String(statusOf(code)), texts.problems[code].detail]),
    ...refusals.map(code => [`\`${code}\``, String(refusalStatuses[code]), texts.refusals[code]]),
  ];
}
