/** Bounds of what an import may read. A file comes from others: it must not be able to take time or memory at will. */

export const FILE_BYTES_MAX = 16_777_216;
/** Files of one command: an export of Google Authenticator is one image for every ten accounts. */
export const FILES_MAX = 200;
export const ROWS_MAX = 10_000;
/** Levels of objects and arrays of JSON, or of elements of XML; the formats that are read have some ten. */
export const NESTING_DEPTH_MAX = 32;
/** Fields of one row of a table. */
export const CELLS_MAX = 64;
/** Longest password and key that is taken from a file. */
export const PASSWORD_BYTES_MAX = 1_024;

/** Some seconds of work; the exports in use have 1,000 to 600,000. */
export const ITERATIONS_MAX = 5_000_000;
/** Memory of scrypt, 128 · N · r bytes; Aegis takes 32 MiB. */
export const SCRYPT_MEMORY_BYTES_MAX = 268_435_456;
/** Turns of scrypt over that memory. */
export const SCRYPT_TURNS_MAX = 16;
/** Slots of an encrypted Aegis vault that the password is tried in. */
export const SLOTS_MAX = 8;

/** Parts of one export of Google Authenticator. */
export const PARTS_MAX = 100;

/** Tag of AES-GCM in the files of Aegis and 2FAS. */
export const GCM_TAG_BYTES = 16;

/** Work of new files under a password, for PBKDF2 with HMAC-SHA-1 (OWASP): some seconds at most. */
export const ITERATIONS_WRITTEN = 1_300_000;
export const SALT_WRITTEN_BYTES = 16;
/** As long as the tag of HMAC-SHA-1, and as its hash wants it (RFC 2104 §3). */
export const MAC_KEY_WRITTEN_BYTES = 20;
/** Shortest password of a new file: whoever has the file may try at leisure. */
export const PASSWORD_CHARS_MIN = 12;
/** Entra ID takes a secret of at most so many characters of Base32. */
export const ENTRA_SECRET_CHARS_MAX = 128;
