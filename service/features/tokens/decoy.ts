import { randomBytes } from 'node:crypto';
import { limits } from '../../base/limits/limits.ts';
import type { Keys } from '../../storage/sealing/key-file.ts';
import { seal } from '../../storage/sealing/seal.ts';
import type { PasscodeToken } from './rows.ts';

/** A token that nobody has: evaluated where there is no token to evaluate, so that the work is the same. */
export function makeDecoy(keys: Keys): PasscodeToken {
  const id = 'decoy';
  const sealed = seal(keys, { table: 'tokens', id }, randomBytes(limits.sealKeyBytes));
  return {
    id,
    user_id: null,
    state: 'initialised',
    kind: 'totp',
    algorithm: 'sha1',
    alphabet: 'decimal',
    digits: limits.digitsDefault,
    period_seconds: limits.periodDefaultSeconds,
    pin_place: 'none',
    look_ahead: limits.lookAheadDefault,
    ahead_step: null,
    ahead_ms: null,
    last_step: -1,
    drift_steps: 0,
    recent: '[]',
    sealed_secret: sealed.box,
    key_id: sealed.keyId,
  };
}
