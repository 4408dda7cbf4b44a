/** Limits of the messages between agents and services, and of the agent itself. */

/** Fobs that one connection may announce at once, and the highest number of a fob on a connection (`n65535`). */
export const AGENT_FOBS_MAX = 32;
export const FOB_NUMBER_MAX = 65_535;
/** An agent that has sent nothing for this long sends a beat: below the 30 s at which proxies cut connections. */
export const AGENT_BEAT_MS = 20_000;
/** After this silence either side counts the connection as lost. */
export const AGENT_SILENCE_MS = 55_000;
/** How long the service holds a poll when it has no message (long polling). */
export const AGENT_POLL_MS = 20_000;
/** Messages in one poll, either way. */
export const AGENT_POLL_MESSAGES_MAX = 64;
/** Random bytes that identify a polling agent's connection. */
export const AGENT_POLL_KEY_BYTES = 32;

/** Services that one agent may have. */
export const AGENT_SERVICES_MAX = 16;
export const AGENT_SETTINGS_BYTES_MAX = 65_536;
/** Size of a file with `user:password` for a proxy. */
export const PROXY_LOGIN_BYTES_MAX = 1_024;
/** Time for each hop of a connection: TCP with the name's look-up, the proxy's answer, TLS. */
export const AGENT_HOP_MS = 15_000;
/** Time for each other answer of a service: the identity after the opening, its health. */
export const AGENT_ANSWER_MS = 15_000;
/** Longest answer to a poll: the most messages at their longest, up to three bytes a character. */
export const AGENT_POLL_BYTES_MAX = 1_048_576;
/** Delay before the first reconnect; each further delay is twice as long. */
export const AGENT_AGAIN_MIN_MS = 1_000;
export const AGENT_AGAIN_MAX_MS = 120_000;
/** After a connection of this length the next reconnect uses the shortest delay again. */
export const AGENT_GOOD_MS = 60_000;
/** Delay before a polling agent tries a WebSocket again; each further delay is twice as long. */
export const AGENT_UPGRADE_MIN_MS = 60_000;
export const AGENT_UPGRADE_MAX_MS = 14_400_000;
/** Failed polls in a row after which the connection is given up, and the delay between them. */
export const AGENT_POLL_FAILURES_MAX = 3;
export const AGENT_POLL_AGAIN_MS = 500;
/** One poll that the service holds until it has a message, and one that carries the agent's messages. */
export const AGENT_POLLS_MAX = 2;
/** How often the clock is checked, and the extra time that shows a sleep: after a sleep all connections are lost. */
export const AGENT_CLOCK_LOOK_MS = 5_000;
export const AGENT_CLOCK_JUMP_MS = 10_000;
/** A port without traffic for this long is closed. */
export const AGENT_IDLE_MS = 10_000;
/**
 * Queued text for a fob whose port is not open or not written yet, and queued bytes and messages for a service that
 * accepts none.
 */
export const AGENT_PORT_QUEUE_CHARS_MAX = 16_384;
export const AGENT_SEND_QUEUE_BYTES_MAX = 262_144;
export const AGENT_SEND_QUEUE_MESSAGES_MAX = 512;
/**
 * Messages about fobs, besides those that carry bytes, that a service may send in this time; the agent drops a
 * connection that sends more.
 */
export const AGENT_TOLD_MAX = 400;
export const AGENT_TOLD_MS = 60_000;
/** Tasks done of a fob that a relay for care keeps, the latest, over all its connections. */
export const TASKS_DONE_MAX = 16;
/**
 * Delay before a port in use by another program, or a silent fob, is tried again; a silent fob is tried this many
 * times.
 */
export const FOB_BUSY_AGAIN_MS = 5_000;
export const FOB_SILENT_AGAIN_MS = 20_000;
export const FOB_SILENT_ASKS_MAX = 15;
