/** Places for what is under way, bounded in all, for each client, and for each part of what comes from it. */
export interface Places {
  /**
   * Takes one.
   * @param part undefined where it is not known: then the bound of parts does not count
   * @returns what gives it back, to be called once; undefined where none is left
   */
  enter(clientId: string, part?: string): (() => void) | undefined;
}

/** How many there are. Default for a part: as many as for its client. */
export interface Most {
  readonly all: number;
  readonly ofOne: number;
  readonly ofPart?: number;
}

/** One client's people, or whoever makes up names at it, do not take the places of all others. */
export function makePlaces({ all, ofOne, ofPart = ofOne }: Most): Places {
  const taken = new Map<string, number>();
  return {
    enter(clientId, part) {
      const bounds = [
        ['', all],
        [clientId, ofOne],
        ...(part === undefined ? [] : [[`${clientId} ${part}`, ofPart] as const]),
      ] as const;
      if (bounds.some(([key, most]) => (taken.get(key) ?? 0) >= most)) return undefined;
      for (const [key] of bounds) taken.set(key, (taken.get(key) ?? 0) + 1);
      return () => {
        for (const [key] of bounds) {
          const left = (taken.get(key) ?? 1) - 1;
          if (left === 0) taken.delete(key);
          else taken.set(key, left);
        }
      };
    },
  };
}
