/** Who wants a place. */
export interface SlotHolder {
  /** From the largest group to the smallest that the holder belongs to: a client, a source of it, a name from there. */
  readonly path: readonly string[];
  /** Whether the holder may have the part of the capacity that is kept for trusted ones. Default false. */
  readonly isTrusted?: boolean;
}

/** The capacity of all places, or of one group of holders. */
export interface Capacity {
  /** Infinite where only larger groups are bounded. */
  readonly most: number;
  /** How many of these only trusted holders may have. Default 0. */
  readonly keptForTrusted?: number;
}

/** A place that somebody has. */
export interface Slot {
  /** Aborted when somebody else needs the place more, or nobody may have one any more. */
  readonly ended: AbortSignal;
  /** Gives it back; does nothing where it is somebody else's already. */
  leave(): void;
}

interface Taken extends Required<SlotHolder> {
  readonly ending: AbortController;
}

/**
 * Places for what waits. Where there is none left, the newcomer gets the oldest place of the group that holds most: of the
 * client with most, of its source with most, of the name with most there. So whoever floods displaces themselves.
 * A holder that is not trusted displaces no trusted one.
 */
export class FairConcurrencyLimit {
  private readonly capacities: readonly Capacity[];
  /** The oldest first. */
  private readonly taken: Set<Taken>;
  private isOver: boolean;

  /** @param capacities of all places, then of the groups by the first part of a path, by the first two, and so on */
  constructor(capacities: readonly Capacity[]) {
    this.capacities = capacities;
    this.taken = new Set();
    this.isOver = false;
  }

  get size(): number {
    return this.taken.size;
  }

  /** Takes a place, at the cost of others where there is none left. @returns undefined where all are kept from this holder */
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

  /** Ends all places, and those that are taken after this. */
  endAll(): void {
    this.isOver = true;
    for (const one of [...this.taken]) this.end(one);
  }

  private end(one: Taken | undefined): void {
    if (one !== undefined && this.taken.delete(one)) one.ending.abort();
  }
}

/** Whether a holder belongs to the same group as this path by so many parts. */
function isInGroup(holder: Taken, path: readonly string[], parts: number): boolean {
  return path.slice(0, parts).every((part, at) => holder.path[at] === part);
}

/** Those of a group one of which has to make way for a newcomer. */
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

/** Goes down from group to group to where most is held. Of groups that hold as much it is the one with the oldest holder. */
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
