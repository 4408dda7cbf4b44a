/**
 * A queue that serves its keys in turn (round robin): after one item of a key follows one item of each other key.
 * Items of one key keep their order.
 */
export class RoundRobin<T> {
  /** In the order in which keys are served; each key has at least one item. */
  private readonly keys: Map<string, Set<T>>;

  constructor() {
    this.keys = new Map();
  }

  get isEmpty(): boolean {
    return this.keys.size === 0;
  }

  /** An item that is already queued keeps its place. */
  add(key: string, item: T): void {
    const items = this.keys.get(key);
    if (items === undefined) this.keys.set(key, new Set([item]));
    else items.add(item);
  }

  delete(key: string, item: T): void {
    const items = this.keys.get(key);
    if (items?.delete(item) && items.size === 0) this.keys.delete(key);
  }

  /** Takes the next item. @param isOpen whether a key may be served now; default: every key */
  next(isOpen: (key: string) => boolean = () => true): T | undefined {
    for (const [key, items] of this.keys) {
      if (!isOpen(key)) continue;
      const [item] = items;
      this.keys.delete(key);
      items.delete(item as T);
      if (items.size > 0) this.keys.set(key, items);
      return item;
    }
    return undefined;
  }
}
