/** Every bound of recordings. */

/** Inputs of one recording; a press is four, and time that control moves is one for each request. */
export const MAX_RECORDED_INPUTS = 100_000;

/** Bytes that the wires brought, in one recording. */
export const MAX_RECORDED_WIRE_BYTES = 4 * 1_024 * 1_024;

/** Characters of a recording's text that is read. */
export const MAX_RECORDING_CHARS = 16 * 1_024 * 1_024;

/** Bytes of the files that were flashed beside the image. */
export const MAX_RECORDED_FILE_BYTES = 4_096;

/** Characters of a name in a recording that a message shows. */
export const MAX_RECORDED_NAME_CHARS = 64;

/** A recorded input may move time by no more than this at once, as control may: a hundred years. */
export const MAX_RECORDED_ADVANCE_MS = 100 * 365.25 * 86_400_000;
