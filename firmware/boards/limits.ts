/** Bounds of the boards' parts, from their data sheets. */

export const SSD1306_ADDRESS = 0x3c;
export const DS3231_ADDRESS = 0x68;
export const AT24C32_ADDRESS = 0x57;

export const AT24C32_PAGES = 128;
export const AT24C32_PAGE_BYTES = 32;
/** tWR of the AT24C32: the longest self-timed write, in seconds. */
export const AT24C32_WRITE_SECONDS = 0.01;

export const I2C_BITRATE = 400000;
/** Espruino holds an I2C transfer on the stack. */
export const I2C_CHUNK_BYTES = 64;

export const DEBOUNCE_MS = 25;

export const DISPLAY_WIDTH = 128;
export const DISPLAY_HEIGHT = 64;

/** A vault record of 96 bytes in the EEPROM. */
export const PICO_RECORD_PAGES = 3;
/** The bench's memory is files, so its records may be longer: a 64-byte SHA-512 key with names. */
export const BENCH_PAGES = 256;
export const BENCH_RECORD_PAGES = 5;

/** Device secret and pairing key, as the core saves them. */
export const SECRETS_BYTES = 64;
/** What the pool is born from. */
export const BIRTH_BYTES = 32;
/** What Storage must have free beside the file itself before one is written, so that it never compacts. */
export const STORAGE_MARGIN_BYTES = 256;

/** Characters of one line of the bench's control channel. */
export const CONTROL_LINE_CHARS_MAX = 512;
