/** Bounds of activation strings and of what relay and service say to each other. */

/** A one-time code: 128 bits. */
export const CODE_BYTES = 16;
/** Of the SHA-256 of the service's identity key, the part that stands in the string: 128 bits. */
export const FINGERPRINT_BYTES = 16;
/** Longest `host:port` of a service: a DNS name has at most 253 characters (RFC 1035 §2.3.4). */
export const HOST_CHARS_MAX = 259;
/** Instead of the 90 of BIP-173: up to here any three wrong characters are detected (its checksum design). */
export const STRING_CHARS_MAX = 1023;
/** Longest text that is looked at as an activation string, with all that a mail program may put between. */
export const TYPED_CHARS_MAX = 2048;
/** Characters of the string in one group, as people read it. */
export const GROUP_CHARS = 5;
/** Nonces of the opening, and the number a relay keeps over its connections. */
export const OPENING_NONCE_BYTES = 32;
export const RELAY_ID_BYTES = 16;
export const IDENTITY_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** One message as JSON, in UTF-16 units: a frame of the fob's wire fits several times. */
export const MESSAGE_CHARS_MAX = 4096;
/** Text carried to or from the fob in one message. */
export const WIRE_CHARS_MAX = 2048;
/** The light margin of a QR code (ISO/IEC 18004 §6.3.8). */
export const QR_QUIET_MODULES = 4;
/** Pieces in which text is sent: each of its characters may take six in JSON. */
export const WIRE_PIECE_CHARS = 512;
/** A sentence, and any other text that the service says. */
export const SENTENCE_CHARS_MAX = 1024;
export const NAME_CHARS_MAX = 256;
/** What a person typed as a pairing code, with all that may stand between. */
export const TYPED_CODE_CHARS_MAX = 64;
/** How often a code is shown again because the person wishes it. */
export const CODE_WISHES_MAX = 10;

/** How long a relay waits for the service to open, and to prove itself. */
export const RELAY_ANSWER_TIMEOUT_MS = 15_000;
/** Heard nothing for so long, a relay that hears pings takes the connection for lost: the service pings thrice meanwhile. */
export const RELAY_SILENCE_MS = 60_000;
/** A lost connection is opened anew: the first time after so long, each time twice as long as before. */
export const RECONNECT_MIN_MS = 500;
export const RECONNECT_MAX_MS = 10_000;
/** Connections in a row that came to nothing, until the relay gives up. */
export const RECONNECTS_MAX = 8;
/** Before a fob that was just lost is opened again. */
export const PLUG_AGAIN_MS = 500;
