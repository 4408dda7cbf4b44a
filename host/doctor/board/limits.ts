/** Limits of the self-test of a board. */

/**
 * Longest wait for one answer. The shortest transfer to a part that is absent takes Espruino up to 1.2 s; an answer
 * needs at most three of them.
 */
export const ASK_MS = 6_000;
/** The board ends the test by itself when the computer has been silent for so long. */
export const SILENCE_MS = 30_000;

/** For how long the clock is compared. */
export const RATE_SECONDS_DEFAULT = 30;
export const RATE_SECONDS_MIN = 5;
/** Under a day: the hours of the chip are read, not its date. */
export const RATE_SECONDS_MAX = 43_200;
/** Seconds at each end of the comparison in which every change of the second is looked for. */
export const EDGES_AT_EACH_END = 10;
/** Time after a change of the second in which the next one is not looked for. */
export const EDGE_REST_MS = 850;
/** Longest wait without a question to the board. */
export const REST_PART_MS = 10_000;
/** A second of the clock that lasts longer than this does not end. */
export const EDGE_WAIT_MS = 2_500;
/** A DS3231 is within 2 ppm; the rest is the clock of the computer. */
export const RATE_PPM_MAX = 100;
/** Temperatures of a desk, in degrees Celsius. Another chip at the address of a DS3231 shows others. */
export const TEMPERATURE_MIN = -10;
export const TEMPERATURE_MAX = 60;

/** Samples of the random number generator, of 32 bits each. */
export const RANDOM_SAMPLES = 64;
/** One in a billion good generators is further from as many ones as zeros than so many standard deviations. */
export const BALANCE_SIGMA_MAX = 6;

/** The smallest EEPROM; a larger one has twice, four times … as many bytes. */
export const EEPROM_BYTES_MIN = 4_096;
export const EEPROM_DOUBLINGS_MAX = 4;
/** Wait after a write of the EEPROM, as in the firmware: its 10 ms by a clock that may be fast. */
export const EEPROM_WRITE_SECONDS = 0.015;
/** An EEPROM that does not answer is asked so often again in the whole check; each takes a second, and `ASK_MS` ends it. */
export const EEPROM_RETRIES = 2;

/** Variables that the image leaves room for; a stock build of the Espruino Pico has 5,100. */
export const VARIABLES_MIN = 5_000;
/** Supply voltages of an Espruino Pico, whose regulator gives 3.3 V. */
export const SUPPLY_VOLTS_MIN = 3;
export const SUPPLY_VOLTS_MAX = 3.6;

/** Random frames of the loss test, and their characters. */
export const FRAMES = 200;
/** Fewer, because each that is lost costs two waits. */
export const UNPACED_FRAMES_MAX = 40;
export const FRAME_CHARS_MIN = 20;
export const FRAME_CHARS_MAX = 350;
/** Longest packet that releases of Espruino with the loss still take whole. */
export const PACKET_CHARS_MAX = 63;
/** After this the program on the board takes the port over: its answer to the console leaves first. */
export const TAKEOVER_DELAY_MS = 50;
/** Wait for the program on the board to take the port over, and for its answer to a packet. */
export const TAKEOVER_MS = 3_000;
export const PACKET_ANSWER_MS = 1_000;
/** Shorter, because without pacing many answers never come. */
export const UNPACED_ANSWER_MS = 250;
/** Unanswered packets, one after another, after which the loss test gives up. */
export const UNANSWERED_MAX = 5;
/** Characters that the program on the board keeps of a frame without an end. */
export const KEPT_CHARS_MAX = 1_000;

/** Time for a person to press the button. */
export const PRESS_MS = 20_000;
export const PRESS_POLL_MS = 200;
/** Edges that the board records. */
export const EDGES_MAX = 60;
/** The firmware waits so long for a contact to settle. */
export const SETTLE_MS = 25;

/** Longest text of an exception of the board that a finding quotes. */
export const EXCEPTION_CHARS_MAX = 120;
