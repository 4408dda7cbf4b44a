/** A piece that two images share is at least this long: a shorter one costs more than it saves. */
export const MATCH_CHARS_MIN = 24;
