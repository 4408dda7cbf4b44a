import { validationLimits } from './limits/validation.ts';

/** Stands for an unknown source. */
export const unknownSource = '?';

/** Returns the source of a log-in as it is stored and shown: one short line without control characters. */
export function prepareSource(given: string): string {
  return given.replace(/\p{C}/gu, '').trim().slice(0, validationLimits.sourceMax) || unknownSource;
}
