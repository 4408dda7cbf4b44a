/** The limits of encryption at rest: AES-256-GCM with a random 96-bit nonce (SP 800-38D §8.2.2), and key files. */

export const SEAL_KEY_BYTES = 32;
export const SEAL_NONCE_BYTES = 12;
export const SEAL_TAG_BYTES = 16;
export const SEAL_KEY_ID_BYTES = 4;
/** HMAC-SHA256: as long as its output (RFC 2104 §3). */
export const MAC_KEY_BYTES = 32;
export const KEY_FILE_BYTES_MAX = 16_384;
