import { type Expression, type SqlBool, sql } from 'kysely';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { type FieldShape, flag, oneOf, whole } from '../../base/shapes.ts';
import { listTexts } from '../../base/texts/lists.ts';
import type { Filter } from '../../storage/search/candidates.ts';
import type { Control } from './field.ts';
import type { ListFilter, SearchFilter } from './list.ts';

const moment = whole(0, tokenLimits.counterMax);

/** A filter by what a column holds. */
export function equals<V extends string | number>(
  shape: FieldShape<V>,
  label: string,
  column: string,
  more: Pick<ListFilter, 'carried'> = {},
): ListFilter<V> {
  return {
    shape,
    control: { label },
    condition: value => sql<SqlBool>`${sql.ref(column)} = ${value}`,
    ...more,
  };
}

/** A filter by one of the values of a column, each with its words. */
export function oneFilter<const T extends string>(
  values: Readonly<Record<T, string>>,
  label: string,
  column: string,
): ListFilter<T> {
  const words = Object.entries<string>(values);
  const control: Control = { label, options: [['', listTexts.any], ...words] };
  const shape = oneOf(...(Object.keys(values) as T[]));
  return { shape, control, condition: value => sql<SqlBool>`${sql.ref(column)} = ${value}` };
}

/** A filter whose condition is its own. */
export function filter<V>(
  shape: FieldShape<V>,
  control: Control,
  condition: (value: V, nowMs: number) => Expression<SqlBool>,
  more: Pick<ListFilter, 'carried'> = {},
): ListFilter<V> {
  return { shape, control, condition, ...more };
}

/**
 * The two ends of a period, in days for people: `fromMs` is in it, `toMs` is not.
 *
 * @param column the first of the list's order
 */
export function period(column: string): Record<'fromMs' | 'toMs', ListFilter<number>> {
  return {
    fromMs: {
      shape: moment,
      control: { label: listTexts.from, kind: 'day' },
      carried: 'range',
      condition: ms => sql<SqlBool>`${sql.ref(column)} >= ${ms}`,
    },
    toMs: {
      shape: moment,
      control: { label: listTexts.to, kind: 'last day' },
      carried: 'range',
      condition: ms => sql<SqlBool>`${sql.ref(column)} < ${ms}`,
    },
  };
}

type Narrow<V> = (value: V, nowMs: number) => Expression<unknown>;

/** A filter of a search: a condition on a row of the list's table. */
export function narrowed<V>(
  shape: FieldShape<V>,
  control: Control,
  condition: Narrow<V>,
  as: keyof Filter = 'checked',
): SearchFilter<V> {
  return { shape, control, narrow: (value, { nowMs }) => ({ [as]: condition(value, nowMs) }) };
}

/** A filter of a search that is there or not. */
export function narrowedBy(
  label: string,
  condition: (nowMs: number) => Expression<unknown>,
): SearchFilter<boolean> {
  return {
    shape: flag,
    control: { label },
    narrow: (isWanted, { nowMs }) => (isWanted ? { checked: condition(nowMs) } : {}),
  };
}

/** A filter by a time before a day; without a time is not before it. */
export function before(label: string, condition: Narrow<number>): SearchFilter<number> {
  return narrowed(moment, { label, kind: 'day' }, condition);
}
