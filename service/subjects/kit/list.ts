import type { Expression, RawBuilder, SqlBool } from 'kysely';
import type { Tone } from '../../base/html.ts';
import type { Total } from '../../base/limits/lists.ts';
import type { Action } from '../../base/permissions.ts';
import type { FieldShape } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Filter } from '../../storage/search/candidates.ts';
import type { Act } from './act.ts';
import type { Control, Options } from './field.ts';

/**
 * How a column shows its value: the item's name, a user's, a token's or a fob's (with a link), a time, facts of the audit,
 * the words of a choice, or a word whose tone changes its looks only. What programs get is the value itself.
 */
type Look<V, Item> =
  | 'name'
  | 'user'
  | 'token'
  | 'fob'
  | 'time'
  | 'facts'
  | Options
  | ((value: V, item: Item) => readonly [tone: Tone, word: string]);

interface Column<V, Item> {
  readonly label: string;
  readonly as?: Look<V, Item>;
  /** Returns the words of a cell that more than the value decides. */
  words?(item: Item): string;
  /** What stands for null; by default nothing. */
  readonly none?: string;
}

/** What a list is in each of its two kinds. */
interface Facts<Item> {
  /** The name of the operation. */
  readonly name: string;
  readonly summary: string;
  readonly at: `GET /v1/${string}`;
  readonly permission: Action;
  readonly item: FieldShape<Item>;
  /** The fields that hold an item's key, and its name for people, by which the list is in order. */
  readonly key: keyof Item & string;
  readonly title: keyof Item & string;
  /** The list's name in the answer. */
  readonly as: string;
  readonly columns: { readonly [K in keyof Item]?: Column<Item[K], Item> };
  readonly page: {
    readonly at: string;
    readonly title: string;
    readonly lead?: string;
    readonly none: string;
    /** Returns what there is to say now. */
    notice?(db: Db): Promise<string | undefined>;
    /** Links and buttons over the list, besides that of the act that adds an item. */
    readonly over?: readonly {
      readonly at: string;
      readonly words: string;
      readonly permission: Action;
      readonly isButton?: boolean;
    }[];
  };
  /** The act that adds an item. */
  readonly adds?: Act;
  /** Acts on an item, and the words of their links. */
  readonly acts?: readonly (readonly [act: Act, words: string, when?: (item: Item) => boolean])[];
  /** Links to pages about an item, besides those of acts. */
  readonly links?: readonly {
    readonly at: string;
    readonly words: string;
    readonly permission: Action;
    when(item: Item): boolean;
  }[];
  /** What stands in place of the acts on an item that no act may touch. */
  instead?(item: Item): string | undefined;
}

/** A short list that is read whole. */
interface ShortList<Item> extends Facts<Item> {
  read(db: Db): Promise<readonly Item[]>;
}

/** One value by which a list is narrowed: in the address of its page and in the query of its route. */
export interface ListFilter<V = unknown> {
  readonly shape: FieldShape<V>;
  readonly control: Control;
  /**
   * `rows`: an index leads to the matching rows in the order of the list; `range`: it is a part of the list's order. Only
   * these rows are looked at then; of other filters a page looks at a bounded number of rows, and may come back short.
   */
  readonly carried?: 'rows' | 'range';
  /** Returns the condition on a row of the list's table. */
  condition(value: V, nowMs: number): Expression<SqlBool>;
}

/** What is asked of a list that is read in pages. */
export interface AskedPage {
  /** By the names of the list's filters; what is undefined restricts nothing. */
  readonly filters: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** Whether to count all rows, which takes about as long as a page. Default: no. */
  readonly isCounted?: boolean;
  /** Rows that are looked at where no index leads to the matching ones. Default: as limits say. */
  readonly lookedAt?: number;
}

export interface ListPage<Item = ListItem> {
  readonly items: readonly Item[];
  /** Null at the end. */
  readonly next: string | null;
  /** Whether the page came back short, because it looked at as many rows as one page may: `next` goes on. */
  readonly isPartial: boolean;
  /** Null unless it was counted. */
  readonly total: Total | null;
}

/** A list of any length, read in pages by its key, latest first. Names are of SQL. */
interface LongList<Item, Row> extends Facts<Item> {
  readonly filters: Readonly<Record<string, ListFilter>>;
  readonly rows: {
    readonly table: string;
    /** Columns of an index of the table whose values, together, no two rows share. */
    readonly order: Readonly<Record<string, 'number' | 'string'>>;
    /** What an item is made of. Joins may add columns, and neither rows nor conditions. */
    readonly selected: RawBuilder<Row>;
    readonly joined?: RawBuilder<unknown>;
  };
  /** Returns the items of rows, in their order. */
  views(rows: readonly Row[], db: Db, nowMs: number): readonly Item[] | Promise<readonly Item[]>;
}

/** One value by which a list that is searched is narrowed. */
export interface SearchFilter<V = unknown> extends Pick<ListFilter<V>, 'shape' | 'control'> {
  /** Returns the condition on a row of the list's table. Without it, `find` of the list reads the value. */
  narrow?(value: V, at: { readonly db: Db; readonly nowMs: number }): Filter | Promise<Filter>;
}

/** A list whose rows are found by words (`storage/search/find.ts`), in its own order. */
interface SearchedList<Item> extends Facts<Item> {
  readonly filters: Readonly<Record<string, SearchFilter>>;
  /** @returns undefined for an `after` that is not of this search */
  find(db: Db, asked: AskedPage & { readonly filter: Filter }): Promise<ListPage<Item> | undefined>;
}
/** A list that is searched, as the doors see it. */
export interface FoundList extends SearchedList<ListItem> {}

/** A list as the doors see it. */
export interface List extends ShortList<ListItem> {}
/** A long list as the doors see it. */
export interface RowsList extends LongList<ListItem, unknown> {}
export type PagedList = RowsList | FoundList;
/** Of a list whose items' type is no longer known. */
export type ListItem = Readonly<Record<string, ListValue>>;
export type ListValue = string | number | boolean | null | Readonly<Record<string, unknown>>;

export function list<Item>(stated: ShortList<Item>): List {
  return stated as never;
}

export function pagedList<Item, Row>(stated: LongList<Item, Row>): RowsList {
  return stated as never;
}

export function searchedList<Item>(stated: SearchedList<Item>): FoundList {
  return stated as never;
}

/** Returns the acts that a list offers. */
export function actsOf({ adds, acts = [] }: Pick<List, 'adds' | 'acts'>): Act[] {
  return [...(adds === undefined ? [] : [adds]), ...acts.map(([one]) => one)];
}
