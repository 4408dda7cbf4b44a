/** Limits of the sources of an enrolment. */

/** A decoded image takes several bytes a pixel; phones make pictures of up to 50 million. */
export const IMAGE_PIXELS_MAX = 50_000_000;
/** A PNG's signature, and the length, name and check of a chunk (W3C PNG §5.2, §5.3). */
export const PNG_SIGNATURE_BYTES = 8;
export const PNG_CHUNK_BYTES = 12;
/** WebAssembly counts its memory in pages of 64 KiB. */
export const WASM_PAGE_BYTES = 65_536;
/** Chunks of a PNG or segments of a JPEG; programs write a chunk for every 8 KiB. */
export const IMAGE_PARTS_MAX = 10_000;
/** Scans of a JPEG, each of which goes through the whole picture; programs write about ten. */
export const IMAGE_SCANS_MAX = 64;
/** Bytes of pixels inflated at once while they are counted. */
export const INFLATE_STEP_BYTES = 262_144;
/** Memory of the decoder with its program, and for each pixel: four samples of 16 bits, before and after filtering. */
export const IMAGE_MEMORY_BYTES = 67_108_864;
export const IMAGE_MEMORY_BYTES_PER_PIXEL = 16;
/** Memory of the decoding process outside of the decoder, in MiB. */
export const IMAGE_HEAP_MIB = 64;
/** Processor time for an image, with the start of the process; a usual one takes a tenth of it. */
export const IMAGE_BASE_MS = 3_000;
export const IMAGE_MS_PER_MEGAPIXEL = 300;
/** How often the decoding process looks at its processor time, and its answer when that is used up. */
export const IMAGE_WATCH_MS = 100;
export const IMAGE_LATE = 'late';
/** Time for an image by the clock: longer than any busy machine needs. */
export const IMAGE_WAIT_MS = 300_000;
/** Images that wait while another is decoded. */
export const IMAGES_WAITING_MAX = 16;
/** Longest answer of the decoding process: the texts of all codes. */
export const QR_ANSWER_BYTES_MAX = 262_144;
/** Codes searched for in one image: more than one, to detect that the expected code is not alone. */
export const QR_CODES_MAX = 8;

/** The value if a URI has none (Key URI Format). */
export const DIGITS_DEFAULT = 6;
export const PERIOD_SECONDS_DEFAULT = 30;
/** Characters of a passcode in an alphabet other than decimal. */
export const CHARACTERS_DEFAULT = 8;

/** Longest number read from a URI: the digits of 2^53 - 1. */
export const DECIMALS_MAX = 16;
