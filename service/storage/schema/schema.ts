import type { Generated } from 'kysely';
import type {
  AlertKind,
  AlgorithmName,
  Alphabet,
  CareKind,
  CareRelayKind,
  CareTaskState,
  Factors,
  Flag,
  FobLifeState,
  JobItemState,
  JobState,
  PinPlace,
  PolicyKind,
  Role,
  TokenKind,
} from '../../base/kinds.ts';
import type { MailKind, MailState } from '../../base/mail-kinds.ts';
import type { AcceptedBy, Outcome } from '../../base/outcomes.ts';
import type { TokenState } from '../../base/token-states.ts';

/** The tables for searches by any part of a text. */
export interface SearchSchema {
  /**
   * Parts of the searchable texts of users and tokens (`search/parts.ts`): derived from their rows, and in no backup.
   */
  search_parts: {
    kind: SearchKind;
    part: string;
    /** The user's name or the token's serial number, which never change. */
    name: string;
  };
  /** The folded texts of the same rows, with which every word of a search is compared: one line each. */
  search_texts: { kind: SearchKind; name: string; folded: string };
}

/** What an import gave, a later one takes away again. */
export type GivenBy = 'hand' | 'import';

export type SearchKind = 'user' | 'token';

/** The fobs that an activation accepts: only those that the service owns already, or blank ones as well. */
export type ActivationFobs = 'owned' | 'any';
/** `expired` is computed from the time. */
export type ActivationState = 'open' | 'used' | 'revoked';
/** The step that the last relay reached. */
export type ActivationStep = 'waiting' | 'connected' | 'paired' | 'written' | 'proved' | 'done';

/** The tables of self-enrolment (`schema.ts` says how values are stored). */
export interface EnrolmentSchema {
  /** Secrets made for a fob that has not yet proved that it took them; several after interrupted pairings. */
  fob_pairings: { id: string; serial: string; sealed_secrets: string; key_id: string; created_ms: number };
  /** Permissions to enrol one's own fob: each has a one-time code, of which only the hash is stored. */
  activations: {
    id: string;
    user_id: string;
    /** The reserved token, or null if the fob decides. */
    token_id: string | null;
    /** The policy for a new token; null for the defaults. */
    policy_id: string | null;
    /** The activation that this one replaced, or null. */
    replaces: string | null;
    /** The token that is revoked when this activation is used, or null. */
    replaces_token_id: string | null;
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
    /** When the help desk was told that it expired unused. */
    expiry_told_ms: number | null;
    /** SHA-256 of the relay that has claimed it, and when the lease expires. */
    claim: string | null;
    claimed_until_ms: number | null;
    fob_id: string | null;
    step: ActivationStep;
    used_ms: number | null;
    actor: string;
  };
  /** Sessions of the self-service page. `ticket`: opens a page once; `page`: is an open one. */
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
  /** Templates for new tokens. Tokens hold copies, so changing a template changes no token. */
  policies: {
    id: string;
    name: string;
    version: number;
    kind: PolicyKind;
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
    /** Seconds; null except for TOTP. */
    period_seconds: number | null;
    /** OCRA suite (RFC 6287 §6), whose algorithm and digits the columns repeat; null for other kinds. */
    suite: string | null;
    pin_place: PinPlace;
    /** The minimum number of digits of a PIN, copied from its policy when it was made. */
    pin_min_digits: Generated<number>;
    look_ahead: Generated<number>;
    /**
     * The last accepted counter or time step, −1 before the first. OCRA: its counter if the suite has one, otherwise
     * always −1.
     */
    last_step: number;
    /** Accepted step minus the service's step, at the last acceptance. */
    drift_steps: number;
    /** The last acceptances as JSON (`base/recent.ts`), by which a second use is recognised. */
    recent: string;
    /**
     * The step of the last passcode that was refused as too far off, and the time: the next passcode resynchronises
     * the fob (`tokens/codes/out-of-step.ts`). Null before the first.
     */
    ahead_step: number | null;
    ahead_ms: number | null;
    /** Encrypted secret and the id of its key; both null once the token is revoked. */
    sealed_secret: string | null;
    key_id: string | null;
    issuer: string;
    label: string;
    created_ms: number;
    last_used_ms: number | null;
  };
}

/**
 * The response to a RADIUS client for an empty or one-character passcode, which asks for a press on the fob:
 *
 * - `challenge`: an Access-Challenge with the number that the fob shows; the next request waits for the press
 * - `wait`: no response until it is decided
 * - `off`: a refusal
 */
