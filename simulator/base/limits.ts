/** Every bound, size and duration of the simulator's core. Register numbers are facts of the parts and stay there. */

/** Layout of the state image: its first bytes, and the offsets of its parts. */
export const STATE_MAGIC = 'PASSFOB\n';
/** Several times the largest memories of a board. */
export const STATE_FILE_MAX_BYTES = 67_108_864;
export const STATE_VERSION = 2;
export const STATE_HEADER_BYTES = 128;
export const STATE_FILE_MODE = 0o600;
/**
 * Tries of a lock, and the longest wait before the next: two that start at once may both give way, and the process of a
 * parent that was killed needs a moment to end.
 */
export const LOCK_TRIES = 40;
export const LOCK_WAIT_MAX_MS = 100;
/** Random bytes in the name of a file that is about to replace another. */
export const TEMPORARY_NAME_BYTES = 4;

export const BOARD_NAME_BYTES = 12;
export const SERIAL_BYTES = 12;
/** Initial randomness that is flashed into a new fob. */
export const BIRTH_BYTES = 32;
/** Space for the data that the RTC's battery keeps. */
export const RTC_BYTES = 48;

/**
 * AT24C32 data sheet: 4096 bytes in pages of 32; a write takes at most 10 ms, in which the part does not acknowledge.
 */
export const EEPROM_BYTES = 4096;
export const EEPROM_PAGE_BYTES = 32;
export const EEPROM_WRITE_US = 10_000;
/** AT24C256 data sheet: 32,768 bytes in pages of 64. */
export const LARGE_EEPROM_BYTES = 32_768;
export const LARGE_EEPROM_PAGE_BYTES = 64;

/** STM32F401: three sectors of 16 kB hold Storage. Programming 16 µs a word, erasing 250 ms (data sheet, typical). */
export const PICO_FLASH_PAGE_BYTES = 16_384;
export const PICO_FLASH_PAGES = 3;
export const FLASH_WORD_BYTES = 4;
export const FLASH_WORD_WRITE_US = 16;
export const FLASH_ERASE_US = 250_000;

/** STM32F411: one sector of 64 kB; erasing takes 550 ms (data sheet, typical for 64 kB). */
export const WIFI_FLASH_PAGE_BYTES = 65_536;
export const WIFI_FLASH_PAGES = 1;
export const WIFI_FLASH_ERASE_US = 550_000;

/**
 * The flash chip of a Raspberry Pi Pico (W25Q16JV): sectors of 4 kB, erased in 45 ms, and pages of 256 bytes, programmed in
 * 0.7 ms (data sheet, typical). A Pico 2 has 768 sectors of Storage; the simulator has as many as on a Raspberry Pi Pico.
 */
export const RP2_FLASH_PAGE_BYTES = 4096;
export const RP2_FLASH_PAGES = 64;
export const RP2_FLASH_PROGRAM_BYTES = 256;
export const RP2_FLASH_PROGRAM_US = 700;
export const RP2_FLASH_ERASE_US = 45_000;

/** The Linux interpreter keeps Storage in a file of 64 pages of 4 kB. */
export const BENCH_FLASH_PAGE_BYTES = 4096;
export const BENCH_FLASH_PAGES = 64;

/** Bangle.js 2: external flash in sectors of 4 kB. The simulator has 128 of its 2048. */
export const BANGLE_FLASH_PAGE_BYTES = 4096;
export const BANGLE_FLASH_PAGES = 128;
export const BANGLE_SIDE = 176;
/**
 * Bangle.js (jswrap_bangle.c): idle time until lock, display off and light off, and where the count of idle time
 * ends.
 */
export const BANGLE_LOCK_MS = 30_000;
export const BANGLE_LCD_POWER_MS = 30_000;
export const BANGLE_BACKLIGHT_MS = 10_000;
export const BANGLE_IDLE_MAX_MS = 60_000;
/**
 * A button held for `BANGLE_LOAD_MS` loads the first application again. Held for `BANGLE_WATCHDOG_MS` it resets,
 * because the firmware does not serve the watchdog meanwhile.
 */
export const BANGLE_LOAD_MS = 1500;
export const BANGLE_WATCHDOG_MS = 5000;
/** Edges within this time after a press that wakes the watch count as its bounce. */
export const BANGLE_WAKE_BOUNCE_MS = 100;
/**
 * HID over Bluetooth: bytes of the longest report each way, and time until a report counts as sent (one connection
 * interval).
 */
export const HID_REPORT_MAX_BYTES = 16;
export const HID_OUTPUT_MAX_BYTES = 1;
export const HID_SENT_MS = 30;

/** Keyboard reports that are kept; of more the newer half stays. */
export const KEYBOARD_REPORTS_MAX = 65_536;

