import type { KeyDerivation } from '../../core/base/ports.ts';
import {
  DERIVATION_ROUNDS_MAX,
  DERIVATION_ROUNDS_MIN,
  DERIVATION_SECONDS,
  DERIVATION_TRIAL_ROUNDS,
} from '../limits.ts';
import { seconds } from './uptime.ts';

/** PBKDF2-HMAC-SHA256 of Espruino's crypto library. */
export class NativeKeyDerivation implements KeyDerivation {
  iterations(): number {
    const bytes = new Uint8Array(16);
    const start = seconds();
    this.derive(bytes, bytes, DERIVATION_TRIAL_ROUNDS);
    const rounds = Math.floor((DERIVATION_TRIAL_ROUNDS * DERIVATION_SECONDS) / (seconds() - start));
    return Math.min(Math.max(rounds, DERIVATION_ROUNDS_MIN), DERIVATION_ROUNDS_MAX);
  }

  derive(pin: Uint8Array, salt: Uint8Array, rounds: number): Uint8Array {
    // `keySize` counts words of 32 bits.
    return new Uint8Array(
      require('crypto').PBKDF2(pin, salt, { keySize: 8, iterations: rounds, hasher: 'SHA256' }),
    );
  }
}
