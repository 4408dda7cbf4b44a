/** Limits of `passfob agent`. */

/** Sizes of a request to a running agent and of its answer, and how long either side waits for the other. */
export const CONTROL_REQUEST_CHARS_MAX = 64;
export const CONTROL_ANSWER_CHARS_MAX = 1_048_576;
export const CONTROL_TIMEOUT_MS = 5_000;
/** The shortest `sun_path` of all systems, that of macOS, without its terminator. */
export const CONTROL_PATH_CHARS_MAX = 103;
/** Shortest interval between notifications of one service. */
export const NOTIFY_INTERVAL_MS = 2_000;
/** Time after which the notification program is killed. */
export const NOTIFY_TIMEOUT_MS = 5_000;
/** How long a notification stays: as long as a request is valid. */
export const NOTIFY_SHOWN_MS = 60_000;
