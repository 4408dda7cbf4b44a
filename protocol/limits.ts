/** Every bound of the wire. A change here is a new protocol version, unless the comment says otherwise. */

export const PROTOCOL_VERSION = 2;
/** The handshake binds this version of the session's own rules, not the version of the commands inside. */
export const SESSION_VERSION = 1;

/** Characters of a frame, mark and newline included. Below 512, so that a frame fits every receive buffer. */
export const FRAME_CHARS_MAX = 510;
/** Bytes inside the base64 of the longest frame: (510 - mark - newline) / 4 * 3. */
export const PAYLOAD_BYTES_MAX = 381;
/** A frame holds at least a type and a CRC: 5 bytes, 8 characters. */
export const BASE64_CHARS_MIN = 8;

/** Characters that an owner writes to a fob's port at once, and the character that the port answers to them: ACK. */
export const PACKET_CHARS_MAX = 63;
export const PACKET_ANSWER = 6;
/** Where each character is a report, over Bluetooth HID: a newline ends a shorter packet. */
export const REPORTED_PACKET_CHARS = 16;

/** A HID report without its id: with it, the 64 bytes of a full-speed interrupt endpoint. */
export const HID_REPORT_BYTES = 63;
/** The longest report that Espruino's Bluetooth HID sends. Reports to the fob carry one byte. */
export const BLUETOOTH_REPORT_BYTES = 16;

export const CRC_BYTES = 4;
export const COUNTER_BYTES = 4;
/** AES-CCM-16-64-128 (RFC 8152 §10.2): 16-byte key, 13-byte nonce, 8-byte tag. */
export const AES_KEY_BYTES = 16;
export const CCM_NONCE_BYTES = 13;
export const CCM_TAG_BYTES = 8;

export const HASH_BYTES = 32;
export const SESSION_NONCE_BYTES = 16;
export const PAIRING_KEY_BYTES = 32;
export const DEVICE_SECRET_BYTES = 32;
export const ENTROPY_BYTES = 32;
export const PROOF_NONCE_BYTES = 16;
/** A session ends after this many records, far below the 2^32 that its counter could hold. */
export const SESSION_RECORDS_MAX = 65535;

/** 16 characters of the bech32 alphabet are 80 bits; two more are Reed-Solomon checks. */
export const PAIRING_CODE_CHARS = 16;
export const PAIRING_CHECK_CHARS = 2;
export const PAIRING_ENTROPY_BYTES = 10;
/** Seconds for which a fob shows a pairing code. */
export const PAIRING_CODE_SECONDS = 180;

export const SERIAL_BYTES = 5;
export const BOARD_CHARS_MAX = 16;
export const VERSION_CHARS_MAX = 16;

export const ACCOUNT_ID_BYTES = 4;
/** In a larger memory; a memory of 4 kB holds 32. */
export const ACCOUNTS_MAX = 100;
export const NAME_BYTES_MAX = 32;
/** Shortest shared secret accepted: 80 bits, the shortest that large providers issue (RFC 4226 R6 requires 128). */
export const SECRET_BYTES_MIN = 10;
export const SECRET_BYTES_MAX = 128;
/** Hexadecimal, Base32 and Base64 passcodes (docs/protocol.md) have 5 to 8 characters, decimal ones 6 to 8. */
export const CHARACTERS_MIN = 5;
/** OCRA passcodes have up to 10 digits (RFC 6287 §6.1). */
export const OCRA_DIGITS_MIN = 4;
export const OCRA_DIGITS_MAX = 10;
export const QUESTION_CHARS_MIN = 4;
export const QUESTION_CHARS_MAX = 64;
export const PIN_DIGITS_MIN = 4;
export const PIN_DIGITS_MAX = 16;
export const RECOVERY_KEY_BYTES = 32;
/** Number of wrong PINs that a policy may allow. */
export const ATTEMPTS_MIN = 3;
export const ATTEMPTS_MAX = 20;
/** A fob that locks sooner after the last key is unusable. 0 has its own meaning (`setPolicy`). */
export const LOCK_SECONDS_MIN = 10;
export const DIGITS_MIN = 6;
export const DIGITS_MAX = 8;
/** The seconds of Authy's own tokens. */
export const PERIOD_SECONDS_MIN = 10;
export const PERIOD_SECONDS_MAX = 300;
/** Largest counter and time that a double holds exactly. The wire carries 8 bytes. */
export const COUNTER_MAX = 9007199254740991;
/** Last counter that produces a passcode, because the next counter is stored before the passcode exists. */
export const COUNTER_LAST = 9007199254740990;

/** The owner repeats a request that waits for a press within this time, or the fob drops it. */
export const PRESS_POLL_MS = 5000;
/** Time a person has for the press. */
export const PRESS_WAIT_MS = 30000;
/**
 * Keys do nothing for this long after a request appears, so that a press meant for something else confirms nothing.
 */
export const PRESS_DEAF_MS = 700;

/** Longest message of the carrier protocol as JSON, in UTF-16 units: several times a frame of the fob's wire. */
export const CARRIER_MESSAGE_CHARS_MAX = 4096;
