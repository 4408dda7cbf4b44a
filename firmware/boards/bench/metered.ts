import type { Algorithm, Hash, Parts } from '@passfob/protocol/primitives';
import { NativePrimitives } from '../parts/primitives.ts';

/** The native primitives, noting how many variables are in use at each call: the deep end of every operation. */
export class MeteredPrimitives extends NativePrimitives {
  peak: number;

  constructor() {
    super();
    this.peak = 0;
  }

  /** Variables in use now. */
  usage(): number {
    const usage = process.memory().usage;
    if (usage > this.peak) this.peak = usage;
    return usage;
  }

  /** From now on. Until then a call costs what it does on a board. */
  meter(): void {
    this.peak = 0;
    const hash = this.hash;
    const hasher = this.hasher;
    const ecb = this.ecb;
    this.hash = (algorithm: Algorithm, parts: Parts): Uint8Array => {
      this.usage();
      return hash.call(this, algorithm, parts) as Uint8Array;
    };
    this.hasher = (algorithm: Algorithm): Hash => {
      this.usage();
      return hasher.call(this, algorithm) as Hash;
    };
    this.ecb = (key: Uint8Array, blocks: Uint8Array): Uint8Array => {
      this.usage();
      return ecb.call(this, key, blocks) as Uint8Array;
    };
  }
}
