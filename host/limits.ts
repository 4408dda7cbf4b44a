/** Limits and times of the host tool: transports, client, inventory, commands and command line. */

/** Speed of the serial line. USB ports of boards ignore it; adapters in front of a UART do not. */
export const SERIAL_BAUD = 115_200;
/**
 * How often the presence of an open port is checked: serialport does not report a hang-up between reads (its issue
 * 162).
 */
export const WATCHDOG_INTERVAL_MS = 500;
/** How often ports are listed while fobs come and go: shorter than a person holds the plug. */
export const PORT_POLL_INTERVAL_MS = 500;
/**
 * A port that accepts no bytes for this long is hung. Shorter than a probe with all its sends, so that this error is
 * reported.
 */
export const WRITE_TIMEOUT_MS = 1_900;
/**
 * A packet that a fob's port does not answer for this long counts as answered. Only a lost answer, and a fob that
 * answers no packets, need this. Longer than a fob's slowest work, and shorter than the owner's patience by a second.
 */
export const PACKET_TIMEOUT_MS = 1_500;
/** Text that waits for the answers to packets; more means that nobody takes it. */
export const PACKET_QUEUE_CHARS_MAX = 16_384;
/** Time until a watch counts as not there: it is found, connected and asked for its services. */
export const BLUETOOTH_CONNECT_TIMEOUT_MS = 20_000;
/**
 * What every connection carries in one write: the 23 bytes of its smallest unit (ATT_MTU, Core Specification Vol 3 Part
 * G §5.2.1) without the header. A page does not learn the size of its own connection.
 */
export const BLUETOOTH_WRITE_BYTES = 20;
export const TCP_CONNECT_TIMEOUT_MS = 3_000;
export const TCP_PORT_MAX = 65_535;

/** About ten times the longest answer: a fob writes a whole record, 10 ms a page, before it answers. */
export const ANSWER_TIMEOUT_MS = 2_500;
/** In a scenario a fob answers at once, or the frame is lost; on a bad cable several in a row. */
export const SCENARIO_PATIENCE = { answerTimeoutMs: 150, sendsMax: 8 };
/** After this many unanswered sends the link counts as dead. */
export const SENDS_MAX = 3;
/** Timeout for a port that may be any device; a fob needs one of these to say hello. */
export const PROBE_TIMEOUT_MS = 1_000;
export const PROBE_SENDS_MAX = 2;
/** Timeout for a board's other ports once one has answered: `pico-hid` is silent at its serial port. */
export const PROBE_SIBLING_MS = 300;

/** How long a port is quiet before what it showed counts as whole; its USB id does not tell an Espruino. */
export const KNOCK_QUIET_MS = 100;
/** Characters kept of what such a port shows: a line of Espruino's greeting, and the prompt. */
export const KNOCK_CHARS_MAX = 512;
export const BUILD_NAME_CHARS_MAX = 40;

/** Far below PRESS_POLL_MS, after which the fob drops the question, and too short for a person to notice. */
export const PRESS_POLL_INTERVAL_MS = 250;
/**
 * Polls until the owner gives up: five minutes. The fob answers much earlier, unless its user enters a PIN on one
 * key, digit by digit.
 */
export const PRESS_POLLS_MAX = 1_200;
/** A person who has not answered after this time may have held the button while the fob's keys were still deaf. */
export const PRESS_REMINDER_MS = 5_000;

/**
 * Sessions that a client reopens in a row. The limit stops an attacker on the line, who can claim that there is no
 * session: each one costs the fob a number in storage.
 */
export const REOPENS_MAX = 8;

/** Time for the fob to withdraw a question; the person who cancelled waits for it. */
export const CANCEL_TIMEOUT_MS = 1_000;

/** Signals within this time count as one: npx passes Ctrl-C on to a program that already got it from the terminal. */
export const SIGNAL_REPEAT_MS = 1_000;

/** Polls of a busy fob: PRESS_POLL_MS, after which the fob drops an abandoned question, plus one second. */
export const BUSY_POLLS_MAX = 24;

export const RECOVERY_KEY_BYTES = 32;
/** How long to wait while another passfob locks the inventory. */
export const INVENTORY_BUSY_TIMEOUT_MS = 5_000;
/** Between two attempts to begin the log of a database that another process begins at this moment. */
export const DATABASE_RETRY_MS = 20;
/** How long to wait while another program changes a file of ours. */
export const LOCK_WAIT_MS = 5_000;
/** Two processes that try a lock at once disturb each other for a moment, in which neither has it. */
export const LOCK_MOMENT_MS = 200;
/** Between two attempts to take a lock that another program has for long. */
export const LOCK_RETRY_MS = 50;

