import { limits } from '../limits.ts';
import { type Buckets, makeBuckets } from '../web/buckets.ts';

/** Bounds what agents may have the service try: whose fob does not prove itself must not cost much. */
export class ProofBounds {
  private readonly buckets: Buckets;
  private readonly ticks: () => number;
  private readonly running: Map<string, number>;
  private total: number;

  /** @param ticks milliseconds that never go back */
  constructor(ticks: () => number) {
    this.buckets = makeBuckets();
    this.ticks = ticks;
    this.running = new Map();
    this.total = 0;
  }

  get underWay(): number {
    return this.total;
  }

  /** Whether so many are under way that another one waits until one of them ends. */
  isFull(from: string): boolean {
    const ofSource = this.running.get(from) ?? 0;
    return this.total >= limits.agentProofsAtOnce || ofSource >= limits.agentProofsPerSource;
  }

  /** Whether another one may begin now; then `end` has to follow. Otherwise it was tried often enough. */
  begin(from: string, serial: string): boolean {
    const nowMs = this.ticks();
    // Buckets are bounded in number: whoever invents serials pays for them, and does not wash others' away for nothing.
    if (!this.buckets.take(`from:${from}`, limits.agentProofBucket, nowMs)) return false;
    if (!this.buckets.take(`fob:${from}:${serial}`, limits.agentFobProofBucket, nowMs)) return false;
    this.running.set(from, (this.running.get(from) ?? 0) + 1);
    this.total++;
    return true;
  }

  end(from: string): void {
    const left = (this.running.get(from) ?? 1) - 1;
    if (left === 0) this.running.delete(from);
    else this.running.set(from, left);
    this.total--;
  }
}
