import { validationLimits } from './limits/validation.ts';

/** Stands for a source that says nothing. */
export const unknownSource = '?';

/** Where a log-in came from as it is stored and shown: one short line without control characters. */
export function prepareSource(given: string): string {
  return given.replace(/\p{C}/gu, '').trim().slice(0, validationLimits.sourceMax) || unknownSource;
}
