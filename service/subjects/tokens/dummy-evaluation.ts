import { randomBytes } from 'node:crypto';
import { tokenLimits } from '../../base/limits/tokens.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { seal } from '../../storage/encryption-at-rest/seal.ts';
import type { PasscodeToken } from './rows.ts';

/** Returns a token that nobody has: evaluated if there is no token to evaluate, so that the work is the same. */
export function makeDummyToken(keys: Keys): PasscodeToken {
  const id = 'decoy';
  const sealed = seal(keys, { table: 'tokens', id }, randomBytes(tokenLimits.decoySecretBytes));
  return {
    id,
    user_id: null,
    state: 'initialised',
    kind: 'totp',
    algorithm: 'sha1',
    alphabet: 'decimal',
    digits: tokenLimits.digitsDefault,
    period_seconds: tokenLimits.periodDefaultSeconds,
    pin_place: 'none',
    look_ahead: tokenLimits.lookAheadDefault,
    ahead_step: null,
    ahead_ms: null,
    last_step: -1,
    drift_steps: 0,
    recent: '[]',
    sealed_secret: sealed.box,
    key_id: sealed.keyId,
  };
}
