/** Limits of the sources of an enrolment. */

/** A decoded image takes several bytes a pixel; phones make pictures of up to 50 million. */
export const IMAGE_PIXELS_MAX = 50_000_000;
/** Codes searched for in one image: more than one, to detect that the expected code is not alone. */
export const QR_CODES_MAX = 8;

/** The value if a URI has none (Key URI Format). */
export const DIGITS_DEFAULT = 6;
export const PERIOD_SECONDS_DEFAULT = 30;
/** Characters of a passcode in an alphabet other than decimal. */
export const CHARACTERS_DEFAULT = 8;

/** Longest number read from a URI: the digits of 2^53 - 1. */
export const DECIMALS_MAX = 16;
