/** Places for what is under way, bounded in all and for each client. */
export interface Places {
  /** Takes one. @returns what gives it back, to be called once; undefined where none is left */
  enter(clientId: string): (() => void) | undefined;
}

/** One client's people, or whoever makes up names at it, do not take the places of all others. */
export function makePlaces(most: { readonly all: number; readonly ofOne: number }): Places {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    enter(clientId) {
      const own = taken.get(clientId) ?? 0;
      if (all >= most.all || own >= most.ofOne) return undefined;
      all += 1;
      taken.set(clientId, own + 1);
      return () => {
        all -= 1;
        const left = (taken.get(clientId) ?? 1) - 1;
        if (left === 0) taken.delete(clientId);
        else taken.set(clientId, left);
      };
    },
  };
}
