/** Bounds of the boards' parts, from their data sheets. */

export const SSD1306_ADDRESS = 0x3c;
export const DS3231_ADDRESS = 0x68;
export const AT24C32_ADDRESS = 0x57;

export const AT24C32_PAGES = 128;
/** The larger chip in the same footprint: 32,768 bytes. */
export const AT24C256_PAGES = 1024;
/** Of the smaller chip; a write within 32 bytes is within a page of the larger, too. */
export const AT24C32_PAGE_BYTES = 32;
/** A byte of the page that the vault leaves to this, and where the smaller chip, 4,096 bytes on, shows it again. */
export const PROBE_ADDRESS = 800;
export const PROBE_ALIAS = 4896;
/** tWR of the AT24C32: the longest self-timed write, in seconds. */
export const AT24C32_WRITE_SECONDS = 0.01;

export const I2C_BITRATE = 400000;
/** A part that did not answer is left alone so long: asking costs a quarter of a second of waiting for each byte. */
export const I2C_SULK_SECONDS = 30;
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
/** The same with their CRC behind them. */
export const SECRETS_FILE_BYTES = 74;
/** What the pool is born from. */
export const BIRTH_BYTES = 32;
/** What Storage must have free beside the file itself before one is written, so that it never compacts. */
export const STORAGE_MARGIN_BYTES = 256;

/** One byte a PIN attempt; a new file when one is full. */
export const ATTEMPT_COUNTER_BYTES = 1024;
/** What marks leave free for pairings to come: 37 of them. */
export const ATTEMPT_COUNTER_RESERVE_BYTES = 4096;

/** Rounds of PBKDF2 that are timed, and what that is scaled to. */
export const DERIVATION_TRIAL_ROUNDS = 64;
export const DERIVATION_SECONDS = 0.5;
export const DERIVATION_ROUNDS_MIN = 500;
export const DERIVATION_ROUNDS_MAX = 20000;

/** The aging offset of a DS3231 is a signed byte, about a tenth of a ppm each. */
export const AGING_MAX = 127;

/** Volts at the microcontroller: what counts as an empty and as a full battery. */
export const SUPPLY_EMPTY_VOLTS = 2.8;
export const SUPPLY_FULL_VOLTS = 3.2;

/** A report that was taken less than this ago says that a computer is there. */
export const KEYBOARD_SURE_SECONDS = 0.1;

/** Until the console opens for maintenance. */
export const MAINTENANCE_DELAY_MS = 200;

/** Characters of a frame in one HID report, behind its id and its length. */
export const HID_REPORT_CHARS = 62;
export const HID_RETRY_MS = 2;
/** A computer that has not fetched an answer by then waits for none. */
export const HID_PATIENCE_SECONDS = 1;

/** Characters of one line of the bench's control channel. */
export const CONTROL_LINE_CHARS_MAX = 512;

/** A record of 160 bytes: a key of 64 bytes for SHA-512, with names. 192 pages hold 33 of them behind the vault's own. */
export const BANGLE_RECORD_PAGES = 5;
export const BANGLE_PAGES = 192;
/** One of the two files that hold the pages by turns: all of them, and room for 276 changes. */
export const FLASH_FILE_BYTES = 16384;
/** Free Storage that is left to others: a file is not renewed into it. */
export const FLASH_MARGIN_BYTES = 4096;
/** Pages copied at a time when a file is renewed. */
export const FLASH_COPY_PAGES = 16;

export const BANGLE_SIDE = 176;
/** Longer than the Bangle's count of idle time goes (60 s): it locks only when it is told to. */
export const BANGLE_NEVER_LOCKS_MS = 1000000;
/** The watchdog of 5 s is not served while the button is down: so often and so many times it is served here. */
export const WATCHDOG_KICK_MS = 2000;
export const WATCHDOG_KICKS_MAX = 6;

/** 2000-01-01T00:00:00Z. A clock that was never set counts from 1970 and does not get there. */
export const BANGLE_UTC_MIN = 946684800;
/** 2^40: its ticks of 1/32768 s still fit 64 bits. */
export const BANGLE_UTC_MAX = 1099511627776;
