import type { Generated } from 'kysely';
import type { Algorithm, Alphabet, PinPlace, TokenKind } from '../../base/kinds.ts';
import type { TokenState } from '../../base/token-states.ts';

/** The tables of policies and tokens; a part of the schema. */
export interface TokenSchema {
  /** Templates: what tokens made from now on are like. Tokens carry copies, so changing one touches none. */
  policies: {
    id: string;
    name: string;
    version: number;
    kind: TokenKind;
    algorithm: Algorithm;
    alphabet: Alphabet;
    digits: number;
    period_seconds: number | null;
    pin_place: PinPlace;
    pin_min_digits: number;
    /** HOTP: how many counters from the next one on are accepted (RFC 4226 §7.4, parameter s). */
    look_ahead: Generated<number>;
    created_ms: number;
    changed_ms: number;
  };
  tokens: {
    id: string;
    serial: string;
    user_id: string | null;
    fob_id: string | null;
    policy_id: string | null;
    policy_version: number | null;
    state: TokenState;
    /** Why it was revoked: `lost`, `faulty` or `retired`; null in every other state. */
    revoked_reason: string | null;
    kind: TokenKind;
    algorithm: Algorithm;
    alphabet: Alphabet;
    digits: number;
    /** Seconds; null but for TOTP. */
    period_seconds: number | null;
    /** OCRA suite (RFC 6287 §6), whose algorithm and digits the columns repeat; null for other kinds. */
    suite: string | null;
    pin_place: PinPlace;
    /** The fewest digits of a PIN, as its policy had them when it was made. */
    pin_min_digits: Generated<number>;
    look_ahead: Generated<number>;
    /**
     * The high-water mark: the last accepted counter or time step, −1 before the first. OCRA: its counter where the suite
     * has one, otherwise always −1.
     */
    last_step: number;
    /** Accepted step minus the service's step, at the last acceptance. */
    drift_steps: number;
    /** The last acceptances as JSON (`validation/recent.ts`): what makes a second use recognisable. */
    recent: string;
    /**
     * Where the last passcode was that was refused for being too far off, and when that was: the one after it finds the fob
     * again (`tokens/codes/out-of-step.ts`). Null before the first.
     */
    ahead_step: number | null;
    ahead_ms: number | null;
    /** Sealed secret and the key it is sealed under; both null once the token is revoked. */
    sealed_secret: string | null;
    key_id: string | null;
    issuer: string;
    label: string;
    created_ms: number;
    last_used_ms: number | null;
  };
}
