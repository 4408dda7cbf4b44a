import { type Primitives, SHA256 } from '@passfob/protocol/primitives';
import { POOL_BITS_NEEDED, POOL_BITS_PER_EDGE, POOL_BYTES, POOL_EDGES } from './base/limits.ts';
import type { Entropy, Now } from './base/ports.ts';

const OUT = new Uint8Array([1]);
const STEP = new Uint8Array([2]);

/**
 * Everything unpredictable comes out of here. Secret from birth (32 bytes written at flashing) or, failing that,
 * from the owner's device secret; made different at every boot by a number that never repeats; stirred by raw
 * samples, button timing and the owner's random. A hash chain: what was drawn tells nothing of what is to come.
 */
export class Pool {
  private readonly primitives: Primitives;
  private readonly entropy: Entropy;
  private readonly now: Now;
  private state: Uint8Array;
  /** Moments of keys and raw samples that are not mixed in yet. */
  private readonly edges: Int32Array;
  private kept: number;
  /** Bits of chance counted so far; a secret birth counts as enough. */
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

  /** Share of the chance needed, 0 to 100. */
  get percent(): number {
    return Math.min(100, Math.floor((this.bits * 100) / POOL_BITS_NEEDED));
  }

  /** Mixes in bytes that nobody else knows. */
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

  /** Keeps the moment of a key going down or up, to be mixed in later: a passcode may be waiting behind this key. */
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

  /** Nobody waits: mixes in what has gathered, before a key would have to. */
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
