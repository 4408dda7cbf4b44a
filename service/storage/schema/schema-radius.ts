import type { Generated } from 'kysely';

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
