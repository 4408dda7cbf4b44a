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

/**
 * Makes a set of buckets; they live in this process only, so each node of a service has its own. Of two generations the
 * older one goes when the younger is full: whoever came by since then keeps their bucket, and no order has to be kept.
 */
export function makeBuckets(): Buckets {
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();
  const keep = (key: string, bucket: Bucket) => {
    if (young.size >= limits.bucketsKept / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, bucket);
    return bucket;
  };
  return {
    take(key, size, nowMs) {
      const bucket = young.get(key) ?? keep(key, old.get(key) ?? { left: size.burst, atMs: nowMs });
      const elapsedMs = Math.max(0, nowMs - bucket.atMs);
      const left = Math.min(size.burst, bucket.left + (elapsedMs / 1000) * size.perSecond);
      const allowed = left >= 1;
      bucket.left = allowed ? left - 1 : left;
      bucket.atMs = nowMs;
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
