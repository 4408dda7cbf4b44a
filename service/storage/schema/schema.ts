import type { Generated } from 'kysely';
import type {
  AlertKind,
  AlgorithmName,
  Alphabet,
  Factors,
  Flag,
  JobItemState,
  JobState,
  PinPlace,
  Role,
  TokenKind,
} from '../../base/kinds.ts';
import type { MailKind, MailState } from '../../base/mail-kinds.ts';
import type { AcceptedBy, Outcome } from '../../base/outcomes.ts';
import type { TokenState } from '../../base/token-states.ts';

/** The table of searches by any part of a text. */
export interface SearchSchema {
  /** Parts of what users and tokens are found by (`search/parts.ts`): derived from their rows, and in no backup. */
  search_parts: {
    kind: SearchKind;
    part: string;
    /** The user's name or the token's serial number, which never change. */
    name: string;
  };
}

export type SearchKind = 'user' | 'token';

/** Which fobs an activation is good for: one the service owns already, or a blank one as well. */
export type ActivationFobs = 'owned' | 'any';
/** `expired` is computed from the time. */
export type ActivationState = 'open' | 'used' | 'revoked';
/** How far the last relay came with it. */
export type ActivationStep = 'waiting' | 'connected' | 'paired' | 'written' | 'proved' | 'done';

/** The tables of self-enrolment (`schema.ts` says how values are stored). */
export interface EnrolmentSchema {
  /** Secrets made for a fob that has not yet shown that it took them; several where pairings were cut off. */
  fob_pairings: { id: string; serial: string; sealed_secrets: string; key_id: string; created_ms: number };
  /** Permissions to enrol a fob oneself: each has a one-time code, of which only the hash is here. */
  activations: {
    id: string;
    user_id: string;
    /** The reserved token, or null where the fob decides. */
    token_id: string | null;
    /** What a new token is like; null for the defaults. */
    policy_id: string | null;
    /** The activation that this one took the place of, or null where it is the first. */
    replaces: string | null;
    fobs: ActivationFobs;
    /** SHA-256 of the code, in hexadecimal. */
    code_hash: string;
    state: ActivationState;
    /** Why it was revoked: `resent`, `attempts`, `operator` or `user`; null in every other state. */
    reason: string | null;
    /** Runs that ended because of a wrong fob or a wrong pairing code. */
    attempts: Generated<number>;
    created_ms: number;
    expires_ms: number;
    reminded_ms: number | null;
    /** When help desk was told that it expired unused. */
    expiry_told_ms: number | null;
    /** SHA-256 of the relay that has it, and until when no other may. */
    claim: string | null;
    claimed_until_ms: number | null;
    fob_id: string | null;
    step: ActivationStep;
    used_ms: number | null;
    actor: string;
  };
  /** Sessions of the users' own page. `ticket`: opens one, once; `page`: is one. */
  user_sessions: {
    token_hash: string;
    user_id: string;
    kind: 'ticket' | 'page';
    created_ms: number;
    expires_ms: number;
  };
}

