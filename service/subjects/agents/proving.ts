import { RoundRobin } from '../../base/fairness/round-robin.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import { makeRateLimiter, type RateLimiter } from '../../base/rate-limit.ts';

/** The parts of a fob that the limits on proofs use. */
export interface ProvableFob {
  readonly serial: string;
  readonly carrier: { readonly from: string };
}

/** A proof that waits or is running. */
interface Proof<Fob> {
  readonly fob: Fob;
  /** Proofs of one lane share a concurrency limit. */
  readonly lane: string;
  state: 'parked' | 'ready' | 'running';
  /** Whether it was requested again while it was running. */
  isWantedAgain: boolean;
}

/**
 * Limits the proofs that agents can request, and schedules them. Anybody can announce the serial of another person's
 * fob, from many sources: so few proofs of one serial run at once, and none of them delays another serial.
 */
export class ProofQueue<Fob extends ProvableFob> {
  private readonly buckets: RateLimiter;
  private readonly ticks: () => number;
  private readonly proofs: Map<Fob, Proof<Fob>>;
  /** Proofs that may run, round-robin by source. */
  private readonly ready: RoundRobin<Proof<Fob>>;
  /** By lane, proofs that wait for capacity, round-robin by source. */
  private readonly parked: Map<string, RoundRobin<Proof<Fob>>>;
  /** How many proofs are ready or running per lane, and running per source. */
  private readonly admitted: Counts;
  private readonly running: Counts;
  /** The trusted source of each serial: the source from which the fob last proved itself; least recent first. */
  private readonly trusted: Map<string, string>;

  /** @param ticks monotonic milliseconds */
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

  /** Queues a fob. @returns false if it was tried too often for now */
  add(fob: Fob): boolean {
    const { serial, carrier } = fob;
    const { from } = carrier;
    const before = this.proofs.get(fob);
    if (before !== undefined) {
      before.isWantedAgain = before.state === 'running';
      return true;
    }
    const nowMs = this.ticks();
    // The number of rate limits is bounded: a source that invents serials pays for them, so it cannot displace the
    // limits of others for free.
    if (!this.buckets.take(`from:${from}`, agentLimits.agentProofBucket, nowMs)) return false;
    if (!this.buckets.take(`fob:${from}:${serial}`, agentLimits.agentFobProofBucket, nowMs)) return false;
    const proof: Proof<Fob> = { fob, lane: this.laneOf(fob), state: 'parked', isWantedAgain: false };
    this.proofs.set(fob, proof);
    if (this.hasCapacity(proof.lane)) this.admit(proof);
    else this.park(proof);
    return true;
  }

  /** Returns the next fob whose proof may begin; the caller must then call `end`. */
  next(): Fob | undefined {
    if (this.running.total >= agentLimits.agentProofsAtOnce) return undefined;
    const proof = this.ready.next(from => this.running.of(from) < agentLimits.agentProofsPerSource);
    if (proof === undefined) return undefined;
    proof.state = 'running';
    this.running.add(proof.fob.carrier.from);
    return proof.fob;
  }

  /** Ends a proof. @returns whether the fob was added again meanwhile and has to be added now */
  end(fob: Fob): boolean {
    const proof = this.proofs.get(fob);
    if (proof?.state !== 'running') return false;
    this.proofs.delete(fob);
    this.running.remove(fob.carrier.from);
    this.release(proof.lane);
    return proof.isWantedAgain;
  }

  /** Removes a fob that has left; a running proof goes on to its end. */
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

  /**
   * Makes the source of a proved fob trusted: from there, the fob is not delayed by others that announce its serial.
   */
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

/** Counts per key; keys with a count of zero take no memory. */
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
