import type { Generated } from 'kysely';

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
