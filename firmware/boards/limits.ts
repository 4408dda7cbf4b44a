/** Bounds of the boards' parts, from their data sheets. */

export const SSD1306_ADDRESS = 0x3c;
export const DS3231_ADDRESS = 0x68;
export const AT24C32_ADDRESS = 0x57;

export const AT24C32_PAGES = 128;
/** The larger chip in the same footprint: 32,768 bytes. */
export const AT24C256_PAGES = 1024;
/** Page size of the smaller chip. A write within 32 bytes is within a page of the larger chip, too. */
export const AT24C32_PAGE_BYTES = 32;
/**
 * A byte of the page that the vault leaves free for the probe, and its alias 4,096 bytes later on the smaller chip.
 */
export const PROBE_ADDRESS = 800;
export const PROBE_ALIAS = 4896;
/**
 * tWR of the AT24C32, the longest self-timed write, is 10 ms. The clock by which an Espruino Pico waits may be as fast as 1.47
 * (LSI of the STM32F401, data sheet).
 */
export const AT24C32_WRITE_SECONDS = 0.015;
/**
 * Looks at that clock in a wait, at the least: it may jump. One takes 30,000 instructions of the STM32F401 (counted on
 * the virtual board), 0.36 ms at 84 MHz if each took one cycle.
 */
export const AT24C32_WRITE_LOOKS = 30;

export const I2C_BITRATE = 400000;
/** A part that answered less than this ago is believed to be there. */
export const I2C_FRESH_SECONDS = 0.05;
/** For how long a part that did not answer is not asked: at first, and at most. */
export const I2C_SILENT_SECONDS_MIN = 1;
export const I2C_SILENT_SECONDS_MAX = 32;
/** Longest read. Espruino holds an I2C transfer on the stack. */
export const I2C_CHUNK_BYTES = 128;

/** For so long an edge of a key has to be the last before it counts. */
export const DEBOUNCE_MS = 25;
/** A pause in which the processor surely sleeps. */
export const SLEEP_MS = 5;
/** Timers come later than due by less than this, also after deep sleep. */
export const CLOCK_JUMP_MS = 50;

export const DISPLAY_WIDTH = 128;
export const DISPLAY_HEIGHT = 64;

/** A vault record of 96 bytes, of which the small EEPROM holds 32. */
export const SHORT_RECORD_PAGES = 3;
/** A record of 160 bytes: a 64-byte key for SHA-512, with names. */
export const LONG_RECORD_PAGES = 5;
export const BENCH_PAGES = 256;

/** Device secret and pairing key, as the core stores them. */
export const SECRETS_BYTES = 64;
/** The secrets followed by their CRC. */
export const SECRETS_FILE_BYTES = 74;
/** Random bytes that seed the pool at birth. */
export const BIRTH_BYTES = 32;
/** Free bytes that Storage must have besides a new file, so that the write never compacts. */
export const STORAGE_MARGIN_BYTES = 256;

/** One byte per PIN attempt; a full file is followed by a new one. */
export const ATTEMPT_COUNTER_BYTES = 1024;
/** Free bytes that the PIN attempt counter leaves for 37 later pairings. */
export const ATTEMPT_COUNTER_RESERVE_BYTES = 4096;

/** Rounds of PBKDF2 in the timed trial, the time to which they are scaled, and the bounds of the result. */
export const DERIVATION_TRIAL_ROUNDS = 64;
export const DERIVATION_SECONDS = 0.5;
export const DERIVATION_ROUNDS_MIN = 500;
export const DERIVATION_ROUNDS_MAX = 20000;

/** The aging offset of a DS3231 is a signed byte, about a tenth of a ppm each. */
export const AGING_MAX = 127;

/** Supply voltages of an empty and of a full battery, measured at the microcontroller. */
export const SUPPLY_EMPTY_VOLTS = 2.8;
export const SUPPLY_FULL_VOLTS = 3.2;

/** A report taken less than this ago proves that a computer is there. */
export const KEYBOARD_SURE_SECONDS = 0.1;

/** Time until the console opens for maintenance. */
export const MAINTENANCE_DELAY_MS = 200;

/** Characters of a frame in one HID report, after its id and its length. */
export const HID_REPORT_CHARS = 62;
export const HID_RETRY_MS = 2;
/** A computer that has not fetched an answer by then does not wait for one. */
export const HID_PATIENCE_SECONDS = 1;
/** The same over Bluetooth, where a report has 16 bytes and a connection an interval of 7.5 ms or more. */
export const BLE_HID_CHARS = 14;
export const BLE_HID_RETRY_MS = 8;

/** Characters of one line of the bench's control channel. */
export const CONTROL_LINE_CHARS_MAX = 512;

/** They hold 33 long records after the vault's own pages. */
export const BANGLE_PAGES = 192;
/** Size of the two files that hold the pages in turn: all pages, and room for 276 changes. */
export const FLASH_FILE_BYTES = 16384;
/** Free Storage reserved for other files: renewing a file does not use it. */
export const FLASH_MARGIN_BYTES = 4096;
/** Pages copied at a time when a file is renewed. */
export const FLASH_COPY_PAGES = 16;

export const BANGLE_SIDE = 176;
/** Longer than the Bangle counts idle time (60 s), so that it locks only on command. */
export const BANGLE_NEVER_LOCKS_MS = 1000000;
/**
 * The firmware does not kick its watchdog of 5 s while the button is down. These are the interval and the number of
 * our own kicks.
 */
export const WATCHDOG_KICK_MS = 2000;
export const WATCHDOG_KICKS_MAX = 6;

/** 2000-01-01T00:00:00Z. A clock that was never set counts from 1970 and does not reach it. */
export const BANGLE_UTC_MIN = 946684800;
/** 2^40: the time in ticks of 1/32768 s still fits 64 bits. */
export const BANGLE_UTC_MAX = 1099511627776;
