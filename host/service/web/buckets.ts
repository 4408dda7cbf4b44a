import { limits } from '../limits.ts';

/** How much of something one key may have: at once, and per second after that. */
export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** Token buckets by key, bounded in number. */
export interface Buckets {
  /** Takes one from a key's bucket. @returns false when it is empty */
  take(key: string, size: BucketSize, nowMs: number): boolean;
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  for (const oldest of buckets.keys()) {
    if (buckets.size <= limits.bucketsKept) return;
    buckets.delete(oldest);
  }
}

/** Makes a set of buckets; they live in this process only, so each node of a service has its own. */
export function makeBuckets(): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    take(key, size, nowMs) {
      const bucket = buckets.get(key) ?? { left: size.burst, atMs: nowMs };
      const elapsedMs = Math.max(0, nowMs - bucket.atMs);
      const left = Math.min(size.burst, bucket.left + (elapsedMs / 1000) * size.perSecond);
      const allowed = left >= 1;
      // Set again after deletion, a key moves to the end: the first one is the one unused for longest.
      buckets.delete(key);
      buckets.set(key, { left: allowed ? left - 1 : left, atMs: nowMs });
      if (buckets.size > limits.bucketsKept) forgetOldest(buckets);
      return allowed;
    },
  };
}

/** The part of an address that one household or attacker controls: all of IPv4, the first 64 bits of IPv6. */
export function sourceKey(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = ''] = address.split('::');
  const groups = head.split(':').slice(0, 4);
  while (groups.length < 4) groups.push('0');
  return groups.join(':');
}
