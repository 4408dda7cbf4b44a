/**
 * The messages of `GET /relay`, which relays and services before the carrier protocol exchange: both ends go on
 * speaking them for one release. Frozen: nothing is added here.
 */

/** A message of a relay. */
export type RelayMessage =
  /** First: asks the service to prove itself. nonce: 32 bytes. */
  | { readonly type: 'open'; readonly version: 1; readonly nonce: string }
  /** Sent after the proof. code: 16 bytes; relay: 16 random bytes, the same on every reconnect of this relay. */
  | { readonly type: 'enter'; readonly code: string; readonly relay: string }
  /** A fob can be reached. port: `serial`, `hid`, `tcp`. */
  | { readonly type: 'plugged'; readonly port: string }
  /** From the fob: characters 0 to 255. */
  | { readonly type: 'bytes'; readonly text: string }
  | { readonly type: 'unplugged' }
  /** The code on a blank fob's screen, as typed. */
  | { readonly type: 'pairing-code'; readonly code: string }
  /** The code is no longer on the screen; the fob must show it again. */
  | { readonly type: 'show-code' }
  /** The person gives up: the activation stays open. */
  | { readonly type: 'stop' };

/** The steps of an enrolment. */
export const RELAY_STEPS = [
  /** The person plugs in a fob; the relay opens it, or reopens it if it had one. */
  'plug',
  /** The service asks the fob for its identity. */
  'hello',
  /** The person types the code on the fob's screen. */
  'code',
  /** The fob is paired with its owner. */
  'pairing',
  /** The account is written and proved. */
  'writing',
  /** The person enters or chooses the PIN on the fob. */
  'pin',
  /** The person uses the button: for a passcode, or for the clock. */
  'press',
] as const;
export type RelayStep = (typeof RELAY_STEPS)[number];

/** A message of the service. */
export type ServiceMessage =
  /**
   * Answers `open`. key: the identity key, 32 bytes; nonce: 32 bytes; signature: Ed25519 (RFC 8032) over
   * `openingTranscript`.
   */
  | { readonly type: 'identity'; readonly key: string; readonly nonce: string; readonly signature: string }
  /** Answers `enter`. serial: the expected fob, null for any. fobs: whether a blank fob is accepted. */
  | {
      readonly type: 'entered';
      readonly service: string;
      readonly user: string;
      readonly serial: string | null;
      readonly fobs: 'owned' | 'any';
      readonly expiresMs: number;
    }
  /** To the fob. */
  | { readonly type: 'bytes'; readonly text: string }
  /**
   * A request to the person, or the progress. text: a sentence to show. again: the code typed before was wrong. same,
   * in answer to `show-code` only: the code has not changed, so the characters typed so far stay valid.
   */
  | {
      readonly type: 'step';
      readonly step: RelayStep;
      readonly text: string;
      readonly again?: boolean;
      readonly seconds?: number;
      readonly same?: boolean;
    }
  /** The token is active. ticket: opens the user's page once, in a browser. */
  | {
      readonly type: 'done';
      readonly serial: string;
      readonly token: string;
      readonly text: string;
      readonly ticket: string;
    }
  /** The enrolment cannot continue. isFinal: this activation cannot be used again either. */
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly text: string;
      readonly next: string;
      readonly isFinal: boolean;
    };
