/** Bounds of what an enrolment may come from. */

/** A decoded image takes some bytes a pixel; phones make pictures of up to 50 million. */
export const IMAGE_PIXELS_MAX = 50_000_000;
/** Codes looked for in one image: one more than the one that is wanted tells that it was not alone. */
export const QR_CODES_MAX = 8;

/** What a URI means that does not say (Key URI Format). */
export const DIGITS_DEFAULT = 6;
export const PERIOD_SECONDS_DEFAULT = 30;
/** Characters of a passcode in another alphabet than the decimal one. */
export const CHARACTERS_DEFAULT = 8;

/** Longest number read from a URI: the decimals of 2^53 - 1. */
export const DECIMALS_MAX = 16;