/**
 * Files of the `bench` board's `require("fs")`: a fixed number of slots, written in place. The image uses one file
 * for each of its 256 pages of memory, and a few others.
 */
export const FILE_SLOTS = 264;
export const FILE_MAX_BYTES = 256;
export const FILE_NAME_MAX_BYTES = 56;

/** Storage: 4 bytes of size and flags, 28 of name, then the data (Espruino jsflash.h). */
export const STORAGE_HEADER_BYTES = 32;
export const STORAGE_NAME_BYTES = 28;
export const STORAGE_ALIGN_BYTES = 4;

/** Virtual time of one call of the interpreter, so that a bounded busy wait ends: about that of an Espruino Pico. */
export const CALL_US = 30;
/** Work that goes so far beyond the time that was advanced to makes a board busy. */
export const BUSY_MIN_US = 1_000;
/** Shortest interval of a timer (Espruino jsinteractive.h). */
export const TIMER_MIN_MS = 0.1;
export const TIMER_MAX_MS = 31_536_000_001_000;
/** Virtual time that timers without delay may use after one outside event before `advance` is needed. */
export const IMMEDIATE_WORK_US = 50_000;
/** Passes of the idle loop without progress of time after which an image counts as stuck. */
export const MAX_IDLE_PASSES = 100_000;

/** Bytes that a port keeps without a listener (Espruino jswrap_stream.h). */
export const STREAM_BUFFER_BYTES = 512;
/**
 * Espruino's queue of inputs (jsdevices.c): an event costs two bytes beside its own, four bytes stay free, and the
 * event of a pin has 4.
 */
export const EVENT_HEADER_BYTES = 2;
export const QUEUE_SPARE_BYTES = 4;
export const PIN_EVENT_BYTES = 4;
/** How many bytes reach a port at once: a USB packet, one read of the Linux build, a character of a UART. */
export const USB_PACKET_BYTES = 64;
export const HOSTED_READ_BYTES = 32;
export const UART_BYTES = 1;
/** Characters of console text kept for finding errors, the newest ones. */
export const CONSOLE_TEXT_MAX = 65_536;
export const CONSOLE_LINE_MAX = 65_536;
export const PASSWORD_MAX = 20;

/** Debounce of a built-in button if `setWatch` names none (Espruino jswrap_io.c). */
export const BUTTON_DEBOUNCE_MS = 25;
/** Mechanical bounce of a key: largest number of extra edge pairs, and the time within which they come. */
export const BOUNCE_MAX_PAIRS = 3;
export const BOUNCE_MAX_US = 4000;
/** `Fob.press`: time the key is down, and the time after it for the debounce. */
export const PRESS_HELD_MS = 100;
export const PRESS_SETTLE_MS = 50;

/** Arguments that `Function.apply` and `emit` accept (Espruino jswrap_functions.c, jswrap_object.c). */
export const APPLY_MAX_ARGUMENTS = 256;
export const EMIT_MAX_ARGUMENTS = 4;

/** Characters of a number's text (Espruino jsutils.h), and places that `toFixed` writes. */
export const NUMBER_CHARS_MAX = 69;
export const NUMBER_DECIMALS_MAX = 20;

/** AES (FIPS 197 §3) and CCM (RFC 3610 §2; Espruino accepts the same as mbed TLS). */
export const AES_BLOCK_BYTES = 16;
export const CCM_NONCE_MIN_BYTES = 7;
export const CCM_NONCE_MAX_BYTES = 13;

/** Depth to which the console shows a value. */
export const DESCRIBE_MAX_DEPTH = 4;

/**
 * I2C: default clock of Espruino; clocks after which a part has released SDA; the delay of a start that is late on an
 * emulated microcontroller, which must exceed what the driver waits.
 */
export const I2C_DEFAULT_BITRATE = 100_000;
export const I2C_BITS_PER_BYTE = 9;
export const I2C_CLOCKS_TO_FREE = 9;
export const I2C_LATE_START_US = 300;

/**
 * USB 2.0 §7.1.7.3: a computer waits 100 ms after the cable is plugged in. It polls Espruino's HID endpoint every 10
 * ms.
 */
export const USB_ENUMERATION_US = 100_000;
export const USB_HID_INTERVAL_US = 10_000;
/** Bytes of an input report (Espruino usbd_cdc_hid.h), and of one in the build assumed for `pico-hid`. */
export const USB_HID_REPORT_BYTES = 16;
export const USB_HID_LONG_REPORT_BYTES = 64;

/**
 * Time for which the crystal's oscillator stands after the firmware has reset it. Not measured: a first start takes
 * up to 2 s (data sheet of the STM32F401), and the emulated board was given half a second.
 */
export const CRYSTAL_RESTART_MIN_US = 100_000;
export const CRYSTAL_RESTART_MAX_US = 1_000_000;
export const SLOW_CRYSTAL_MAX_US = 2_000_000;

