import { randomBytes } from 'node:crypto';
import { freshSeed, type SeedOptions } from '../../../host/enrol/seed.ts';
import { KIND_HOTP } from '../../../protocol/account.ts';
import { secret } from '../../kit/secrets.ts';

/** An account with a new secret: HOTP, `Example: alice`, unless it says otherwise. */
export function seedOf(options: Partial<SeedOptions> = {}) {
  return freshSeed({ kind: KIND_HOTP, issuer: 'Example', label: 'alice', ...options }, length =>
    secret(new Uint8Array(randomBytes(length))),
  );
}
