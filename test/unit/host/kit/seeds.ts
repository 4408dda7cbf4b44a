import { randomBytes } from 'node:crypto';
import { KIND_HOTP } from '@passfob/protocol/account';
import { freshSeed, type SeedOptions } from 'passfob/enrol/seed';
import { secret } from '../../../kit/secrets.ts';

/** An account with a new secret: HOTP, `Example: alice`, except for the given options. */
export function seedOf(options: Partial<SeedOptions> = {}) {
  return freshSeed({ kind: KIND_HOTP, issuer: 'Example', label: 'alice', ...options }, length =>
    secret(new Uint8Array(randomBytes(length))),
  );
}
