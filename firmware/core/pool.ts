import { type Primitives, SHA256 } from '@passfob/protocol/primitives';
import { POOL_BITS_NEEDED, POOL_BITS_PER_EDGE, POOL_BYTES, POOL_EDGES } from './base/limits.ts';
import type { Entropy, Now } from './base/ports.ts';

const OUT = new Uint8Array([1]);
const STEP = new Uint8Array([2]);

/**
 * The source of all randomness. It is secret because of 32 bytes written at flashing or, without them, of the owner's
 * device secret. A number that never repeats makes it different at every boot. Raw samples, button timing and the
 * owner's random bytes are mixed in. A hash chain: drawn bytes reveal nothing about later ones.
 */
export class Pool {
  private readonly primitives: Primitives;
  private readonly entropy: Entropy;
  private readonly now: Now;
  private state: Uint8Array;
  /** Times of key edges and raw samples that are not mixed in yet. */
  private readonly edges: Int32Array;
  private kept: number;
  /** Bits of randomness credited so far; a seed counts as enough. */
  private bits: number;
  ready: boolean;

  constructor(primitives: Primitives, entropy: Entropy, now: Now) {
    this.primitives = primitives;
    this.entropy = entropy;
    this.now = now;
    this.state = new Uint8Array(POOL_BYTES);
    this.edges = new Int32Array(POOL_EDGES);
    this.kept = 0;
    this.bits = 0;
    this.ready = false;
  }

  /** Share of the required randomness, 0 to 100. */
  get percent(): number {
    return Math.min(100, Math.floor((this.bits * 100) / POOL_BITS_NEEDED));
  }

  /** Mixes in secret bytes. */
  seed(secret: Uint8Array): void {
    this.stir(secret);
    this.ready = true;
  }

  stir(bytes: Uint8Array): void {
    const samples = new Int32Array(4);
    for (let i = 0; i < 3; i++) samples[i] = this.entropy.sample();
    samples[3] = this.now.ms | 0;
    this.state = this.primitives.hash(SHA256, [this.state, new Uint8Array(samples.buffer), bytes]);
  }

  /**
   * Keeps the time of a key going down or up, to be mixed in later, because a passcode may be waiting behind this
   * key.
   */
  keepMoment(ms: number): void {
    const edges = this.edges;
    const at = this.kept;
    edges[at] = ms;
    edges[at + 1] = this.entropy.sample();
    this.kept = at + 2;
    if (at + 2 === POOL_EDGES) this.mix();
    if (!this.ready) this.count();
  }

  private count(): void {
    this.bits += POOL_BITS_PER_EDGE;
    this.ready = this.bits >= POOL_BITS_NEEDED;
  }

  /** Called when nobody waits: mixes in the kept values, so that a key does not have to do it. */
  settle(): void {
    if (this.kept > POOL_EDGES / 2) this.mix();
  }

  private mix(): void {
    this.kept = 0;
    this.stir(new Uint8Array(this.edges.buffer));
  }

  /** @param length 1 to 32 */
  draw(length: number): Uint8Array {
    if (this.kept > 0) this.mix();
    const block = this.primitives.hash(SHA256, [this.state, OUT]);
    this.stir(STEP);
    return new Uint8Array(block.subarray(0, length));
  }
}
