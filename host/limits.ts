/** Every bound and time of the host tool: transports, client, inventory, commands and command line. */

/** Speed of the serial line. USB ports of boards ignore it; adapters in front of a UART do not. */
export const SERIAL_BAUD = 115_200;
/** How often an open port is looked for: a hang-up between reads is not reported by serialport (its issue 162). */
export const WATCHDOG_INTERVAL_MS = 500;
/** How often ports are looked for while fobs come and go: sooner than a person has let go of the plug. */
export const PORT_POLL_INTERVAL_MS = 500;
/** A port that takes no bytes for so long is hung. Shorter than a probe with all its sends, so that this is what is said. */
export const WRITE_TIMEOUT_MS = 1_900;
export const TCP_CONNECT_TIMEOUT_MS = 3_000;
export const TCP_PORT_MAX = 65_535;

/** A fob writes a whole record, 10 ms a page, before it answers: this is some ten times what that takes. */
export const ANSWER_TIMEOUT_MS = 2_500;
/** After as many unanswered sends the link is judged dead. */
export const SENDS_MAX = 3;
/** What a port that may hold anything gets: one of these is all a fob needs to say hello. */
export const PROBE_TIMEOUT_MS = 1_000;
export const PROBE_SENDS_MAX = 2;
/** What the other ports of a board get once one has answered: `pico-hid` is silent at its serial port. */
export const PROBE_SIBLING_MS = 300;

/** Far below PRESS_POLL_MS, at which the fob drops the question; a person does not notice it. */
export const PRESS_POLL_INTERVAL_MS = 250;
/**
 * Polls until the owner gives up by itself: five minutes. The fob answers long before, unless its person is entering a
 * PIN on one key, digit by digit.
 */
export const PRESS_POLLS_MAX = 1_200;

/**
 * Sessions that a client opens anew one behind the other: whoever says on the line that there is none can make it open no
 * more, and each costs the fob a number on storage.
 */
export const REOPENS_MAX = 8;

/** What a fob gets to take a question off its screen: whoever cancelled waits for it. */
export const CANCEL_TIMEOUT_MS = 1_000;

/** Signals so close together are one wish: npx passes Ctrl-C on to a program that has it from the terminal already. */
export const SIGNAL_REPEAT_MS = 1_000;

/** Polls of a busy fob: PRESS_POLL_MS, after which it drops a question that nobody asks any more, and one second. */
export const BUSY_POLLS_MAX = 24;

export const RECOVERY_KEY_BYTES = 32;
/** How long another passfob may hold the inventory before this one gives up. */
export const INVENTORY_BUSY_TIMEOUT_MS = 5_000;

/** How often the fob is asked for the time while its next whole second is awaited. */
export const CLOCK_POLL_INTERVAL_MS = 15;
/** Twice as many polls as fit into one second, so that a second ends among them on any link that answers. */
export const CLOCK_POLLS_MAX = 200;
/** Below this age a drift says more about the measurement than about the clock. */
export const DRIFT_AGE_SECONDS_MIN = 3_600;

/** Attempts of a person to type a pairing code before the command ends. */
export const CODE_ATTEMPTS_MAX = 3;
/** A new id is drawn at most so often when the fob already uses the one drawn. */
export const ID_ATTEMPTS_MAX = 3;
/** Longest text taken from standard input or a URI file; an otpauth URI has a few hundred characters. */
export const URI_BYTES_MAX = 8_192;
export const IMAGE_BYTES_MAX = 16_777_216;

/** Longest time until a fob locks itself that the wire carries: some 18 hours. */
export const LOCK_SECONDS_MAX = 65_535;

/** A fob that was not set for longer is taken for stale, as it takes itself. */
export const CLOCK_STALE_SECONDS = 15_552_000;
/** So far may a clock be off before services begin to refuse its passcodes. */
export const CLOCK_STALE_ERROR_MS = 30_000;
/** Drift of a clock that nobody has measured: a bare watch crystal's. */
export const CLOCK_UNKNOWN_PPM = 20;
export const HOLDER_CHARACTERS_MAX = 128;

/** A file under a password: scrypt (RFC 7914) with 128 MiB and about half a second, then AES-256-GCM. */
export const PASSWORD_SCRYPT_LOG_N = 17;
export const PASSWORD_SCRYPT_R = 8;
/** What a file may ask for, 256 MiB: more would be a way to keep this computer busy. */
export const PASSWORD_SCRYPT_LOG_N_MAX = 18;
export const PASSWORD_SALT_BYTES = 16;
export const PASSWORD_CHARACTERS_MIN = 10;
export const PASSWORD_FILE_BYTES_MAX = 1_024;
/** 100,000 fobs with some accounts each stay far below. */
export const SEALED_FILE_BYTES_MAX = 536_870_912;
/** Sealed values that are written anew in one transaction of a re-keying. */
export const REKEY_ROWS_MAX = 500;

/** Characters of a bar that shows how much is done. */
export const PROGRESS_BAR_CHARS = 20;

/** What tells a file that is being written from the one whose place it takes. */
export const TEMPORARY_NAME_BYTES = 4;
/** After this long a temporary file is one that a killed program left behind, whoever has its process number now. */
export const TEMPORARY_AGE_MS = 60_000;

/** Longest word that may be a command or an option mistyped; anything longer may be a secret in the wrong place. */
export const WORD_LETTERS_MAX = 20;
