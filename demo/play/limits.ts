/** Limits and times of the demo. */

/** The simulator compiles the image and opens its interfaces, which takes a few seconds on a slow machine. */
export const FOB_START_TIMEOUT_MS = 30_000;
/** How long the simulator may take to end before it is killed. */
export const FOB_END_TIMEOUT_MS = 3_000;
/** Characters kept of the simulator's standard error, the last ones. */
export const FOB_NOTES_CHARS_MAX = 2_000;

/** Attempts to open a port that was just released, and the pause between them. */
export const PORT_TRIES_MAX = 20;
export const PORT_RETRY_MS = 50;

/** How long to wait for the screen to change. */
export const SCREEN_TIMEOUT_MS = 10_000;
/** Longer than the 0.6 s that turn a press into a hold on the fob. */
export const HOLD_MS = 900;
/** Longer than the one second for which a question must be held. */
export const APPROVE_MS = 1_300;
/**
 * Added to the fob's time without key input after a new question: the fob counts it from its first look at its keys, after it has
 * drawn the question. A press before its end has to be repeated.
 */
export const PRESS_SPARE_MS = 350;
/** Pause before a message is dismissed. The fob drops a press that begins while it still works; the message then stays for 5 s. */
export const READ_MS = 300;
/** Presses from any screen to the passcode of the last account, with a few to spare. */
export const PRESSES_MAX = 12;

/** Time in which the agent must connect and the service must prove its fobs. */
export const AGENT_TIMEOUT_MS = 20_000;

/** A push expires after a minute. */
export const PUSH_TIMEOUT_MS = 70_000;

/** Low and short, because users of the demo mistype on purpose to see the lockout. */
export const LOCK_THRESHOLD = 3;
export const LOCK_PERIOD_MS = 60_000;

/** The clock is set on a whole second and stays within this difference, even on a busy machine. */
export const CLOCK_DIFFERENCE_MS_MAX = 1_000;

/** Random bytes of the key in the page's address, and of the cookie that replaces it. */
export const KEY_BYTES = 32;

export const HTTP_TIMEOUT_MS = 10_000;
export const URL_CHARS_MAX = 2_048;
/** Number of messages that the outbox page shows, newest first. */
export const MAIL_SHOWN = 20;
/** Pages that may watch the progress at once. */
export const WATCHERS_MAX = 16;
/** How often the service is polled for news while a page watches. */
export const PROGRESS_INTERVAL_MS = 250;
