/** Limits of imports. Files come from others and must not be able to use unlimited time or memory. */

export const FILE_BYTES_MAX = 16_777_216;
/** Files of one command: an export of Google Authenticator has one image for every ten accounts. */
export const FILES_MAX = 200;
/** Bytes of all files of one import, which are in memory at once. */
export const FILES_BYTES_MAX = 268_435_456;
export const ROWS_MAX = 10_000;
/** Lines of a list of URIs or of `users.oath`, including empty lines and comments. */
export const LINES_MAX = 100_000;
/** Levels of objects and arrays in JSON, or of elements in XML; the supported formats have about ten. */
export const NESTING_DEPTH_MAX = 32;
/**
 * Values of a JSON file, and elements of an XML file: twice as many as the largest supported number of rows needs.
 */
export const VALUES_MAX = 1_000_000;
/** Attributes of one XML element. */
export const ATTRIBUTES_MAX = 64;
/** Fields of one row of a table. */
export const CELLS_MAX = 64;
/** First bytes of a file that are searched for what it is. */
export const HEAD_BYTES_MAX = 4_096;
/** Lines of a table in which its header, or a first token, is looked for. */
export const LINES_BEFORE_HEADER_MAX = 20;
/** Bytes of one row of a table; a note in a password manager may be long. */
export const RECORD_BYTES_MAX = 524_288;
/** Characters of a written secret: the longest one that fobs accept has 256 in hexadecimal, and may be in groups. */
export const SECRET_CHARS_MAX = 1_024;
/** Characters of one part of an export of Google Authenticator: a QR code holds 2,953. */
export const MIGRATION_CHARS_MAX = 262_144;
/** Bytes of a file parsed in one turn; a person can cancel the import between turns. */
export const TURN_BYTES = 65_536;
/** How long rows are read before other work gets a turn, such as log-ins at the service. */
export const TURN_MS = 10;
/** Longest password or key read from a file. */
export const PASSWORD_BYTES_MAX = 1_024;

/**
 * PBKDF2 work allowed for one import, in iterations for a block of output: some seconds. Exports in use have 1,000 to
 * 600,000.
 */
export const ITERATIONS_MAX = 5_000_000;
/** Memory for scrypt, 128 · N · r bytes; Aegis needs 32 MiB. With the rest of the program it stays below 200 MB. */
export const SCRYPT_MEMORY_BYTES_MAX = 67_108_864;
/** Passes of scrypt over that memory (p). */
export const SCRYPT_PARALLELISM_MAX = 16;
/** scrypt work allowed for one import, 128 · N · r · p bytes over all slots of all files: about two seconds. */
export const SCRYPT_WORK_BYTES_MAX = 536_870_912;
/** Memory for Argon2id in KiB: 64 MiB, which Bitwarden and Stratum need; Proton Authenticator needs 19 MiB. */
export const ARGON2_MEMORY_KIB_MAX = 65_536;
/** Lanes of Argon2id; Bitwarden allows as many. */
export const ARGON2_LANES_MAX = 16;
/** Argon2id work allowed for one import, memory in KiB · passes over all files: about five seconds. */
export const ARGON2_WORK_KIB_MAX = 1_048_576;
/** Slots of an encrypted Aegis vault in which the password is tried. */
export const SLOTS_MAX = 8;
/** Pixels of all images of one import: about ten seconds of searching for codes. */
export const PIXELS_MAX = 500_000_000;

/** Parts of one export of Google Authenticator. */
export const PARTS_MAX = 100;

/** Tag and nonce of AES-GCM in the files of apps. */
export const GCM_TAG_BYTES = 16;
export const GCM_NONCE_BYTES = 12;
/** Salt of Argon2id in the files of Proton Authenticator and Stratum. */
export const ARGON2_SALT_BYTES = 16;

/** PBKDF2 iterations of new files under a password, with HMAC-SHA-1 (OWASP): some seconds at most. */
export const ITERATIONS_WRITTEN = 1_300_000;
export const SALT_WRITTEN_BYTES = 16;
/** As long as the tag of HMAC-SHA-1, as recommended for its hash (RFC 2104 §3). */
export const MAC_KEY_WRITTEN_BYTES = 20;
/** Shortest password of a new file, because an attacker with the file can guess offline. */
export const PASSWORD_CHARS_MIN = 12;
/** Longest secret that Entra ID accepts, in characters of Base32. */
export const ENTRA_SECRET_CHARS_MAX = 128;
/** Characters of a column's name with its unit and its explanation. */
export const COLUMN_NAME_CHARS_MAX = 200;
