/** Bounds of what agents and services say to each other, and of the agent itself. */

/** Fobs that one connection may announce, and the highest number that one may have there. */
export const AGENT_FOBS_MAX = 32;
export const FOB_NUMBER_MAX = 65_535;
/** An agent that has said nothing else for so long says that it is there: below the 30 s at which proxies cut. */
export const AGENT_BEAT_MS = 20_000;
/** Heard nothing for so long, either side takes the connection for lost. */
export const AGENT_SILENCE_MS = 55_000;
/** How long a poll is held by the service where it has nothing to say (long polling). */
export const AGENT_POLL_MS = 20_000;
/** Messages in one poll, either way. */
export const AGENT_POLL_MESSAGES_MAX = 64;
/** What a polling agent's connection is known by: bytes of chance. */
export const AGENT_POLL_KEY_BYTES = 32;

/** Services of one agent. */
export const AGENT_SERVICES_MAX = 16;
export const AGENT_SETTINGS_BYTES_MAX = 65_536;
/** A file that holds `user:password` for a proxy. */
export const PROXY_LOGIN_BYTES_MAX = 1_024;
/** For each hop of a connection: TCP with the name's look-up, the proxy's answer, TLS. */
export const AGENT_HOP_MS = 15_000;
/** For what asks a service something besides: the identity after the opening, its health. */
export const AGENT_ANSWER_MS = 15_000;
/** Longest answer to a poll: every message in it at its longest, each character up to three bytes. */
export const AGENT_POLL_BYTES_MAX = 1_048_576;
/** A lost connection is opened anew: the first time after so long, each time twice as long as before. */
export const AGENT_AGAIN_MIN_MS = 1_000;
export const AGENT_AGAIN_MAX_MS = 120_000;
/** A connection that held for so long was a good one: the next wait is the shortest again. */
export const AGENT_GOOD_MS = 60_000;
/** A polling agent tries a WebSocket again after so long, each time after twice as long. */
export const AGENT_UPGRADE_MIN_MS = 60_000;
export const AGENT_UPGRADE_MAX_MS = 14_400_000;
/** Polls in a row that came to nothing until the connection is given up, and the wait between them. */
export const AGENT_POLL_FAILURES_MAX = 3;
export const AGENT_POLL_AGAIN_MS = 500;
/** One that is held for the service to speak, and one that brings it something. */
export const AGENT_POLLS_MAX = 2;
/** How often the clock is looked at, and what more it may have gone by then: a computer that slept has lost its connections. */
export const AGENT_CLOCK_LOOK_MS = 5_000;
export const AGENT_CLOCK_JUMP_MS = 10_000;
/** A port over which nothing went for so long is closed. */
export const AGENT_IDLE_MS = 10_000;
/** Text for a fob that waits for its port or is not written yet, and bytes for a service that takes none. */
export const AGENT_PORT_QUEUE_CHARS_MAX = 16_384;
export const AGENT_SEND_QUEUE_BYTES_MAX = 262_144;
export const AGENT_SEND_QUEUE_MESSAGES_MAX = 512;
/** What a service may say for people, standings and notices, within so long; one that says more is left. */
export const AGENT_TOLD_MAX = 400;
export const AGENT_TOLD_MS = 60_000;
/** A port that another program has, or a fob that did not answer, is asked again after so long; the second so often. */
export const FOB_BUSY_AGAIN_MS = 5_000;
export const FOB_SILENT_AGAIN_MS = 20_000;
export const FOB_SILENT_ASKS_MAX = 15;