/** The tables of policies and tokens; a part of the schema. */
export interface TokenSchema {
  /** Templates: what tokens made from now on are like. Tokens carry copies, so changing one touches none. */
  policies: {
    id: string;
    name: string;
    version: number;
    kind: TokenKind;
    algorithm: AlgorithmName;
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
    algorithm: AlgorithmName;
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
    /** The last acceptances as JSON (`base/recent.ts`): what makes a second use recognisable. */
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

/**
 * What a RADIUS client is given for an empty or one-character passcode, which asks for a press on the fob:
 *
 * - `challenge`: an Access-Challenge with the number that the fob shows; the next request waits for the press
 * - `wait`: no answer until it is decided
 * - `off`: a refusal
 */
export type RadiusPush = 'challenge' | 'wait' | 'off';

/** The tables of RADIUS (`schema.ts` says how values are stored). */
export interface RadiusSchema {
  /** RADIUS clients (RFC 2865 §3): who may ask from which addresses, for which application. */
  radius_clients: {
    id: string;
    name: string;
    /** An address or a range (CIDR), as `ipaddr.js` writes it; unique. */
    address: string;
    application_id: string;
    sealed_secret: string;
    key_id: string;
    push: Generated<RadiusPush>;
    created_ms: number;
  };
  /** Open Access-Challenges (RFC 2865 §4.4), for whichever node the next request comes to. */
  radius_challenges: {
    /** SHA-256 of the State. */
    id: string;
    client_id: string;
    /** As it was sent. */
    user_name: string;
    /** What is waited for, in JSON. */
    sealed_awaited: string;
    key_id: string;
    /** SHA-256 of the packet that took it; null while it is open. */
    taken_by: string | null;
    expires_ms: number;
  };
}

/** What is asked: to let somebody log in, or whether the caller of help desk is who they say they are. */
export type PushKind = 'login' | 'caller';

/**
 * Where a push stands. `expired` is computed from the time.
 *
 * - `waiting`: no agent has it; one that is for nobody stays so
 * - `sent`: the node of the fob's agent has it; `shown`: the fob shows it
 * - `approved`: the fob's answer was right; `used`: the session that asked was let in, once
 * - `denied`, `reported`: by the person at the fob
 * - `refused`: approved, but the account was not open any more when the session came for it
 * - `withdrawn`: by the session that asked
 * - `superseded`: a newer one of its user was asked for, which the session is not told
 * - `failed`: the fob cannot answer, or answered wrongly, which the session is not told
 */
export type PushState =
  | 'waiting'
  | 'sent'
  | 'shown'
  | 'approved'
  | 'used'
  | 'denied'
  | 'reported'
  | 'refused'
  | 'withdrawn'
  | 'superseded'
  | 'failed';

/** The tables of push approval (`schema.ts` says how values are stored). */
export interface PushSchema {
  /** The OCRA key (RFC 6287) that a fob answers pushes with: one account of the fob, of the service alone. */
  push_keys: {
    fob_id: string;
    /** The account's id on the fob, in hexadecimal. */
    account: string;
    suite: string;
    sealed_secret: string;
    key_id: string;
    /** When the fob proved that it holds it; null before. */
    proved_ms: number | null;
    created_ms: number;
  };
  /** The newest connection of an agent by which a fob proved itself, on whatever node. */
  agent_fobs: {
    fob_id: string;
    /** The connection: of chance, never again. */
    link: string;
    port: string;
    since_ms: number;
    /** To about a minute. */
    seen_ms: number;
  };
  /** From where users approved log-ins lately. */
  push_sources: {
    user_id: string;
    /** What it is known by. */
    source: string;
    last_ms: number;
  };
  /** Requests to approve, each for one session of one application. */
  pushes: {
    id: string;
    kind: PushKind;
    /** Null for a user that there is not. */
    user_id: string | null;
    /** Of the request that asked. */
    request_id: string;
    /** The user's token on the fob, and the fob; null where nobody is asked, which the session is not told. */
    token_id: string | null;
    fob_id: string | null;
    /** Empty where help desk asks. */
    application_id: string;
    /** SHA-256 of what the asking session is known by. */
    session_hash: string;
    /** Digest of the factors that were asked for, and of what password and PIN were found right by. */
    proofs: string;
    /** Where the session comes from. */
    source: string;
    /** What the source is known by; null where the application does not say where the person is. */
    source_key: string | null;
    /** The same, where it was familiar to the user when they asked. */
    familiar_source: string | null;
    /** 0 to 99, shown by both sides; 255 where neither shows one. */
    number: number;
    /** Of the OCRA suite: a digest over everything that this is bound to. */
    question: string;
    state: PushState;
    /** The agent's connection that has it. */
    link: string | null;
    /** Until when its user gets no other one, after a refusal. */
    quiet_until_ms: Generated<number>;
    created_ms: number;
    expires_ms: number;
    /** When what became of it was written down. */
    decided_ms: number | null;
  };
}

/** What the service knows of itself. */
export interface NodeSchema {
  /** One row, which is written to find out whether the database takes writes. */
  readiness: { id: number; looks: number };
  /** Named values as JSON: lock policy, alert channels, addresses. */
  settings: { name: string; value: string; changed_ms: number };
  /** Keys of the service itself that all nodes share, sealed: its identity (Ed25519). */
  service_keys: { name: string; public_key: string; sealed_key: string; key_id: string; created_ms: number };
}

/** The table of mails to users. */
export interface MailSchema {
  /** Mails to users: written with the act that they are about, in its transaction; sent afterwards, at least once. */
  mails: {
    /** Its Message-ID is made of it. */
    id: string;
    kind: MailKind;
    user_id: string;
    activation_id: string | null;
    address: string;
    /** Sealed JSON of what its text is made of; null once it was sent, given up or too old. */
    sealed_content: string | null;
    key_id: string | null;
    created_ms: number;
    expires_ms: number;
    due_ms: number;
    attempts: number;
    leased_until_ms: number | null;
    state: MailState;
    /** Why it is not where it should be, in words. */
    error: string | null;
    /** When a mail server took it. */
    sent_ms: number | null;
  };
}

/** The tables of the audit. */
export interface AuditSchema {
  /** What operators did: a MAC in each row; `seal` is the number of the link of the chain that it is in. */
  audit: {
    id: Generated<number>;
    at_ms: number;
    actor: string;
    role: string;
    action: string;
    subject_kind: string;
    subject_id: string;
    subject: string;
    /** JSON object; never a secret. */
    detail: string;
    source: string;
    request_id: string;
    mac: string;
    seal: number | null;
  };
  audit_seals: {
    number: number;
    at_ms: number;
    rows: number;
    previous: string;
    mac: string;
    /** When the rows under this seal were removed by rotation; the seal stays as the anchor of what follows. */
    rotated_ms: number | null;
  };
}

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
    /** Prepared form of the name (`features/users/users.ts`), unique. */
    name: string;
    display_name: string;
    email: string | null;
    /** Argon2id, in its own string form. */
    password_hash: string | null;
    /** Argon2id of the PIN that is asked for by the service. */
    pin_hash: string | null;
    /** 1 after a reset: the PIN must be changed before it counts again. */
    pin_change: Flag;
    /** When the account was disabled by an operator; null while it is not. */
    disabled_ms: number | null;
    /** Facts that the account lock is computed from (`base/lock.ts`). */
    failures: number;
    /** Which of them were made at the password, and at the PIN asked for by the service. */
    password_failures: Generated<number>;
    pin_failures: Generated<number>;
    last_failure_ms: number | null;
    created_ms: number;
    /** What the name looks like, and whether it has characters beyond ASCII (`base/skeleton.ts`). */
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