export type RadiusPush = 'challenge' | 'wait' | 'off';

/** The tables of RADIUS (`schema.ts` says how values are stored). */
export interface RadiusSchema {
  /** RADIUS clients (RFC 2865 §3): their addresses and applications. */
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
  /** Open Access-Challenges (RFC 2865 §4.4), for any node that receives the next request. */
  radius_challenges: {
    /** SHA-256 of the State. */
    id: string;
    client_id: string;
    /** As the client sent it. */
    user_name: string;
    /** The awaited decision, in JSON, encrypted. */
    sealed_awaited: string;
    key_id: string;
    /** SHA-256 of the packet that took it; null while it is open. */
    taken_by: string | null;
    expires_ms: number;
  };
}

/** The question to the user: to approve a log-in, or to confirm being the caller of the help desk. */
export type PushKind = 'login' | 'caller';

/**
 * The state of a push. `expired` is computed from the time.
 *
 * - `waiting`: no agent has it; a push for nobody stays in this state
 * - `sent`: the node of the fob's agent has it; `shown`: the fob shows it
 * - `approved`: the fob's response was right; `used`: the session was let in, once
 * - `denied`, `reported`: by the user at the fob
 * - `refused`: approved, but the account was no longer open when the session redeemed it
 * - `withdrawn`: by the session that created it
 * - `superseded`: a newer push of its user was created, which the session is not told
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
  /** The OCRA key (RFC 6287) with which a fob answers pushes: one account of the fob, known only to the service. */
  push_keys: {
    fob_id: string;
    /** The account's id on the fob, in hexadecimal. */
    account: string;
    suite: string;
    sealed_secret: string;
    key_id: string;
    /** When the fob proved that it holds the key; null before. */
    proved_ms: number | null;
    created_ms: number;
  };
  /** The newest agent connection, on any node, over which a fob proved itself. */
  agent_fobs: {
    fob_id: string;
    /** The connection's id: random, never reused. */
    link: string;
    port: string;
    since_ms: number;
    /** Accurate to about a minute. */
    seen_ms: number;
  };
  /** Trusted sources: users recently approved log-ins from there. */
  push_sources: {
    user_id: string;
    /** The key of the source. */
    source: string;
    last_ms: number;
  };
  /** Requests to approve, each for one session of one application. */
  pushes: {
    id: string;
    kind: PushKind;
    /** Null for an unknown user. */
    user_id: string | null;
    /** The id of the request that created it. */
    request_id: string;
    /** The user's token on the fob, and the fob; null if no fob is asked, which the session is not told. */
    token_id: string | null;
    fob_id: string | null;
    /** Empty for a caller check of the help desk. */
    application_id: string;
    /** SHA-256 of the session's identifier. */
    session_hash: string;
    /** Digest of the required factors, and of the hashes that verified password and PIN. */
    proofs: string;
    /** The source of the session. */
    source: string;
    /** The key of the source; null if the application does not know the user's address. */
    source_key: string | null;
    /** The same, if the user trusted the source when the push was created. */
    familiar_source: string | null;
    /** 0 to 99, shown by both sides; 255 if neither shows a number. */
    number: number;
    /** The OCRA question: a digest over all facts that the response is bound to. */
    question: string;
    state: PushState;
    /** The agent's connection that has claimed it. */
    link: string | null;
    /** The end of the user's cool-down after a refusal. */
    quiet_until_ms: Generated<number>;
    created_ms: number;
    expires_ms: number;
    /** When its result was recorded. */
    decided_ms: number | null;
  };
}

/**
 * What a fob told in its last session, and its place in the care of fobs: columns of `fobs`. Null before the first
 * session, or where its firmware does not tell.
 */
export interface ObservedColumns {
  /** Bit n: the board computes algorithm n. */
  algorithms: number | null;
  protocol: number | null;
  /** The version of the interpreter under the image. */
  espruino: string | null;
  clock_state: 'unset' | 'trusted' | 'stale' | null;
  /** Fob minus service in that session; `clock_error_ms` is the error when it was last set. */
  seen_error_ms: number | null;
  trim_ppm: number | null;
  battery_percent: number | null;
  pin: 'none' | 'set' | 'to-be-chosen' | null;
  pin_digits: number | null;
  is_locked: Flag | null;
  pin_failures: number | null;
  pin_attempts: number | null;
  can_reset_pin: Flag | null;
  went_back: 'no' | 'yes' | 'unknown' | null;
  free_records: number | null;
  /** When its accounts were last listed: a locked fob lists none. */
  listed_ms: number | null;
  last_seen_ms: number | null;
  last_relay: CareRelayKind | null;
  last_relay_name: string | null;
}

