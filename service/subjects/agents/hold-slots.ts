import { careLimits } from '../../base/limits/care.ts';

/**
 * Limits how many persons are asked for a hold at once. A session that waits for a person takes a place among the
 * sessions of its source and of the node for half a minute: without this limit a task for many fobs would keep others
 * from proving themselves.
 */
export class HoldSlots {
  private readonly bySource: Map<string, number>;
  private total: number;

  constructor() {
    this.bySource = new Map();
    this.total = 0;
  }

  /** Takes a slot for a source. The caller gives it back. @returns false if there is none */
  take(from: string): boolean {
    const taken = this.bySource.get(from) ?? 0;
    if (this.total >= careLimits.holdsAtOnce || taken >= careLimits.holdsPerSource) return false;
    this.bySource.set(from, taken + 1);
    this.total++;
    return true;
  }

  give(from: string): void {
    const left = (this.bySource.get(from) ?? 0) - 1;
    if (left > 0) this.bySource.set(from, left);
    else this.bySource.delete(from);
    this.total--;
  }
}
