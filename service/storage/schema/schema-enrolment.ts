import type { Generated } from 'kysely';

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
  /** Permissions to enrol a fob oneself (R11, R12): each has a one-time code, of which only the hash is here. */
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