/** The tables of the care of fobs (`schema.ts` says how values are stored). */
export interface CareSchema {
  /** The accounts of a fob as it last listed them; the push key's is among them. */
  fob_accounts: {
    fob_id: string;
    /** The account's id, in hexadecimal. */
    account: string;
    place: number;
    kind: number;
    issuer: string;
    label: string;
    is_damaged: Flag;
    seen_ms: number;
  };
  /** What is to be done to a fob, and what was: the journal of its care. */
  fob_tasks: {
    id: string;
    fob_id: string;
    kind: CareKind;
    /** The account's id in hexadecimal, or empty. At most one open task has the same fob, kind and subject. */
    subject: string;
    state: CareTaskState;
    /** `sent` from before the fob gets the first command of a running task; a cut leaves it so. */
    step: string;
    needs_hold: Flag;
    /** Why, by the name of its text (`base/texts/care.ts`). */
    cause: string;
    /** JSON: the names or the order that are wanted. */
    wanted: string;
    /** Who asked for it; `service` for a task that follows from a comparison. */
    actor: string;
    created_ms: number;
    changed_ms: number;
    attempts: number;
    /** Why it waits or was refused, by the name of its text; empty if there is nothing to say. */
    message: string;
  };
  /** The lease of the one connection that may care for a fob now. */
  fob_care: { fob_id: string; link: string; until_ms: number };
  /** The next recovery key of a fob, until the fob has confirmed it: meanwhile it may hold either. */
  fob_recovery: { fob_id: string; sealed_key: string; key_id: string; created_ms: number };
}

/** The tables about the service itself. */
export interface NodeSchema {
  /** One row, which is written to check whether the database accepts writes. */
  readiness: { id: number; looks: number };
  /** Named values as JSON: lock policy, alert channels, addresses. */
  settings: { name: string; value: string; changed_ms: number };
  /** Keys of the service itself that all nodes share, encrypted: its identity (Ed25519). */
  service_keys: { name: string; public_key: string; sealed_key: string; key_id: string; created_ms: number };
}

/** The table of mail to users. */
export interface MailSchema {
  /** Mail to users: stored with the act that causes it, in its transaction; sent afterwards, at least once. */
  mails: {
    /** Part of its Message-ID. */
    id: string;
    kind: MailKind;
    user_id: string;
    activation_id: string | null;
    address: string;
    /** Encrypted JSON of the mail's facts; null once it was sent, given up or expired. */
    sealed_content: string | null;
    key_id: string | null;
    created_ms: number;
    expires_ms: number;
    due_ms: number;
    attempts: number;
    leased_until_ms: number | null;
    state: MailState;
    /** Why it was not delivered, in words. */
    error: string | null;
    /** When a mail server accepted it. */
    sent_ms: number | null;
  };
}

/** The tables of the audit. */
export interface AuditSchema {
  /** The acts of operators: a MAC in each row; `seal` is the number of its checkpoint in the chain. */
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
    /** When rotation removed the rows of this checkpoint; the checkpoint stays as the anchor. */
    rotated_ms: number | null;
  };
}

/**
 * The tables. Times are milliseconds since 1970 (UTC); the service makes the identifiers to which encrypted values
 * are bound, so they are known before the row is written; encrypted values are base64 text, which every database
 * stores alike. Text that is looked up or ordered compares by code point in every database.
 */