/** How often the fob is asked for the time while waiting for its next whole second. */
export const CLOCK_POLL_INTERVAL_MS = 15;
/** Twice the polls that fit into one second, so that a second ends among them on any working link. */
export const CLOCK_POLLS_MAX = 200;
/** Below this age the measured drift is mostly measurement error. */
export const DRIFT_AGE_SECONDS_MIN = 3_600;

/** An owner takes no more than this for the way of a message to the fob. */
export const CLOCK_WAY_MAX_MS = 500;
/** The shortest period of images before those that take `PERIOD_SECONDS_MIN`. */
export const FORMER_PERIOD_SECONDS_MIN = 15;
/** The last second that a `Date` holds (ECMA-262 §21.4.1.1). */
export const UTC_LAST = 8_640_000_000_000;

/** An owner sets a clock that is off by more than this. */
export const CLOCK_OFF_MS = 1_000;
/**
 * The fob's drift budget (`firmware/core/base/limits.ts`): a step forward within it needs no hold. ppm of the time
 * since the clock was last set, and a fixed part.
 */
export const DRIFT_BUDGET_PPM = 200;
export const DRIFT_BUDGET_MS = 5_000;
/** A drift known less precisely, in ppm, is not kept: estimates would rest on it. */
export const DRIFT_UNCERTAINTY_PPM_MAX = 2;
/**
 * A clock that was set this much later than the inventory knows was set by somebody else with its key, or the answer
 * to the setting was lost.
 */
export const CLOCK_SETTING_TOLERANCE_MS = 60_000;
/** At or below this a fob's battery is low. */
export const BATTERY_LOW_PERCENT = 20;

/** Attempts of a person to type a pairing code before the command ends. */
export const CODE_ATTEMPTS_MAX = 3;
/** How often a new id is drawn if the fob already uses it. */
export const ID_ATTEMPTS_MAX = 3;
/** Longest text read from standard input or a URI file; an otpauth URI has a few hundred characters. */
export const URI_BYTES_MAX = 8_192;
export const IMAGE_BYTES_MAX = 16_777_216;

/** The wire's longest time until a fob locks itself: about 18 hours. */
export const LOCK_SECONDS_MAX = 65_535;

/** A clock not set for this long counts as stale, as on the fob itself. */
export const CLOCK_STALE_SECONDS = 15_552_000;
/** Clock error at which services begin to refuse passcodes. */
export const CLOCK_STALE_ERROR_MS = 30_000;
/** Drift of an unmeasured clock: that of a bare watch crystal. */
export const CLOCK_UNKNOWN_PPM = 20;
export const HOLDER_CHARACTERS_MAX = 128;

/** For a file under a password: scrypt (RFC 7914) with 128 MiB and about half a second, then AES-256-GCM. */
export const PASSWORD_SCRYPT_LOG_N = 17;
export const PASSWORD_SCRYPT_R = 8;
/** The most a file may demand, 256 MiB; more could overload this computer. */
export const PASSWORD_SCRYPT_LOG_N_MAX = 18;
export const PASSWORD_SALT_BYTES = 16;
export const PASSWORD_CHARACTERS_MIN = 10;
export const PASSWORD_FILE_BYTES_MAX = 1_024;
/** Far above the size of 100,000 fobs with some accounts each. */
export const SEALED_FILE_BYTES_MAX = 536_870_912;
/** Sealed values re-encrypted in one transaction of a re-keying. */
export const REKEY_ROWS_MAX = 500;

/** Characters of the column that says what a line about a fob tells: found, done, to do. */
export const CARE_TAG_CHARS = 7;
/** Characters of a progress bar. */
export const PROGRESS_BAR_CHARS = 20;

/** Certificates of authorities in one file: those of a whole system have a quarter of it. */
export const PEM_BYTES_MAX = 1_048_576;

/** Bytes of a file that are read at once. */
export const READ_STEP_BYTES = 65_536;

/** Random bytes in the name of a temporary file, to distinguish it from the file it replaces. */
export const TEMPORARY_NAME_BYTES = 4;
/**
 * After this time a temporary file counts as left by a killed program, even if another process has its number now.
 */
export const TEMPORARY_AGE_MS = 60_000;

/** Longest word that may be a mistyped command or option; anything longer may be a secret in the wrong place. */
export const WORD_LETTERS_MAX = 20;

/** Rows of the inventory from which names are read, for completions and for choosing a fob by its holder. */
export const NAMES_MAX = 20_000;
/** A completion does not wait for a busy inventory. */
export const NAMES_TIMEOUT_MS = 50;
/** Candidates that an error lists. */
export const CANDIDATES_MAX = 12;
/** Names that one completion offers. */
export const COMPLETIONS_MAX = 500;

/** A pace is measured for this long before a time left is told. */
export const TIME_LEFT_AFTER_MS = 1_000;
/** How often a line tells the time left where there is no terminal. */
export const PROGRESS_LINE_INTERVAL_MS = 5_000;
