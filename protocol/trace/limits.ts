/** Bounds of trace files, for those who write and those who read them. */

/** Longer blocks of a file are no record of ours. Such a block of another kind is skipped without being kept. */
export const BLOCK_BYTES_MAX = 65_536;
/** Of a block: type, total length and total length again. */
export const BLOCK_FRAME_BYTES = 12;
/** Of a packet: interface, both halves of the time, captured and original length. */
export const PACKET_HEAD_BYTES = 20;
/** Of the data of a packet: version and kind, before the fields. */
export const BODY_HEAD_BYTES = 2;
/** A port hands on chunks of any size; a record holds a part of at most this length. */
export const RECORD_BYTES_MAX = 32_768;
/** Interfaces of one section of a file. A board has five ports. */
export const INTERFACES_MAX = 64;
export const PORT_CHARS_MAX = 64;
/** Lines of a screen in a record. */
export const SCREEN_BYTES_MAX = 4_096;

/** Records that wait for the end of a line. More than a frame in reports of one character each, with all around it. */
export const HELD_RECORDS_MAX = 2_048;
/** Bytes of those records. */
export const HELD_BYTES_MAX = 65_536;

/** Console text without a line break is shown in pieces of at most this length. */
export const NOISE_CHARS_MAX = 1_024;
/** Handshakes and serials that the decoder remembers for each port. */
export const SESSION_KEYS_MAX = 64;

/** Digits of a fraction of a second that a file may have: nanoseconds. */
export const RESOLUTION_DIGITS_MAX = 9;

/** `--trace-max`: 64 MB hold a day of requests. */
export const TRACE_BYTES_DEFAULT = 67_108_864;
/** A trace below has no place for its first records. */
export const TRACE_BYTES_MIN = 4_096;

/** The file of pairing keys of a test. Each handshake is tried with each of them. */
export const TRACE_KEY_FILE_BYTES_MAX = 65_536;
export const TRACE_KEYS_MAX = 64;
/** Hexadecimal digits of a key. */
export const PAIRING_KEY_CHARS = 64;

/** Ports that the decoder keeps apart; a file that names more of them loses what was unfinished. */
export const PORTS_MAX = 256;
