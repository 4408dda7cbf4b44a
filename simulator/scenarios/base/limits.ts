/** Every bound of scenario files. */

/** Longer files are refused before they are parsed. */
export const FILE_CHARS_MAX = 262_144;

/** Steps within steps: `repeat`, and the steps of a person under an owner's command. */
export const DEPTH_MAX = 8;

/** Steps that one run may do, those of repetitions each time. */
export const STEPS_MAX = 100_000;
export const REPETITIONS_MAX = 10_000;

/** Simulated time that one run may take. A year takes some 30 seconds. */
export const SIMULATED_MS_MAX = 10 * 365.25 * 86_400_000;

/** A press, as in `Fob.press`, and a hold that every question takes for a yes. */
export const PRESS_MS = 100;
export const HOLD_MS = 1_200;
/** Longer than a fob's keys are deaf under a question, so that a press meant for something else is no answer. */
export const DEAF_MS = 800;
export const KEY_MS_MAX = 3_600_000;
/** Between two presses in a row, so that they do not count as quick ones. */
export const BETWEEN_PRESSES_MS = 400;
export const PRESSES_MAX = 1_000;
/** Presses until the screen shows a text; more than the longest list has places. */
export const PRESSES_UNTIL_MAX = 64;

/** Keys that a PIN or a question may have on the wheel, and turns of the wheel for one of them. */
export const SYMBOLS_MAX = 64;
export const WHEEL_PRESSES_MAX = 32;
/** Long enough for the wheel, too short for an approval. */
export const TAKE_MS = 650;

/** How often a screen is looked at that may take a while. */
export const LOOK_MS = 10;

/** Lines of a screen that a step expects, and how long it may wait for them. */
export const LINES_MAX = 32;
export const WITHIN_MAX_MS = 86_400_000;

/** As often as the owner's programs ask a fob that waits for its person, in simulated time. */
export const OWNER_POLL_MS = 250;
/** Turns of the event loop in which an owner takes an answer: a handshake needs some dozen. */
export const OWNER_LOOPS_MAX = 50;
/** Time that passes on a cable that holds bytes back, once its owner has nothing to do: the longest delay. */
export const SLOW_CABLE_MS = 500;
/** Every question of a fob ends within this time by itself. */
export const QUESTION_MAX_MS = 180_000;
/** `lockSeconds` of the wire is a number of 16 bits. */
export const LOCK_AFTER_MAX_MS = 65_535_000;

/** Bytes of a port that wait for a step; the oldest are dropped. */
export const WAITING_BYTES_MAX = 65_536;

export const SUPPLY_VOLTS_MAX = 5;
export const OPERATIONS_AHEAD_MAX = 1_000_000;
export const PPM_MAX = 500_000;

/** Two columns of a report about a screen, each at most this wide. */
export const COLUMN_CHARS_MAX = 40;
/** Bytes in a report; further ones are left out. */
export const SHOWN_BYTES_MAX = 200;

/** A state or a picture beside a scenario. */
export const BESIDE_BYTES_MAX = 16_777_216;
