import type { Stretch } from '../../core/base/ports.ts';
import { STRETCH_ROUNDS_MAX, STRETCH_ROUNDS_MIN, STRETCH_SECONDS, STRETCH_TRIAL_ROUNDS } from '../limits.ts';

/** PBKDF2-HMAC-SHA256 as Espruino's crypto library has it. */
export class NativeStretch implements Stretch {
  iterations(): number {
    const bytes = new Uint8Array(16);
    const start = getTime();
    this.derive(bytes, bytes, STRETCH_TRIAL_ROUNDS);
    const rounds = Math.floor((STRETCH_TRIAL_ROUNDS * STRETCH_SECONDS) / (getTime() - start));
    return Math.min(Math.max(rounds, STRETCH_ROUNDS_MIN), STRETCH_ROUNDS_MAX);
  }

  derive(pin: Uint8Array, salt: Uint8Array, rounds: number): Uint8Array {
    // `keySize` counts words of 32 bits.
    return new Uint8Array(
      require('crypto').PBKDF2(pin, salt, { keySize: 8, iterations: rounds, hasher: 'SHA256' }),
    );
  }
}
