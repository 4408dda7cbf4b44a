import type { Algorithm } from '../../../protocol/primitives.ts';
import { NativePrimitives } from '../parts/primitives.ts';

/** The native primitives, noting how many variables are in use at each call: the deep end of every operation. */
export class MeteredPrimitives extends NativePrimitives {
  metering: boolean;
  peak: number;

  constructor() {
    super();
    this.metering = false;
    this.peak = 0;
  }

  /** Variables in use now. */
  usage(): number {
    const usage = process.memory().usage;
    if (usage > this.peak) this.peak = usage;
    return usage;
  }

  override hash(algorithm: Algorithm, parts: Uint8Array[]): Uint8Array {
    if (this.metering) this.usage();
    return super.hash(algorithm, parts);
  }

  override ecb(key: Uint8Array, blocks: Uint8Array): Uint8Array {
    if (this.metering) this.usage();
    return super.ecb(key, blocks);
  }
}
