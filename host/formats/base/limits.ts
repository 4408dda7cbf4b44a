/** Bounds of what an import may read. A file comes from others: it must not be able to take time or memory at will. */

export const FILE_BYTES_MAX = 16_777_216;
/** Files of one command: an export of Google Authenticator is one image for every ten accounts. */
export const FILES_MAX = 200;
/** Bytes of all files of one import, which are in memory at once. */
export const FILES_BYTES_MAX = 268_435_456;
export const ROWS_MAX = 10_000;
/** Lines of a list of URIs or of `users.oath`, with the empty ones and the comments. */
export const LINES_MAX = 100_000;
/** Levels of objects and arrays of JSON, or of elements of XML; the formats that are read have some ten. */
export const NESTING_DEPTH_MAX = 32;
/** Values of a JSON file, and elements of an XML file: as many rows as are read have half of it. */
export const VALUES_MAX = 1_000_000;
/** Attributes of one element of XML. */
export const ATTRIBUTES_MAX = 64;
/** Fields of one row of a table. */
export const CELLS_MAX = 64;
/** Bytes of one row of a table: a note of a password manager may be long. */
export const RECORD_BYTES_MAX = 524_288;
/** Characters of a secret as it is written: the longest one that a fob takes has 256 in hexadecimal, and may be in groups. */
export const SECRET_CHARS_MAX = 1_024;
/** Characters of one part of an export of Google Authenticator: a QR code holds 2,953. */
export const MIGRATION_CHARS_MAX = 262_144;
/** Bytes of a file that are parsed in one turn, between two of which a person may end the import. */
export const TURN_BYTES = 65_536;
/** How long rows are read before others get a turn: the service answers log-ins meanwhile. */
export const TURN_MS = 10;
/** Longest password and key that is taken from a file. */
export const PASSWORD_BYTES_MAX = 1_024;

/**
 * Work of PBKDF2 for one import, in iterations for a block of output: some seconds. The exports in use have 1,000 to
 * 600,000.
 */
export const ITERATIONS_MAX = 5_000_000;
/** Memory of scrypt, 128 · N · r bytes; Aegis takes 32 MiB. */
export const SCRYPT_MEMORY_BYTES_MAX = 268_435_456;
/** Turns of scrypt over that memory. */
export const SCRYPT_PARALLELISM_MAX = 16;
/** Work of scrypt for one import, 128 · N · r · p bytes over all slots of all files: some two seconds. */
export const SCRYPT_WORK_BYTES_MAX = 536_870_912;
/** Slots of an encrypted Aegis vault that the password is tried in. */
export const SLOTS_MAX = 8;
/** Pixels of all images of one import: some ten seconds of looking for codes. */
export const PIXELS_MAX = 500_000_000;

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
