/** Limits and times of flashing. */

/** The first release whose lexer reads the tokens of our images (docs/design-notes.md). */
export const INTERPRETER_MIN = { major: 2, minor: 21 };

/**
 * The first firmware whose vault the present one reads. 0.2.0 was the last to read that of 0.1.0, and rewrites it at its
 * first boot.
 */
export const FIRMWARE_MIN = { major: 0, minor: 2 };

/** How long one expression may take on the board, unless it erases pages. */
export const EVALUATE_MS = 5_000;
/**
 * For the checksum of an image: 0.2 s on an Espruino Pico; the Linux interpreter reads a file for every byte, slowly on a busy
 * machine.
 */
export const READ_MS = 60_000;
/** A compaction erases every page, hundreds of ms each on an STM32F4, and copies the remaining files. */
export const COMPACT_MS = 30_000;
/** Time for an unknown port to show a console: half for a prompt, half for one after Ctrl-C. */
export const CONSOLE_MS = 4_000;
/** Characters kept of the output before a prompt. */
export const PROMPT_CHARS = 80;

/** From a reset until the board says hello: its USB port returns, and the image is loaded. */
export const RESTART_MS = 20_000;
export const RESTART_POLL_MS = 250;
/** From the approval until the console is open, in addition to the firmware's own wait. */
export const MAINTENANCE_MS = 2_000;

/** Espruino's Storage: a header before each file, whose data is padded to whole words (jsflash.c). */
export const STORAGE_HEADER_BYTES = 32;
export const STORAGE_ALIGN_BYTES = 4;
/**
 * Space that the running fob needs beside its image: the first file of PIN attempt counters, and the free space that
 * avoids compactions.
 */
export const STORAGE_RESERVE_BYTES = 1_400;

/**
 * Device secret and pairing key, their CRC-32 as ten digits, and the byte that says whether a vault is to be made.
 */
export const SECRETS_BYTES = 64;
export const BIRTH_BYTES = 32;

/** Number of progress reports for an upload. */
export const PROGRESS_PARTS = 10;

/** Longest answer accepted from a board: a list of a thousand files. */
export const ANSWER_CHARS_MAX = 65_536;
export const FILES_MAX = 1_000;

/** Longest INFO_UF2.TXT: three lines. */
export const BOOTSEL_INFO_BYTES_MAX = 4_096;
/** Drives of one folder that are looked at. */
export const DRIVES_MAX = 64;
/** A UF2 file is written in pieces of whole blocks. */
export const BOOTSEL_PIECE_BYTES = 65_536;
/** From the last block until the board is there as a serial port: it starts, and the system names the port. */
export const BOOTSEL_RETURN_MS = 20_000;

/** UF2: a block, and the piece of the program in it; the boot loaders of RP2040 and RP2350 take no other size. */
export const UF2_BLOCK_BYTES = 512;
export const UF2_DATA_BYTES = 256;
