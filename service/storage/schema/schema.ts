import type { Generated } from 'kysely';
import type { AlertKind, Factors, Flag, JobItemState, JobState, Role } from '../../base/kinds.ts';
import type { AcceptedBy, Outcome } from '../../base/outcomes.ts';
import type { AuditSchema } from './schema-audit.ts';
import type { EnrolmentSchema } from './schema-enrolment.ts';
import type { MailSchema } from './schema-mails.ts';
import type { NodeSchema } from './schema-node.ts';
import type { PushSchema } from './schema-push.ts';
import type { RadiusSchema } from './schema-radius.ts';
import type { SearchSchema } from './schema-search.ts';
import type { TokenSchema } from './schema-tokens.ts';

/**
 * The tables. Times are milliseconds since 1970 (UTC); identifiers that seals are bound to are made by the service, so
 * they are known before the row is written; sealed values are base64 text, which every database stores alike. Text that
 * is looked up or ordered compares by code point in every database.
 */
export interface Schema
  extends AuditSchema,
    EnrolmentSchema,
    MailSchema,
    RadiusSchema,
    PushSchema,
    TokenSchema,
    SearchSchema,
    NodeSchema {
  users: {
    id: string;
    /** Prepared form of the name (`people/users.ts`), unique. */
    name: string;
    display_name: string;
    email: string | null;
    /** Argon2id, in its own string form. */
    password_hash: string | null;
    /** Argon2id of the PIN that is asked for by the service. */
    pin_hash: string | null;
    /** 1 after a reset: the PIN must be changed before it counts again (R20). */
    pin_change: Flag;
    /** When the account was disabled by an operator; null while it is not. */
    disabled_ms: number | null;
    /** Facts that the account lock is computed from (`validation/lock.ts`). */
    failures: number;
    /** Which of them were made at the password, and at the PIN asked for by the service. */
    password_failures: Generated<number>;
    pin_failures: Generated<number>;
    last_failure_ms: number | null;
    created_ms: number;
    /** What the name looks like, and whether it has characters beyond ASCII (`people/skeleton.ts`). */
    skeleton: Generated<string>;
    beyond_ascii: Generated<Flag>;
  };
  applications: {
    id: string;
    name: string;
    key_hash: string;
    factors: Factors;
    disabled_ms: number | null;
    created_ms: number;
  };
  /** Fobs whose owner is this service: their three secrets are sealed as one JSON text. */
  fobs: {
    id: string;
    serial: string;
    board: string;
    firmware: string;
    sealed_secrets: string | null;
    key_id: string | null;
    /** When its clock was last set, and what was measured then; null when never. */
    clock_set_ms: number | null;
    clock_error_ms: number | null;
    drift_ppm: number | null;
    /** What its user calls it. */
    nickname: Generated<string>;
    created_ms: number;
  };
  /** Who had which token, from when to when. */
  assignments: {
    id: string;
    token_id: string;
    user_id: string;
    from_ms: number;
    to_ms: number | null;
    actor: string;
  };
  /** One-time passcodes that help desk gave to a user without a fob at hand. */
  temporary_codes: {
    id: string;
    user_id: string;
    code_mac: string;
    expires_ms: number;
    used_ms: number | null;
    actor: string;
    created_ms: number;
  };
  /** Questions put to a fob (RFC 6287), each bound to a user, an application and a session, answered once at most. */
  challenges: {
    id: string;
    user_id: string | null;
    token_id: string | null;
    application_id: string;
    question: string;
    /** SHA-256 of what the asking session is known by. */
    session_hash: string;
    created_ms: number;
    expires_ms: number;
    /** Wrong answers. */
    attempts: Generated<number>;
    /** When it was answered, or ended because of wrong answers or a newer one. */
    answered_ms: number | null;
  };
  alerts: {
    id: Generated<number>;
    kind: AlertKind;
    /** One row for each different thing that happened; repeats raise `count`. */
    dedupe: string;
    user_id: string | null;
    token_id: string | null;
    step: number | null;
    first_use_ms: number | null;
    first_use_source: string | null;
    count: number;
    first_ms: number;
    last_ms: number;
    last_source: string;
    acknowledged_ms: number | null;
    acknowledged_by: string | null;
  };
  /** The outbox of alerts: written with the alert, in its transaction; delivered afterwards, at least once. */
  deliveries: {
    id: string;
    alert_id: number;
    channel: string;
    /** The alert's count when this was written. */
    count: number;
    due_ms: number;
    attempts: number;
    leased_until_ms: number | null;
    done_ms: number | null;
    /** Why the last attempt failed, in words. */
    error: string | null;
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
    by: AcceptedBy | null;
  };
  /** First answers to requests that carried an idempotency key. */
  answers: { fingerprint: string; outcome: Outcome; expires_ms: number };
  operators: { user_id: string; role: Role; disabled_ms: number | null; created_ms: number };
  operator_links: { key_hash: string; expires_ms: number; used_ms: number | null };
  operator_sessions: {
    token_hash: string;
    /** Null for a session opened by a one-time link, which belongs to nobody yet. */
    user_id: string | null;
    role: Role;
    created_ms: number;
    expires_ms: number;
    /** When the operator last proved to be there with all factors. */
    proved_ms: number;
    /** When it was last used, to about a minute. */
    last_seen_ms: number;
  };
  /** Keys for programs that administer the service, with an operator's role. */
  api_keys: {
    id: string;
    name: string;
    role: Role;
    key_hash: string;
    created_ms: number;
    last_used_ms: number | null;
    revoked_ms: number | null;
  };
  jobs: {
    id: string;
    kind: string;
    title: string;
    state: JobState;
    /** JSON object of what the job was asked to do; never a secret. */
    parameters: string;
    total: number;
    done: number;
    refused: number;
    actor: string;
    role: Role;
    created_ms: number;
    changed_ms: number;
    leased_until_ms: number | null;
  };
  job_items: {
    job_id: string;
    number: number;
    /** What the operator sees of it: a serial number or a name. */
    subject: string;
    /** Sealed JSON of what is to be done; null once it is done. */
    sealed_payload: string | null;
    key_id: string | null;
    state: JobItemState;
    message: string;
  };
}
