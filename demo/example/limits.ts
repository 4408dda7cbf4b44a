/** Limits of the example application. Units last in the name. */

/** Random bytes of the session cookie, and of the session that the service knows. */
export const SESSION_BYTES = 32;
/** A log-in lasts this long. */
export const SESSION_MS = 8 * 3_600_000;
/** Sessions kept at once; the oldest is dropped first. */
export const SESSIONS_MAX = 10_000;
/** How long the service holds one request about a push; it accepts up to 20 s. */
export const REDEEM_WAIT_MS = 20_000;
/** Time allowed for a request to the service, on top of the wait it asks for. */
export const HTTP_TIMEOUT_MS = 10_000;
/**
 * Delay before the next request about a push if the service does not answer, or answers at once that it is still
 * waiting.
 */
export const REDEEM_AGAIN_MS = 1_000;
/** The waiting page polls at this interval where event streams fail, and reloads at this interval without scripts. */
export const POLL_MS = 1_000;
export const RELOAD_SECONDS = 2;
/** A stream sends something at least this often, so that proxies keep it open. */
export const STREAM_BEAT_MS = 15_000;
export const STREAMS_MAX = 1_000;
export const USER_CHARS_MAX = 128;
export const PASSCODE_CHARS_MAX = 64;
export const BODY_BYTES_MAX = 4_096;
