import { administrationLimits } from '../../base/limits/administration.ts';

/** Writes the end of a page of a search, as `after` of the next one: texts whose meaning only the search knows. */
export function writeSearchCursor(texts: readonly string[]): string {
  return Buffer.from(JSON.stringify(texts)).toString('base64url');
}

/** @returns the texts of a cursor, or undefined if it is damaged or has another number of them */
export function readSearchCursor(mark: string, count: number): string[] | undefined {
  if (mark.length > administrationLimits.cursorMax) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(mark, 'base64url').toString('utf8'));
    if (!Array.isArray(read) || read.length !== count) return undefined;
    const texts = read.filter(isText);
    return texts.length === count ? texts : undefined;
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses text with NUL or a lone surrogate. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !/[\0\p{Cs}]/u.test(value);
}