/** Output of the Espruino Pico's regulator. */
export const SUPPLY_VOLTS = 3.3;
/**
 * Espruino's STM32F4 sleeps deeply if nothing is due within 32 periods of the RTC's clock (jshardware.c, jshSleep). It
 * wakes by a counter of 16 periods, or of seconds from 32 s on. USB takes 3 ms each to go off and on, as seen on an
 * emulated board.
 */
export const DEEP_SLEEP_MIN_US = 1000;
export const DEEP_SLEEP_STEP_US = 500;
export const DEEP_SLEEP_FINE_US = 32_000_000;
export const DEEP_SLEEP_ENTRY_US = 3000;
export const DEEP_SLEEP_EXIT_US = 3000;

/** One round of PBKDF2 with SHA-256 at 84 MHz: the image measures 1,796 rounds in half a second on an emulated F401. */
export const PBKDF2_ROUND_US = 277.8;

export const DISPLAY_WIDTH = 128;
export const DISPLAY_HEIGHT = 64;

/** DS3231 data sheet, register 0x10: about 0.1 ppm a step at 25 °C. */
export const AGING_PPM_PER_STEP = 0.1;

/** Largest side of a Graphics buffer (Espruino jswrap_graphics.c). */
export const GRAPHICS_MAX_SIDE = 32_767;
/** Long scripts that are kept for the next boot, compiled or with tokens as words: how many, and their least characters. */
export const KEPT_SCRIPTS_MAX = 16;
export const KEPT_SCRIPTS_CHARS_MIN = 1024;
/** Fonts whose columns are kept between two texts. */
export const FONTS_KNOWN_MAX = 8;
/** Rows of a column that are drawn at a time: as many bits are left of 31 where the first row is the last one of a byte. */
export const STAMP_ROWS_MAX = 24;

/** Real clock: longest sleep of a node timer, and the shortest jump of the computer's clock that is followed. */
export const REAL_SLEEP_MAX_MS = 60_000;
export const REAL_JUMP_MS = 2000;

/** Virtual UTC at the first boot: 2026-01-01T00:00:00Z. */
export const DEFAULT_START_MS = 1_767_225_600_000;
export const DEFAULT_SEED = 1;
/** Bytes that are fetched at once from the randomness of this computer: a multiple of four. */
export const RANDOM_POOL_BYTES = 256;

/** Faults: the largest N of odds of 1 in N, and the longest file with a plan. */
export const FAULT_ODDS_MAX = 999_999_999;
export const FAULT_FILE_MAX_BYTES = 65_536;
/** Wire faults: largest number of bytes in one drop, duplicate or insertion, longest delay, and duration of a stall. */
export const FAULT_SPAN_MAX_BYTES = 16;
export const WIRE_DELAY_MAX_US = 500_000;
export const WIRE_STALL_MIN_US = 1_000_000;
export const WIRE_STALL_MAX_US = 10_000_000;
/** Clock faults: how long a stopped oscillator has stood, and the size of a jump. */
export const CLOCK_STOP_MAX_SECONDS = 3600;
export const CLOCK_JUMP_MAX_SECONDS = 86_400;
/** Power faults: time from a start to a brown-out, beyond a millisecond, and until the supply is back. */
export const BROWNOUT_MAX_US = 3_000_000;
export const POWER_BACK_MIN_US = 100_000;
export const POWER_BACK_MAX_US = 5_000_000;
/** Button faults: bounce of a worn contact, which a debounce of 25 ms outlasts, and for how long one stays closed. */
export const WORN_BOUNCE_MAX_PAIRS = 12;
export const WORN_BOUNCE_MAX_US = 20_000;
export const KEY_STUCK_MIN_US = 1_000_000;
export const KEY_STUCK_MAX_US = 60_000_000;
/** Battery faults: measured supply. */
export const LOW_SUPPLY_MIN_MILLIVOLTS = 2500;
export const LOW_SUPPLY_MAX_MILLIVOLTS = 3000;
/** DS3231 data sheet: ±3.5 ppm from −40 to 85 °C, ±2 ppm from 0 to 40 °C. */
export const EXTREME_DRIFT_TENTHS_PPM = 35;

/** Time on an STM32's own clock after a loss of power: 2000-01-01T00:00:00Z (STM32 RTC reset value). */
export const FIRST_CLOCK_MS = 946_684_800_000;
/** Virtual time of a reset, before the boot files run. Not measured. */
export const BOOT_US = 10_000;

/** Bytes of a file with firmware that are read: more than any flash has, to say what is wrong with a longer one. */
export const FIRMWARE_FILE_MAX_BYTES = 16_777_216;

/** An unknown option with a longer name may be a secret in the wrong place, and is not repeated. */
export const OPTION_NAME_LETTERS_MAX = 20;
