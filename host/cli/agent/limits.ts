/** Bounds of `passfob agent`. */

/** What asks a running agent, what it answers, and how long either waits for the other. */
export const CONTROL_REQUEST_CHARS_MAX = 64;
export const CONTROL_ANSWER_CHARS_MAX = 1_048_576;
export const CONTROL_TIMEOUT_MS = 5_000;
/** The shortest `sun_path` of the systems, macOS's, without its end. */
export const CONTROL_PATH_CHARS_MAX = 103;
/** Notifications of one service: no more than one in so long. */
export const NOTIFY_INTERVAL_MS = 2_000;
/** What shows a notification is ended after so long. */
export const NOTIFY_TIMEOUT_MS = 5_000;
/** How long a notification stays: as long as a request. */
export const NOTIFY_SHOWN_MS = 60_000;
