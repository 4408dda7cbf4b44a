import { hash, randomBytes } from 'node:crypto';
import { accessLimits } from './limits/access.ts';

/**
 * Makes a random bearer value (256 bits) with a prefix that secret scanners can look for.
 *
 * @returns the value to hand out once and the hash to store; with so much entropy a fast hash is enough
 */
export function makeBearer(prefix: string): { value: string; hash: string } {
  const value = `${prefix}_${randomBytes(accessLimits.bearerBytes).toString('base64url')}`;
  return { value, hash: hashBearer(value) };
}

/** Returns the hash under which a bearer value is stored and looked up. */
export function hashBearer(value: string): string {
  return hash('sha256', value, 'base64url');
}
