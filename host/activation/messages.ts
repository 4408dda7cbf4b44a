/**
 * What a relay and the service say to each other: JSON texts over a WebSocket (`docs/relay.md`). The relay carries the
 * bytes of a fob; it never holds a seed, a PIN or a passcode. Bytes in fields are base64url without padding.
 */

/** What a relay says. */
export type RelayMessage =
  /** First: asks the service to prove itself. nonce: 32 bytes. */
  | { readonly type: 'open'; readonly version: 1; readonly nonce: string }
  /** Once it has: code 16 bytes; relay 16 bytes of chance, the same whenever this relay comes back. */
  | { readonly type: 'enter'; readonly code: string; readonly relay: string }
  /** A fob can be reached. port: `serial`, `hid`, `tcp`. */
  | { readonly type: 'plugged'; readonly port: string }
  /** From the fob: characters 0 to 255. */
  | { readonly type: 'bytes'; readonly text: string }
  | { readonly type: 'unplugged' }
  /** The code on a blank fob's screen, as it was typed. */
  | { readonly type: 'pairing-code'; readonly code: string }
  /** The code is not on the screen any more: the fob is to show it again. */
  | { readonly type: 'show-code' }
  /** The person gives up: the activation stays open. */
  | { readonly type: 'stop' };

/** Where an enrolment stands. */
export const RELAY_STEPS = [
  /** A fob is to be plugged in: the relay opens one, and opens it anew where it had one. */
  'plug',
  /** The service identifies the fob. */
  'hello',
  /** A code is on the fob's screen and has to be typed. */
  'code',
  /** The fob gets its owner. */
  'pairing',
  /** The account is being written and proved. */
  'writing',
  /** The fob wants its PIN, entered or chosen on it. */
  'pin',
  /** The button has to be pressed: for a passcode, or for the clock. */
  'press',
] as const;
export type RelayStep = (typeof RELAY_STEPS)[number];

/** What the service says. */
export type ServiceMessage =
  /**
   * Answers `open`. key: the identity key, 32 bytes; nonce: 32 bytes; signature: Ed25519 (RFC 8032) over
   * `openingTranscript`.
   */
  | { readonly type: 'identity'; readonly key: string; readonly nonce: string; readonly signature: string }
  /** Answers `enter`. serial: the fob that is expected, null for any. fobs: whether a blank one will do. */
  | {
      readonly type: 'entered';
      readonly service: string;
      readonly user: string;
      readonly serial: string | null;
      readonly fobs: 'owned' | 'any';
      readonly expiresMs: number;
    }
  /** For the fob. */
  | { readonly type: 'bytes'; readonly text: string }
  /**
   * The person's turn, or what is going on. text: a sentence to show. again: the code typed before was wrong. same, in
   * answer to `show-code` only: it is the code of before, and what was typed of it stays right.
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
  /** It cannot go on. isFinal: not with this activation either. */
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly text: string;
      readonly next: string;
      readonly isFinal: boolean;
    };

/** What was opened: an enrolment's relay, or the connection of an agent (`host/agent`). */
export type Opened = 'relay' | 'agent';

/** What the service signs: this version, both nonces, and the origin that the relay or agent reached it by. */
export function openingTranscript(
  relayNonce: Uint8Array,
  serviceNonce: Uint8Array,
  origin: string,
  opened: Opened = 'relay',
): Uint8Array {
  const head = new TextEncoder().encode(`passfob ${opened} 1\0`);
  const tail = new TextEncoder().encode(origin);
  const out = new Uint8Array(head.length + relayNonce.length + serviceNonce.length + tail.length);
  out.set(head, 0);
  out.set(relayNonce, head.length);
  out.set(serviceNonce, head.length + relayNonce.length);
  out.set(tail, head.length + relayNonce.length + serviceNonce.length);
  return out;
}
