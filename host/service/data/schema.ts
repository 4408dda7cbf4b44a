import type { Generated } from 'kysely';
import type { TokenState } from '../tokens/states.ts';
import type { Outcome } from '../validation/outcomes.ts';

/** How a token counts: by events (RFC 4226) or by time (RFC 6238). */
export type TokenKind = 'hotp' | 'totp';
export type Algorithm = 'sha1' | 'sha256' | 'sha512';

/**
 * The tables. Times are milliseconds since 1970 (UTC); identifiers that seals are bound to are made by the service, so
 * they are known before the row is written; sealed values are base64 text, which every database stores alike.
 */
export interface Schema {
  users: {
    id: string;
    /** Prepared form of the name (`users.ts`), unique. */
    name: string;
    /** Facts that the account lock is computed from (`lock.ts`). */
    failures: number;
    last_failure_ms: number | null;
    created_ms: number;
  };
  applications: { id: string; name: string; key_hash: string; created_ms: number };
  tokens: {
    id: string;
    serial: string;
    user_id: string | null;
    state: TokenState;
    kind: TokenKind;
    algorithm: Algorithm;
    digits: number;
    /** Seconds; null for HOTP. */
    period_seconds: number | null;
    /** The high-water mark: the last accepted counter or time step, −1 before the first. */
    last_step: number;
    /** Accepted step minus the service's step, at the last acceptance. */
    drift_steps: number;
    /** Sealed secret and the key it is sealed under; both null once the token is revoked. */
    sealed_secret: string | null;
    key_id: string | null;
    issuer: string;
    label: string;
    created_ms: number;
    last_used_ms: number | null;
  };
  /** Accepted passcodes, as keyed MACs: what makes a second use recognisable. */
  spent: {
    token_id: string;
    step: number;
    code_mac: string;
    accepted_ms: number;
    source: string;
    application_id: string;
  };
  alerts: {
    id: Generated<number>;
    kind: 'replay';
    /** One row for each different thing that happened; repeats raise `count`. */
    dedupe: string;
    user_id: string;
    token_id: string;
    step: number;
    first_use_ms: number;
    first_use_source: string;
    count: number;
    first_ms: number;
    last_ms: number;
    last_source: string;
  };
  events: {
    id: Generated<number>;
    at_ms: number;
    user_id: string | null;
    token_id: string | null;
    application_id: string;
    outcome: Outcome;
    source: string;
    request_id: string;
  };
  /** First answers to requests that carried an idempotency key. */
  answers: { fingerprint: string; outcome: Outcome; expires_ms: number };
  operator_links: { key_hash: string; expires_ms: number; used_ms: number | null };
  operator_sessions: { token_hash: string; expires_ms: number };
}
