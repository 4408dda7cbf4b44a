/** Limits of activation strings and of the messages between relay and service. */

/** A one-time code: 128 bits. */
export const CODE_BYTES = 16;
/** The part of the SHA-256 of the service's identity key in the string: 128 bits. */
export const FINGERPRINT_BYTES = 16;
/** Longest `host:port` of a service: a DNS name has at most 253 characters (RFC 1035 §2.3.4). */
export const HOST_CHARS_MAX = 259;
/**
 * Instead of the 90 of BIP-173: up to this length the checksum detects any three wrong characters (its checksum
 * design).
 */
export const STRING_CHARS_MAX = 1023;
/** Longest text read as an activation string, with everything that a mail program may insert. */
export const TYPED_CHARS_MAX = 2048;
/** Characters of the string in one group, as people read it. */
export const GROUP_CHARS = 5;
/** The nonces of the opening, and the relay's id, which stays the same over its connections. */
export const OPENING_NONCE_BYTES = 32;
export const RELAY_ID_BYTES = 16;
export const IDENTITY_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** Text carried to or from the fob in one message. */
export const WIRE_CHARS_MAX = 2048;
/** The light margin of a QR code (ISO/IEC 18004 §6.3.8). */
export const QR_QUIET_MODULES = 4;
/** A sentence, or any other text from the service. */
export const SENTENCE_CHARS_MAX = 1024;
export const NAME_CHARS_MAX = 256;
/** A pairing code as typed, with all that a person may put between the characters. */
export const TYPED_CODE_CHARS_MAX = 64;
/** How often the fob shows a code again at the person's request. */
export const CODE_WISHES_MAX = 10;

/** How long a relay waits for the connection to open, and for the service to prove itself. */
export const RELAY_ANSWER_TIMEOUT_MS = 15_000;
/**
 * After this silence a relay that receives pings counts the connection as lost; the service pings three times
 * meanwhile.
 */
export const RELAY_SILENCE_MS = 60_000;
/** Delay before the first reconnect; each further delay is twice as long. */
export const RECONNECT_MIN_MS = 500;
export const RECONNECT_MAX_MS = 10_000;
/** Failed connections in a row after which the relay gives up. */
export const RECONNECTS_MAX = 8;
/** Delay before a lost fob is opened again. */
export const PLUG_AGAIN_MS = 500;
