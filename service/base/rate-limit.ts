import { webLimits } from './limits/web.ts';

/** A rate limit for one key: a burst, then a number per second. */
export interface RateLimitSize {
  readonly burst: number;
  readonly perSecond: number;
}

/** The tokens that one key has left, and since when. */
export interface RateLimitState {
  left: number;
  atMs: number;
}

/** Returns a full bucket. */
export function unusedRateLimit(size: RateLimitSize, nowMs: number): RateLimitState {
  return { left: size.burst, atMs: nowMs };
}

/** Takes an amount from a bucket. @returns false if the bucket holds less; then nothing is taken */
export function takeTokens(bucket: RateLimitState, size: RateLimitSize, nowMs: number, amount = 1): boolean {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  const left = Math.min(size.burst, bucket.left + (elapsedMs / 1000) * size.perSecond);
  const allowed = left >= amount;
  bucket.left = allowed ? left - amount : left;
  bucket.atMs = nowMs;
  return allowed;
}

/** Token buckets by key, bounded in number. */
export interface RateLimiter {
  /** Takes one from a key's bucket. @returns false if it is empty */
  take(key: string, size: RateLimitSize, nowMs: number): boolean;
}

/**
 * Makes a rate limiter. It lives in this process only, so each node of a service has its own. It keeps two
 * generations of buckets and drops the older one when the younger is full. So recently used keys keep their bucket,
 * and no order has to be kept.
 */
export function makeRateLimiter(): RateLimiter {
  let young = new Map<string, RateLimitState>();
  let old = new Map<string, RateLimitState>();
  const keep = (key: string, bucket: RateLimitState) => {
    if (young.size >= webLimits.bucketsKept / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, bucket);
    return bucket;
  };
  return {
    take(key, size, nowMs) {
      const bucket = young.get(key) ?? keep(key, old.get(key) ?? unusedRateLimit(size, nowMs));
      return takeTokens(bucket, size, nowMs);
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
