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
export const RELAY_NONCE_BYTES = 32;
export const RELAY_ID_BYTES = 16;
export const IDENTITY_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** One message as JSON, in UTF-16 units: a frame of the fob's wire fits several times. */
export const MESSAGE_CHARS_MAX = 4096;
/** Text carried to or from the fob in one message. */
export const WIRE_CHARS_MAX = 2048;
