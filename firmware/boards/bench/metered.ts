import type { Algorithm, Hash, Parts } from '@passfob/protocol/primitives';
import { NativePrimitives } from '../parts/primitives.ts';

/**
 * The native primitives. Each call records the number of variables in use, because these are the deepest calls of
 * every operation.
 */
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

  /** Starts the measurement. Before it a call costs the same as on a board. */
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
