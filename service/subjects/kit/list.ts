import type { Tone } from '../../base/html.ts';
import type { Action } from '../../base/permissions.ts';
import type { FieldShape } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Act, NamedItem } from './act.ts';
import type { Options } from './field.ts';

/**
 * How a column shows its value: the item's name, a time, the words of a choice, or a word whose tone changes its looks
 * only. What programs get is the value itself.
 */
type Look<V> = 'name' | 'time' | Options | ((value: V) => readonly [tone: Tone, word: string]);

interface Column<V> {
  readonly label: string;
  readonly as?: Look<V>;
}

/** A short list that is read whole, by name. */
interface StatedList<Item extends NamedItem> {
  /** The name of the operation. */
  readonly name: string;
  readonly summary: string;
  readonly at: `GET /v1/${string}`;
  readonly permission: Action;
  readonly item: FieldShape<Item>;
  /** The list's name in the answer. */
  readonly as: string;
  readonly columns: { readonly [K in keyof Item]?: Column<Item[K]> };
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
export interface List extends StatedList<NamedItem> {}

export function list<Item extends NamedItem>(stated: StatedList<Item>): List {
  return stated as unknown as List;
}
