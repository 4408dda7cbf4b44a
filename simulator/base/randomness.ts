import { sha256, utf8ToBytes } from '../third-party/noble.ts';
import { RANDOM_POOL_BYTES } from './limits.ts';

/** A source of randomness: from a seed, the same sequence each time, or from this computer. */
export interface Randomness {
  /** Whole number from 0 to `bound` - 1. */
  below(bound: number): number;
  /** Signed 32-bit number. */
  word(): number;
  byte(): number;
  bytes(count: number): Uint8Array;
  /** From 0 up to but not including 1. */
  fraction(): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/**
 * Makes the randomness for one use, named by `labels`, so that one use never shifts another. Generator: sfc32 (C.
 * Doty-Humphrey, PractRand), started from SHA-256. For faults; for `hwRand` only in runs that have to be repeated, since
 * whoever knows the seed knows every secret that a fob makes of it.
 */
export function makeRandomness(seed: number, ...labels: readonly (string | number)[]): Randomness {
  const start = new DataView(sha256(utf8ToBytes(JSON.stringify([seed, ...labels]))).buffer);
  let a = start.getInt32(0, true);
  let b = start.getInt32(4, true);
  let c = start.getInt32(8, true);
  let counter = start.getInt32(12, true);

  function word(): number {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out;
  }
  return randomnessOf(word);
}

/** Makes randomness that nobody can repeat, from a source of random bytes that is fit for secrets. */
export function secureRandomness(bytes: (count: number) => Uint8Array): Randomness {
  let pool: DataView = new DataView(new ArrayBuffer(0));
  let at = 0;
  return randomnessOf(() => {
    if (at === pool.byteLength) {
      const { buffer, byteOffset, byteLength } = bytes(RANDOM_POOL_BYTES);
      pool = new DataView(buffer, byteOffset, byteLength);
      at = 0;
    }
    at += 4;
    return pool.getInt32(at - 4);
  });
}

function randomnessOf(word: () => number): Randomness {
  const fraction = () => (word() >>> 0) / 0x1_0000_0000;
  const below = (bound: number) => Math.floor(fraction() * bound);
  const byte = () => word() & 255;
  return {
    below,
    word,
    byte,
    fraction,
    bytes: count => Uint8Array.from({ length: count }, byte),
    pick: choices => choices[below(choices.length)] ?? choices[0],
  };
}
