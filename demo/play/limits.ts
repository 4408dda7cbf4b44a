/** Every bound and time of the demo. */

/** The simulator compiles the image and opens its fronts; a slow machine takes a few seconds for it. */
export const FOB_START_TIMEOUT_MS = 30_000;
/** How long the simulator may take to end by itself before it is ended. */
export const FOB_END_TIMEOUT_MS = 3_000;
/** What the simulator says on standard error is kept up to this many characters, the last ones. */
export const FOB_NOTES_CHARS_MAX = 2_000;

/** Attempts to get a port that somebody has just let go of, and what lies between them. */
export const PORT_TRIES_MAX = 20;
export const PORT_RETRY_MS = 50;

/** A screen that was to change has changed after this, or something is wrong. */
export const SCREEN_TIMEOUT_MS = 10_000;
/** Longer than the 0.6 s that make a press a hold, as the fob's user learns it. */
export const HOLD_MS = 900;
/** Longer than the second that a question is held for. */
export const APPROVE_MS = 1_300;
/** What a person takes longer than keys are deaf. */
export const PRESS_SPARE_MS = 150;
/** Presses from any screen to the passcode of the last of a few accounts, and some to spare. */
export const PRESSES_MAX = 12;

/** The agent connects, and the service proves its fobs, within this. */
export const AGENT_TIMEOUT_MS = 20_000;

/** A push is over by itself after a minute. */
export const PUSH_TIMEOUT_MS = 70_000;

/** Whoever tries the demo out mistypes on purpose: the lock is shown, and soon over. */
export const LOCK_THRESHOLD = 3;
export const LOCK_PERIOD_MS = 60_000;

/** A clock set on the whole second is nearer than this, also on a busy machine. */
export const CLOCK_DIFFERENCE_MS_MAX = 1_000;

/** Of the key in the page's address, and of the cookie in its place. */
export const KEY_BYTES = 32;

export const HTTP_TIMEOUT_MS = 10_000;
export const URL_CHARS_MAX = 2_048;
/** Mails that the outbox page shows, the newest. */
export const MAIL_SHOWN = 20;
/** Pages that may watch the progress at once. */
export const WATCHERS_MAX = 16;
/** How often the service is asked for news while a page is watching. */
export const PROGRESS_INTERVAL_MS = 250;
