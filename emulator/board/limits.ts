/** Bounds of the virtual board. */

/** Largest letters that are looked for on a display, in pixels per dot of the font. */
export const LETTER_SCALE_MAX = 4;
/** Dots of a letter from which on it cannot be taken for another one in the wrong place. */
export const TELLING_DOTS_MIN = 7;
/** Letters of a font from a space on; fewer would be no font for texts. */
export const FONT_LETTERS_MIN = 64;

/** A redraw without another transfer for so long is over. The image of the pico sends one in 7 ms. */
export const REDRAW_PAUSE_US = 25_000;
/** A program that draws all the time is seen at this interval. */
export const REDRAW_MAX_US = 250_000;

/** With a real clock: time that the chip runs at a stretch. */
export const SLICE_US = 1000;
/** With a real clock: wall time of one go, and until the next one. */
export const GO_MS = 20;
export const REST_MS = 4;
/** With a real clock: how far a board may be behind before it goes on without the time it missed. */
export const BEHIND_MAX_US = 1_000_000;

/** Typical frequency of the chip's internal slow oscillator (data sheet of the STM32F401xD/xE, table 42). */
export const LSI_HZ = 32_000;

/** Addresses of parts on I2C; UM10204 §3.1.12 reserves the others. */
export const ADDRESS_MIN = 0x08;
export const ADDRESS_MAX = 0x77;
/** Bytes of one write to a part on I2C; no more are acknowledged. */
export const TRANSFER_BYTES_MAX = 65_536;

/** Cycles of an instruction on average that somebody may ask for: a Cortex-M4 needs one, and with wait states a few. */
export const CYCLES_MIN = 0.1;
export const CYCLES_MAX = 100;
/** Wait states of USB that somebody may ask for, in ticks. */
export const USB_WAIT_TICKS_MAX = 1000;

/** Violations that a board lists; of more it only says that there are some. */
export const VIOLATIONS_MAX = 100;
