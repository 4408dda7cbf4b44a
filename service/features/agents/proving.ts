import { RoundRobin } from '../../base/fairness/round-robin.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import { makeRateLimiter, type RateLimiter } from '../../base/rate-limit.ts';

/** A fob as far as bounds of proofs count it. */
export interface ProvableFob {
  readonly serial: string;
  readonly carrier: { readonly from: string };
}

/** A proof that waits or is under way. */
interface Proof<Fob> {
  readonly fob: Fob;
  /** Proofs of one lane share a concurrency limit. */
  readonly lane: string;
  state: 'parked' | 'ready' | 'running';
  /** Whether it was asked for once more while it was running. */
  isWantedAgain: boolean;
}

/**
 * Bounds what agents may have the service try, and decides whose turn it is. Anybody can announce the serial of somebody's fob,
 * from many sources: so few proofs of one serial run at once, and none of them waits in front of another serial.
 */
export class ProofQueue<Fob extends ProvableFob> {
  private readonly buckets: RateLimiter;
  private readonly ticks: () => number;
  private readonly proofs: Map<Fob, Proof<Fob>>;
  /** Proofs that may run, in turn by source. */
  private readonly ready: RoundRobin<Proof<Fob>>;
  /** By lane, those for which it has no capacity, in turn by source. */
  private readonly parked: Map<string, RoundRobin<Proof<Fob>>>;
  /** How many proofs of a lane are ready or running, and of a source running. */
  private readonly admitted: Counts;
  private readonly running: Counts;
  /** By serial, the source by which the fob proved itself last; the one that did so longest ago first. */
  private readonly trusted: Map<string, string>;

  /** @param ticks milliseconds that never go back */
  constructor(ticks: () => number) {
    this.buckets = makeRateLimiter();
    this.ticks = ticks;
    this.proofs = new Map();
    this.ready = new RoundRobin();
    this.parked = new Map();
    this.admitted = new Counts();
    this.running = new Counts();
    this.trusted = new Map();
  }

  get underWay(): number {
    return this.running.total;
  }

  /** Has a fob wait for its turn. @returns false where it was tried often enough for now */
  add(fob: Fob): boolean {
    const { serial, carrier } = fob;
    const { from } = carrier;
    const before = this.proofs.get(fob);
    if (before !== undefined) {
      before.isWantedAgain = before.state === 'running';
      return true;
    }
    const nowMs = this.ticks();
    // Buckets are bounded in number: whoever invents serials pays for them, and does not wash others' away for nothing.
    if (!this.buckets.take(`from:${from}`, agentLimits.agentProofBucket, nowMs)) return false;
    if (!this.buckets.take(`fob:${from}:${serial}`, agentLimits.agentFobProofBucket, nowMs)) return false;
    const proof: Proof<Fob> = { fob, lane: this.laneOf(fob), state: 'parked', isWantedAgain: false };
    this.proofs.set(fob, proof);
    if (this.hasCapacity(proof.lane)) this.admit(proof);
    else this.park(proof);
    return true;
  }

  /** The next fob whose proof may begin now; `end` has to follow. */
  next(): Fob | undefined {
    if (this.running.total >= agentLimits.agentProofsAtOnce) return undefined;
    const proof = this.ready.next(from => this.running.of(from) < agentLimits.agentProofsPerSource);
    if (proof === undefined) return undefined;
    proof.state = 'running';
    this.running.add(proof.fob.carrier.from);
    return proof.fob;
  }

  /** A proof that was begun is over. @returns whether the fob was added again meanwhile, and has to be now */
  end(fob: Fob): boolean {
    const proof = this.proofs.get(fob);
    if (proof?.state !== 'running') return false;
    this.proofs.delete(fob);
    this.running.remove(fob.carrier.from);
    this.release(proof.lane);
    return proof.isWantedAgain;
  }

  /** A fob has left; a proof that is under way goes on to its end. */
  leave(fob: Fob): void {
    const proof = this.proofs.get(fob);
    if (proof === undefined || proof.state === 'running') return;
    this.proofs.delete(fob);
    if (proof.state === 'ready') {
      this.ready.delete(fob.carrier.from, proof);
      this.release(proof.lane);
    } else {
      const parked = this.parked.get(proof.lane);
      parked?.delete(fob.carrier.from, proof);
      if (parked?.isEmpty) this.parked.delete(proof.lane);
    }
  }

  /** A fob has proved itself: from where it did, it comes past others that announce its serial. */
  trust({ serial, carrier }: Fob): void {
    this.trusted.delete(serial);
    this.trusted.set(serial, carrier.from);
    if (this.trusted.size <= agentLimits.agentTrustedKept) return;
    const [oldest = ''] = this.trusted.keys();
    this.trusted.delete(oldest);
  }

  private laneOf({ serial, carrier }: Fob): string {
    return `${this.trusted.get(serial) === carrier.from ? 'trusted' : 'other'} ${serial}`;
  }

  private hasCapacity(lane: string): boolean {
    const most = lane.startsWith('trusted')
      ? agentLimits.agentProofsPerSerialTrusted
      : agentLimits.agentProofsPerSerial - agentLimits.agentProofsPerSerialTrusted;
    return this.admitted.of(lane) < most;
  }

  private admit(proof: Proof<Fob>): void {
    proof.state = 'ready';
    this.admitted.add(proof.lane);
    this.ready.add(proof.fob.carrier.from, proof);
  }

  private park(proof: Proof<Fob>): void {
    const parked = this.parked.get(proof.lane) ?? new RoundRobin();
    this.parked.set(proof.lane, parked);
    parked.add(proof.fob.carrier.from, proof);
  }

  private release(lane: string): void {
    this.admitted.remove(lane);
    const parked = this.parked.get(lane);
    const proof = parked?.next();
    if (parked?.isEmpty) this.parked.delete(lane);
    if (proof !== undefined) this.admit(proof);
  }
}

/** How many there are of each key; keys without any take no memory. */
class Counts {
  private readonly counts: Map<string, number>;
  private sum: number;

  constructor() {
    this.counts = new Map();
    this.sum = 0;
  }

  get total(): number {
    return this.sum;
  }

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.counts.set(key, this.of(key) + 1);
    this.sum++;
  }

  remove(key: string): void {
    const left = this.of(key) - 1;
    if (left > 0) this.counts.set(key, left);
    else this.counts.delete(key);
    this.sum--;
  }
}
