/** A caller that needs a slot. */
export interface SlotHolder {
  /** The groups of the holder, largest first: a client, a source of it, a name from there. */
  readonly path: readonly string[];
  /** Whether the holder may use the capacity reserved for trusted holders. Default false. */
  readonly isTrusted?: boolean;
}

/** The capacity of the whole limit, or of one group of holders. */
export interface Capacity {
  /** Infinity if only larger groups are bounded. */
  readonly most: number;
  /** Slots reserved for trusted holders. Default 0. */
  readonly keptForTrusted?: number;
}

/** A slot that a holder has. */
export interface Slot {
  /** Aborted when another holder takes the slot, or when the whole limit has ended. */
  readonly ended: AbortSignal;
  /** Gives the slot back. Does nothing after another holder has taken it. */
  leave(): void;
}

interface Taken extends Required<SlotHolder> {
  readonly ending: AbortController;
}

/**
 * A fair concurrency limit. When it is full, a newcomer gets the oldest slot of the largest group: of the client with
 * most slots, of its source with most, of the name with most there. So a client that floods the limit displaces its
 * own requests. An untrusted holder never displaces a trusted one.
 */
export class FairConcurrencyLimit {
  private readonly capacities: readonly Capacity[];
  /** The oldest first. */
  private readonly taken: Set<Taken>;
  private isOver: boolean;

  /**
   * @param capacities of the whole limit, then of the groups by the first part of a path, by the first two, and so on
   */
  constructor(capacities: readonly Capacity[]) {
    this.capacities = capacities;
    this.taken = new Set();
    this.isOver = false;
  }

  get size(): number {
    return this.taken.size;
  }

  /**
   * Takes a slot; displaces another holder if the limit is full. @returns undefined if this holder can displace no
   * other
   */
  enter({ path, isTrusted = false }: SlotHolder): Slot | undefined {
    for (let depth = this.capacities.length - 1; depth >= 0; depth--) {
      const group = [...this.taken].filter(one => isInGroup(one, path, depth));
      const candidates = candidatesOf(group, this.capacities[depth], isTrusted);
      if (candidates === 'none needed') continue;
      if (candidates.length === 0) return undefined;
      this.end(oldestOfLargest(candidates, depth));
    }
    const taken: Taken = { path, isTrusted, ending: new AbortController() };
    this.taken.add(taken);
    if (this.isOver) this.end(taken);
    return { ended: taken.ending.signal, leave: () => void this.taken.delete(taken) };
  }

  /** Ends all slots, and every slot taken later. */
  endAll(): void {
    this.isOver = true;
    for (const one of [...this.taken]) this.end(one);
  }

  private end(one: Taken | undefined): void {
    if (one !== undefined && this.taken.delete(one)) one.ending.abort();
  }
}

/** Whether the first parts of a holder's path equal those of this path. */
function isInGroup(holder: Taken, path: readonly string[], parts: number): boolean {
  return path.slice(0, parts).every((part, at) => holder.path[at] === part);
}

/** Returns the holders of a group that a newcomer may displace. */
function candidatesOf(
  group: readonly Taken[],
  { most, keptForTrusted = 0 }: Capacity = { most: Number.POSITIVE_INFINITY },
  isTrusted: boolean,
): readonly Taken[] | 'none needed' {
  const others = group.filter(one => !one.isTrusted);
  const isFull = group.length >= most || (!isTrusted && others.length >= most - keptForTrusted);
  if (!isFull) return 'none needed';
  return others.length > 0 || !isTrusted ? others : group;
}

/**
 * Descends from group to group into the largest one. Among equally large groups the one with the oldest holder wins.
 */
function oldestOfLargest(holders: readonly Taken[], parts: number): Taken | undefined {
  if (holders.every(({ path }) => path.length <= parts)) return holders[0];
  const groups = new Map<string, Taken[]>();
  for (const one of holders) {
    const key = one.path[parts] ?? '';
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const [first = [], ...more] = groups.values();
  const largest = more.reduce((most, group) => (group.length > most.length ? group : most), first);
  return oldestOfLargest(largest, parts + 1);
}
