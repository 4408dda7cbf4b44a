import { administrationLimits } from '../../base/limits/administration.ts';

/** Where a page of a search ended, as `after` of the next one: texts that mean something to the search alone. */
export function writeSearchCursor(texts: readonly string[]): string {
  return Buffer.from(JSON.stringify(texts)).toString('base64url');
}

/** @returns the texts of a mark, or undefined where it is damaged or has another number of them */
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

/** PostgreSQL refuses text with NUL or half a character. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !/[\0\p{Cs}]/u.test(value);
}
