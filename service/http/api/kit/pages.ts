import { administrationLimits } from '../../../base/limits/administration.ts';
import { type FieldShape, nullable, serviceText, text, whole } from '../../../base/shapes.ts';

/** The start and the length of a page, in the query of a list. */
export const pageFields = {
  after: text(administrationLimits.cursorMax, { description: '`next` of the previous page.' }),
  limit: whole(1, administrationLimits.pageRowsMax),
} as const;

/** `after` of the next page; null at the end. */
export const next: FieldShape<string | null> = nullable(serviceText);

export interface PageQuery {
  readonly after?: string;
  readonly limit?: number;
}

/** Returns a page of a short list, in the order of a unique key of its rows. */
export function pageOf<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  { after, limit = administrationLimits.pageRowsDefault }: PageQuery,
): { readonly page: readonly T[]; readonly next: string | null } {
  const ordered = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rest = after === undefined ? ordered : ordered.filter(row => keyOf(row) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rest.length > limit && last !== undefined ? keyOf(last) : null };
}

/** A position in an order by a number and, among equals, by a text. */
export interface PageCursor {
  readonly number: number;
  readonly text: string;
}

export function writeCursor(number: number, rest: string): string {
  return `${number}.${rest}`;
}

/** Parses a position written by `writeCursor`; undefined if it is invalid. */
export function readCursor(written: string): PageCursor | undefined {
  const [, digits = '', rest = ''] = /^(\d{1,16})\.([\w-]{1,64})$/.exec(written) ?? [];
  const number = Number(digits);
  return digits !== '' && Number.isSafeInteger(number) ? { number, text: rest } : undefined;
}
