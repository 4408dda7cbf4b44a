import type { Tone } from '../../base/html.ts';
import type { Action } from '../../base/permissions.ts';
import type { FieldShape } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Act } from './act.ts';
import type { Options } from './field.ts';

/**
 * How a column shows its value: the item's name, a user's (with a link), a time, the words of a choice, or a word whose
 * tone changes its looks only. What programs get is the value itself.
 */
type Look<V> = 'name' | 'user' | 'time' | Options | ((value: V) => readonly [tone: Tone, word: string]);

interface Column<V, Item> {
  readonly label: string;
  readonly as?: Look<V>;
  /** Returns the words of a cell that more than the value decides. */
  words?(item: Item): string;
  /** What stands for null; by default nothing. */
  readonly none?: string;
}

/** A short list that is read whole. */
interface StatedList<Item> {
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
    readonly lead: string;
    readonly none: string;
  };
  /** The act that adds an item. */
  readonly adds: Act;
  /** Acts on an item, and the words of their links. */
  readonly acts: readonly (readonly [act: Act, words: string, when?: (item: Item) => boolean])[];
  /** What stands in place of the acts on an item that no act may touch. */
  instead?(item: Item): string | undefined;
  read(db: Db): Promise<readonly Item[]>;
}

/** A list as the doors see it. */
export interface List extends StatedList<ListItem> {}
/** Of a list whose items' type is no longer known. */
export type ListItem = Readonly<Record<string, string | number | boolean | null>>;

export function list<Item>(stated: StatedList<Item>): List {
  return stated as unknown as List;
}
