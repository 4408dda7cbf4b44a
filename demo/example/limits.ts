/** Bounds of the example application. Units last in the name. */

/** What this browser is known by, and what the service knows its session by: bytes of chance. */
export const SESSION_BYTES = 32;
/** A log-in lasts so long. */
export const SESSION_MS = 8 * 3_600_000;
/** Sessions kept at once: the oldest goes. */
export const SESSIONS_MAX = 10_000;
/** How long the service is asked to hold one question about a push: it takes up to 20 s. */
export const REDEEM_WAIT_MS = 20_000;
/** A request to the service may take so much longer than it was asked to wait. */
export const HTTP_TIMEOUT_MS = 10_000;
/** A push whose service does not answer, or answers at once that it waits, is asked about again after this. */
export const REDEEM_AGAIN_MS = 1_000;
/** Without event streams the waiting page asks this often, and without scripts it is loaded anew. */
export const POLL_MS = 1_000;
export const RELOAD_SECONDS = 2;
/** A stream says something at least this often, so that proxies leave it open. */
export const STREAM_BEAT_MS = 15_000;
export const STREAMS_MAX = 1_000;
export const USER_CHARS_MAX = 128;
export const PASSCODE_CHARS_MAX = 64;
export const BODY_BYTES_MAX = 4_096;