export interface Schema
  extends AuditSchema,
    CareSchema,
    EnrolmentSchema,
    MailSchema,
    RadiusSchema,
    PushSchema,
    TokenSchema,
    SearchSchema,
    NodeSchema {
  users: {
    id: string;
    /** Prepared form of the name (`subjects/users/users.ts`), unique. */
    name: string;
    display_name: string;
    email: string | null;
    /** Argon2id, in its own string form. */
    password_hash: string | null;
    /** Argon2id of the user's PIN at the service. */
    pin_hash: string | null;
    /** 1 after a reset: the PIN must be changed before it counts again. */
    pin_change: Flag;
    /** When an operator disabled the account; null if it is enabled. */
    disabled_ms: number | null;
    /** Facts from which the lock state is computed (`base/lock.ts`). */
    failures: number;
    /** How many of them concerned the password, and the PIN at the service. */
    password_failures: Generated<number>;
    pin_failures: Generated<number>;
    last_failure_ms: number | null;
    created_ms: number;
    /**
     * The skeleton of the name, for comparing its looks, and whether the name has characters beyond ASCII
     * (`base/skeleton.ts`).
     */
    skeleton: Generated<string>;
    beyond_ascii: Generated<Flag>;
    /** `import` while the account is disabled because an import said so; null otherwise. */
    disabled_by: 'import' | null;
  };
  user_groups: { id: string; name: string; created_ms: number };
  group_members: { group_id: string; user_id: string; given_by: GivenBy };
  applications: {
    id: string;
    name: string;
    key_hash: string;
    factors: Factors;
    disabled_ms: number | null;
    created_ms: number;
  };
  /** Fobs that this service owns: their three secrets are encrypted as one JSON text. */
  fobs: ObservedColumns & {
    id: string;
    serial: string;
    board: string;
    firmware: string;
    sealed_secrets: string | null;
    key_id: string | null;
    /** When its clock was last set, and the error measured then; null if never. */
    clock_set_ms: number | null;
    clock_error_ms: number | null;
    drift_ppm: number | null;
    /** The name that its user gave it. */
    nickname: Generated<string>;
    state: Generated<FobLifeState>;
    /** When the state last changed; null before. */
    state_ms: number | null;
    /** Until then nobody is asked for a hold, because its person chose "later". */
    put_off_until_ms: Generated<number>;
    /**
     * Since when, and until when, agents have reported it without a session that it completed (`care/reports.ts`);
     * a session after the first time makes both void. Null for never.
     */
    reported_ms: number | null;
    reported_last_ms: number | null;
    created_ms: number;
  };
  /** Which user had which token, from when to when. */
  assignments: {
    id: string;
    token_id: string;
    user_id: string;
    from_ms: number;
    to_ms: number | null;
    actor: string;
  };
  /** One-time passcodes that the help desk gave to users without a fob at hand. */
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
    /** SHA-256 of the session's identifier. */
    session_hash: string;
    created_ms: number;
    expires_ms: number;
    /** Wrong answers. */
    attempts: Generated<number>;
    /** When it was answered, or ended by wrong answers or a newer question. */
    answered_ms: number | null;
  };
  alerts: {
    id: Generated<number>;
    kind: AlertKind;
    /** One row per distinct event; repeats raise `count`. */
    dedupe: string;
    user_id: string | null;
    token_id: string | null;
    /** The fob that it is about. */
    fob_id: string | null;
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
  /** The outbox of alerts: stored with the alert, in its transaction; delivered afterwards, at least once. */
  deliveries: {
    id: string;
    alert_id: number;
    channel: string;
    /** The alert's count when this was stored. */
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
  /** The idempotency cache: first responses to requests with an idempotency key. */
  answers: {
    fingerprint: string;
    outcome: Outcome;
    expires_ms: number;
    /** Null for unknown names, and for responses of before the column. */
    user_id: string | null;
  };
  operators: { user_id: string; role: Role; disabled_ms: number | null; created_ms: number };
  operator_links: { key_hash: string; expires_ms: number; used_ms: number | null };
  operator_sessions: {
    token_hash: string;
    /** Null for a session opened by a one-time link, which belongs to no user. */
    user_id: string | null;
    role: Role;
    created_ms: number;
    expires_ms: number;
    /** When the operator last proved to be present with all factors. */
    proved_ms: number;
    /** When it was last used, accurate to about a minute. */
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
    /** JSON object with the parameters of the job; never a secret. */
    parameters: string;
    total: number;
    done: number;
    refused: number;
    actor: string;
    role: Role;
    created_ms: number;
    changed_ms: number;
    leased_until_ms: number | null;
    /** Before this time no worker takes it; null for none. */
    starts_ms: number | null;
    /** The job that must be over before; null for none. */
    waits_for: string | null;
  };
  job_items: {
    job_id: string;
    number: number;
    /** The row's name for operators: a serial number or a user name. */
    subject: string;
    /** Encrypted JSON of the work to be done; null once it is done. */
    sealed_payload: string | null;
    key_id: string | null;
    state: JobItemState;
    message: string;
  };
}
